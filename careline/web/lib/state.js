// What this client knows: conversations, their messages, the people in them; a pure function of what it was told.

import { emptyState, emptyThread } from './empty.js';
import { forgetTyping, personKey, present, put, typed, without } from './present.js';
import { reacted, rewritten, summary } from './said.js';

/** @typedef {import('./shapes.js').Message} Message */
/** @typedef {import('./shapes.js').Conversation} Conversation */
/** @typedef {import('./shapes.js').Frame} Frame */
/** @typedef {import('./shapes.js').Pending} Pending */
/** @typedef {import('./shapes.js').Thread} Thread */
/** @typedef {import('./shapes.js').State} State */

export { emptyState, emptyThread, personKey };

/** @template {{id:string}} T @param {Record<string,T>} all @param {T[]} items */
const putAll = (all, items) => ({ ...all, ...Object.fromEntries(items.map((item) => [item.id, item])) });

/** @param {State} state @param {string} id */
const threadOf = (state, id) => state.threads[id] ?? emptyThread;

/** @param {State} state @param {string} id @param {Partial<Thread>} change @returns {State} */
const withThread = (state, id, change) => ({ ...state, threads: put(state.threads, id, { ...threadOf(state, id), ...change }) });

/** @param {State} state @param {string} id @param {(c:Conversation)=>Partial<Conversation>} change @returns {State} */
function withConversation(state, id, change) {
  const old = state.conversations[id];
  const news = old ? change(old) : {};
  return old && Object.keys(news).length ? { ...state, conversations: put(state.conversations, id, { ...old, ...news }) } : state;
}

/** What was said and is now stored needs no stand-in. @param {Pending[]} pending @param {Message[]} messages */
function stillPending(pending, messages) {
  if (!pending.length) return pending;
  const stored = new Set(messages.map((m) => m.client_id).filter(Boolean));
  return pending.filter((p) => !stored.has(p.client_id));
}

/** The newest page laid over what is held. @param {Thread} thread @param {Message[]} page @param {string|null} before @returns {Partial<Thread>} */
function newestPage(thread, page, before) {
  const inPage = new Set(page.map((m) => m.id));
  const held = thread.messages;
  const first = held.findIndex((m) => inPage.has(m.id));
  const last = held.findLastIndex((m) => inPage.has(m.id));
  const sure = thread.since === null && first >= 0;
  const older = sure ? held.slice(0, first) : [];
  // What came live while the page was under way stands behind it; what lies behind a hole is fetched again on the way up.
  const newer = held.slice(sure ? last + 1 : thread.since ?? held.length).filter((m) => !inPage.has(m.id));
  const messages = [...older, ...page, ...newer];
  const pending = stillPending(thread.pending, messages);
  return { messages, pending, before: older.length ? thread.before : before, loaded: true, since: null };
}

/** @param {Thread} thread @param {Message[]} page @param {string|null} before @returns {Partial<Thread>} */
function olderPage(thread, page, before) {
  const held = new Set(thread.messages.map((m) => m.id));
  return { messages: [...page.filter((m) => !held.has(m.id)), ...thread.messages], before };
}

/** @param {State} state @param {Message} message @returns {State} */
function sent(state, message) {
  const id = message.conversation_id;
  const thread = threadOf(state, id);
  const held = thread.messages.find((m) => m.id === message.id);
  if (held) return message.client_id || held.unplaced ? known(state, thread, held, message) : state;
  const messages = placed(thread.messages, message);
  let next = withThread(state, id, { messages, pending: stillPending(thread.pending, [message]) });
  const typist = personKey(message.sender_kind, message.sender_id, message.sender_name);
  const typists = next.typing[id];
  if (typists?.[typist]) next = { ...next, typing: put(next.typing, id, without(typists, typist)) };
  if (!next.conversations[id] || next.stale[id]) next = want(next, id);
  if (message.kind === 'note') return next;
  return withConversation(next, id, (c) => (isCounted(c, message) ? {} : {
    last_message: summary(message),
    message_count: c.message_count + 1,
    unread_count: c.unread_count + (message.sender_kind === state.me?.kind ? 0 : 1),
    updated_at: Math.max(c.updated_at, message.created_at),
  }));
}

/** What only an answer over HTTP told of stands last, until the stream comes to it: others' may have been stored before. @param {Message[]} messages @param {Message} message */
function placed(messages, message) {
  const at = message.unplaced ? messages.length : messages.findLastIndex((m) => !m.unplaced) + 1;
  return [...messages.slice(0, at), message, ...messages.slice(at)];
}

/** The stream may tell of one's own message before its answer does, and without the name that only the answer has. @param {State} state @param {Thread} thread @param {Message} held @param {Message} message */
function known(state, thread, held, message) {
  const now = { ...held, client_id: message.client_id ?? held.client_id, unplaced: held.unplaced && message.unplaced };
  const messages = held.unplaced ? placed(thread.messages.filter((m) => m !== held), now) : thread.messages.map((m) => (m === held ? now : m));
  return withThread(state, message.conversation_id, { messages, pending: stillPending(thread.pending, [now]) });
}

/** A summary fetched after the event was made has it in already. @param {Conversation} c @param {Message} m */
const isCounted = (c, m) => c.last_message?.id === m.id || (c.last_message?.created_at ?? 0) > m.created_at;

/** @param {State} state @param {string} id @returns {State} */
const want = (state, id) => (state.wanted.includes(id) ? state : { ...state, wanted: [...state.wanted, id] });

/** @param {State} state @param {Message} message @returns {State} */
function changed(state, message) {
  const id = message.conversation_id;
  const next = state.threads[id] ? withThread(state, id, { messages: rewritten(threadOf(state, id).messages, message) }) : state;
  return withConversation(next, id, (c) => (c.last_message?.id === message.id ? { last_message: summary(message) } : {}));
}

/** @param {State} state @param {Frame} event @returns {State} */
function felt(state, { conversation_id, data }) {
  const id = conversation_id ?? '';
  return state.threads[id] ? withThread(state, id, { messages: reacted(threadOf(state, id).messages, data) }) : state;
}

/** @param {State} state @param {Frame} event @param {"read_at"|"delivered_at"} mark @returns {State} */
function marked(state, event, mark) {
  const { reader, up_to, message_ids, at, unread_count } = event.data;
  const id = event.conversation_id ?? '';
  const thread = threadOf(state, id);
  const end = up_to ? thread.messages.findIndex((m) => m.id === up_to) : -1;
  const named = new Set(message_ids ?? []);
  const messages = thread.messages.map((m, i) => {
    const meant = (i <= end || named.has(m.id)) && m.sender_kind !== reader.kind && !m[mark];
    return meant ? { ...m, delivered_at: m.delivered_at ?? at, [mark]: at } : m;
  });
  const next = messages.some((m, i) => m !== thread.messages[i]) ? withThread(state, id, { messages }) : state;
  if (mark === 'delivered_at' || reader.kind !== state.me?.kind) return next;
  return withConversation(next, id, () => ({ unread_count }));
}

/** @param {State} state @param {Frame} event @returns {State} */
function left(state, event) {
  const { kind, id } = event.data;
  const conversation_id = event.conversation_id ?? '';
  if (state.me && kind === state.me.kind && id === state.me.id && kind === 'contact') return gone(state, conversation_id);
  return withConversation(state, conversation_id, (c) => ({ participants: c.participants.filter((p) => p.kind !== kind || p.id !== id) }));
}

/** @param {State} state @param {string} id @returns {State} */
const gone = (state, id) => ({ ...state, stale: without(state.stale, id), conversations: without(state.conversations, id), threads: without(state.threads, id), wanted: state.wanted.filter((w) => w !== id) });

/** The other conversation is gone; of this one everything is to be read anew. @param {State} state @param {Frame} event @returns {State} */
function merged(state, event) {
  const { conversation, merged_id } = event.data;
  const rest = gone(adopted(about(state, conversation), merged_id, conversation.id), merged_id);
  return want(withThread(rest, conversation.id, { messages: [], before: null, loaded: false, since: 0 }), conversation.id);
}

/** @param {State} state @param {string} label @returns {State} */
function unlabelled(state, label) {
  const bearers = Object.values(state.conversations).filter((c) => c.labels?.includes(label));
  const bare = bearers.map((c) => ({ ...c, labels: (c.labels ?? []).filter((id) => id !== label) }));
  return { ...state, labels: without(state.labels, label), conversations: putAll(state.conversations, bare) };
}

/** Conversations as they are now. @param {State} state @param {Conversation[]} items @returns {State} */
function seen(state, items) {
  const ids = new Set(items.map((c) => c.id));
  const stale = Object.fromEntries(Object.entries(state.stale).filter(([id]) => !ids.has(id)));
  return { ...state, conversations: putAll(state.conversations, items), stale, wanted: state.wanted.filter((id) => !ids.has(id)) };
}

/** A conversation's own facts; its people and its last message are told by events of their own. @param {State} state @param {Partial<Conversation> & {id:string}} facts */
function about(state, facts) {
  const old = state.conversations[facts.id];
  return old ? { ...state, conversations: put(state.conversations, facts.id, { ...old, ...facts }) } : want(state, facts.id);
}

/** @param {State} state @param {Frame} event @returns {State} */
function joined(state, event) {
  const id = event.conversation_id ?? '';
  const { kind, id: person, name } = event.data;
  if (!state.conversations[id]) return want(state, id);
  const others = (/** @type {Conversation} */ c) => c.participants.filter((p) => p.kind !== kind || p.id !== person || (person === null && p.name !== name));
  return withConversation(state, id, (c) => ({ participants: [...others(c), { kind, id: person, name }] }));
}

/** Conversations as they were when somebody answered; events may have overtaken the answer. @param {State} state @param {Conversation[]} items */
function fetched(state, items) {
  const behind = items.filter((c) => c.updated_at < (state.conversations[c.id]?.updated_at ?? 0));
  const next = seen(state, items.filter((c) => !behind.includes(c) || state.stale[c.id]));
  return { ...next, wanted: state.wanted.filter((id) => next.wanted.includes(id) || behind.some((c) => c.id === id)) };
}

/** @param {State} state @param {import('./shapes.js').Contact} contact @returns {State} */
function contact(state, contact) {
  const { id, name } = contact;
  const named = (/** @type {Conversation} */ c) => c.participants.some((p) => p.kind === 'contact' && p.id === id && p.name !== name);
  const renamed = Object.values(state.conversations).filter(named).map((c) =>
    ({ ...c, participants: c.participants.map((p) => (p.kind === 'contact' && p.id === id ? { ...p, name } : p)) }));
  return { ...state, contacts: put(state.contacts, id, contact), conversations: putAll(state.conversations, renamed) };
}

/** @param {State} state @param {Pending} message @returns {State} */
function pending(state, message) {
  const thread = threadOf(state, message.conversation_id);
  if (thread.messages.some((m) => m.client_id && m.client_id === message.client_id)) return state;
  const known = thread.pending.some((p) => p.client_id === message.client_id);
  const list = known
    ? thread.pending.map((p) => (p.client_id === message.client_id ? { ...p, ...message } : p))
    : [...thread.pending, message];
  return withThread(state, message.conversation_id, { pending: list });
}

/** Everything may be stale: go on showing it, and remember what to doubt. @param {State} state @returns {State} */
function reset(state) {
  const threads = Object.fromEntries(Object.entries(state.threads).map(([id, t]) => [id, { ...t, messages: t.messages.map((m) => (m.unplaced ? { ...m, unplaced: false } : m)), since: t.messages.length }]));
  const stale = Object.fromEntries(Object.keys(state.conversations).map((id) => [id, /** @type {true} */ (true)]));
  return { ...state, threads, stale, typing: {}, people: {}, wanted: [] };
}

/** What a refetch has not confirmed is not there for us any more. @param {State} state @returns {State} */
const settled = (state) => Object.keys(state.stale).reduce(gone, { ...state, stale: {} });

/** @type {Record<string,(state:State, event:Frame)=>State>} */
const reactions = {
  'message.sent': (s, e) => sent(s, e.data.message),
  'message.edited': (s, e) => changed(s, e.data.message),
  'message.deleted': (s, e) => changed(s, e.data.message),
  'attachments.updated': (s, e) => changed(s, e.data.message),
  'message.pinned': (s, e) => changed(s, e.data.message),
  'message.unpinned': (s, e) => changed(s, e.data.message),
  'reaction.added': felt,
  'reaction.removed': felt,
  'message.read': (s, e) => marked(s, e, 'read_at'),
  'message.delivered': (s, e) => marked(s, e, 'delivered_at'),
  'conversation.started': (s, e) => about(s, e.data.conversation),
  'conversation.updated': (s, e) => about(s, e.data.conversation),
  'conversation.assigned': (s, e) => about(s, e.data.conversation),
  'conversation.triaged': (s, e) => about(s, e.data.conversation),
  'conversation.merged': merged,
  'conversation.deleted': (s, e) => gone(s, e.data.id),
  'label.added': (s, e) => ({ ...s, labels: putAll(s.labels, [e.data.label]) }),
  'label.updated': (s, e) => ({ ...s, labels: putAll(s.labels, [e.data.label]) }),
  'label.deleted': (s, e) => unlabelled(s, e.data.id),
  'participant.joined': joined,
  'participant.left': left,
  'contact.added': (s, e) => contact(s, e.data.contact),
  'contact.updated': (s, e) => contact(s, e.data.contact),
  'contact.blocked': (s, e) => contact(s, e.data.contact),
  'contact.unblocked': (s, e) => contact(s, e.data.contact),
  'contact.merged': (s, e) => contact({ ...s, contacts: without(s.contacts, e.data.id) }, e.data.contact),
  'contact.expired': (s, e) => Object.values(s.conversations).filter((c) => contactIn(c)?.id === e.data.id).reduce((t, c) => gone(t, c.id), s),
  'staff.added': (s, e) => ({ ...s, staff: putAll(s.staff, [e.data.staff]) }),
  'staff.updated': (s, e) => ({ ...s, staff: putAll(s.staff, [e.data.staff]) }),
  'staff.deactivated': (s, e) => ({ ...s, staff: putAll(s.staff, [e.data.staff]) }),
  'canned.added': (s, e) => ({ ...s, canned: putAll(s.canned, [e.data.canned]) }),
  'canned.updated': (s, e) => ({ ...s, canned: putAll(s.canned, [e.data.canned]) }),
  'canned.deleted': (s, e) => ({ ...s, canned: without(s.canned, e.data.id) }),
  'workspace.updated': (s, e) => ({ ...s, workspace: { ...s.workspace, ...e.data.workspace } }),
  'message.flagged': (s) => ({ ...s, flagged: s.flagged + 1 }),
  'flag.resolved': (s) => ({ ...s, flagged: s.flagged + 1 }),
  typing: typed,
  presence: (s, e) => present(s, e.data),

  // What happened here rather than there.
  'local.me': (s, e) => ({ ...s, me: e.data.me, workspace: e.data.workspace ?? s.workspace }),
  'local.reset': reset,
  'local.settled': settled,
  'local.conversations': (s, e) => fetched(s, e.data.items),
  'local.seen': (s, e) => seen(s, [e.data.conversation]),
  'local.gone': (s, e) => gone(s, e.data.id),
  'local.newest': (s, e) => withThread(s, e.data.id, newestPage(threadOf(s, e.data.id), e.data.items, e.data.before)),
  'local.older': (s, e) => withThread(s, e.data.id, olderPage(threadOf(s, e.data.id), e.data.items, e.data.before)),
  'local.pending': (s, e) => pending(s, e.data.message),
  'local.dropped': (s, e) => withThread(s, e.data.id, { pending: threadOf(s, e.data.id).pending.filter((p) => p.client_id !== e.data.client_id) }),
  'local.adopted': (s, e) => adopted(s, e.data.from, e.data.to),
  'local.labels': (s, e) => ({ ...s, labels: putAll({}, e.data.items) }),
  'local.staff': (s, e) => ({ ...s, staff: putAll({}, e.data.items) }),
  'local.canned': (s, e) => ({ ...s, canned: putAll({}, e.data.items) }),
  'local.contacts': (s, e) => ({ ...s, contacts: putAll(s.contacts, e.data.items) }),
  'local.people': (s, e) => e.data.items.reduce(present, s),
  'local.tick': (s, e) => forgetTyping(s, e.data.now),
};

/** What was written before the conversation had an id goes into it. @param {State} state @param {string} from @param {string} to @returns {State} */
function adopted(state, from, to) {
  const moved = threadOf(state, from).pending.map((p) => ({ ...p, conversation_id: to }));
  const next = withThread(state, to, { pending: [...threadOf(state, to).pending, ...moved] });
  return { ...next, threads: without(next.threads, from) };
}

/** The state after an event. An event nobody here knows changes nothing. @param {State} state @param {Frame} event @returns {State} */
export function reduce(state, event) {
  const reaction = Object.hasOwn(reactions, event.type) ? reactions[event.type] : null;
  return reaction ? reaction(state, event) : state;
}

/** Whom a conversation is with. @param {Conversation|undefined} conversation */
export const contactIn = (conversation) => conversation?.participants.find((p) => p.kind === 'contact') ?? null;

/** @param {Thread} thread @returns {(Message|Pending)[]} in the order to show */
export const shown = (thread) => (thread.pending.length ? [...thread.messages, ...thread.pending] : thread.messages);
