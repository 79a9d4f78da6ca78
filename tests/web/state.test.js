import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { contactIn, emptyState, reduce, shown } from '../../careline/web/lib/state.js';
import { conversation, message } from './world.js';

/** @typedef {import('../../careline/web/lib/shapes.js').State} State */

const ana = { kind: /** @type {const} */ ('staff'), id: 'ana', name: 'Ana' };

/** @param {any[]} events @param {State} [from] @returns {State} */
const after = (events, from = start()) => events.reduce(reduce, from);
/** @param {any} [more] @returns {State} */
const start = (more = {}) => ({ ...emptyState(), me: ana, conversations: { c1: conversation() }, ...more });
/** @param {any} [more] */
const sent = (more = {}) => ({ type: 'message.sent', conversation_id: 'c1', cursor: 'x', data: { message: message(more) } });
/** @param {State} state */
const ids = (state, id = 'c1') => (state.threads[id]?.messages ?? []).map((m) => m.id);
/** @param {string[]} names @param {string|null} [before] */
const newest = (names, before = null) => ({ type: 'local.newest', data: { id: 'c1', items: names.map((id) => message({ id })), before } });
/** @param {string} client_id @param {any} [more] */
const pending = (client_id, more = {}) => ({ type: 'local.pending', data: { message: { ...message({ id: client_id, client_id, sender_kind: 'staff', sender_id: 'ana' }), state: 'sending', ...more } } });
/** @param {State} state @param {string} [id] */
const conv = (state, id = 'c1') => /** @type {import('../../careline/web/lib/shapes.js').Conversation} */ (state.conversations[id]);

describe('messages', () => {
  test('stand in the order of the stream, whatever their times say', () => {
    assert.deepEqual(ids(after([sent({ id: 'a', created_at: 9 }), sent({ id: 'b', created_at: 5 })])), ['a', 'b']);
  });

  test('told twice stand once and count once', () => {
    const state = after([sent({ id: 'a' }), sent({ id: 'b', created_at: 2000 }), sent({ id: 'a' })]);
    assert.deepEqual(ids(state), ['a', 'b']);
    assert.equal(conv(state).unread_count, 2);
    assert.equal(conv(state).message_count, 2);
    assert.equal(conv(state).last_message?.id, 'b');
  });

  test('of a page fetched meanwhile stand before those that came live', () => {
    assert.deepEqual(ids(after([sent({ id: 'live' }), newest(['a', 'b'])])), ['a', 'b', 'live']);
  });

  test('in the page and live stand once', () => {
    assert.deepEqual(ids(after([sent({ id: 'b' }), sent({ id: 'c' }), newest(['a', 'b'])])), ['a', 'b', 'c']);
  });

  test('of older pages go in front, without doubles, and move the cursor', () => {
    const state = after([newest(['c', 'd'], 'p1'), { type: 'local.older', data: { id: 'c1', items: [message({ id: 'a' }), message({ id: 'c' })], before: null } }]);
    assert.deepEqual(ids(state), ['a', 'c', 'd']);
    assert.equal(state.threads.c1?.before, null);
  });

  test('already held before an overlapping page are kept with their cursor', () => {
    const state = after([newest(['a', 'b', 'c'], 'old'), newest(['c', 'd'], 'new')]);
    assert.deepEqual(ids(state), ['a', 'b', 'c', 'd']);
    assert.equal(state.threads.c1?.before, 'old');
  });

  test('with a hole between are dropped: the way up fetches them again', () => {
    const state = after([newest(['a', 'b'], 'old'), newest(['y', 'z'], 'new')]);
    assert.deepEqual(ids(state), ['y', 'z']);
    assert.equal(state.threads.c1?.before, 'new');
  });

  test('edited and deleted change in place, in the list too', () => {
    const edited = { type: 'message.edited', conversation_id: 'c1', data: { message: message({ id: 'b', body: 'better', edited_at: 5 }) } };
    const state = after([sent({ id: 'a' }), sent({ id: 'b', created_at: 1001 }), edited]);
    assert.deepEqual(ids(state), ['a', 'b']);
    assert.equal(state.threads.c1?.messages[1]?.body, 'better');
    assert.equal(conv(state).last_message?.body, 'better');
    const gone = reduce(state, { type: 'message.deleted', data: { message: message({ id: 'b', body: '', deleted_at: 6 }) } });
    assert.equal(gone.threads.c1?.messages[1]?.deleted_at, 6);
    assert.equal(conv(gone).last_message?.body, '');
  });

  test('edited stay as received and read as they were', () => {
    const state = after([sent({ id: 'a', read_at: 7, delivered_at: 6, client_id: 'k' }), { type: 'message.edited', data: { message: message({ id: 'a', body: 'new' }) } }]);
    const [m] = state.threads.c1?.messages ?? [];
    assert.deepEqual([m?.body, m?.read_at, m?.delivered_at, m?.client_id], ['new', 7, 6, 'k']);
  });

  test('edited that nobody holds change nothing', () => {
    const state = start();
    assert.equal(reduce(state, { type: 'message.edited', data: { message: message({ id: 'zz' }) } }), state);
  });

  test('of one conversation leave the others as they were', () => {
    const before = after([newest(['a'])]);
    const state = reduce(before, sent({ id: 'b', conversation_id: 'c2' }));
    assert.equal(state.threads.c1, before.threads.c1);
  });
});

describe('counting', () => {
  test("one's own side's messages are not unread", () => {
    const state = after([sent({ sender_kind: 'staff', sender_id: 'ben' })]);
    assert.equal(conv(state).unread_count, 0);
    assert.equal(conv(state).message_count, 1);
  });

  test('notes neither count nor stand in the list', () => {
    const state = after([sent({ id: 'a' }), sent({ id: 'n', kind: 'note', sender_kind: 'staff', created_at: 2000 })]);
    assert.deepEqual(ids(state), ['a', 'n']);
    assert.equal(conv(state).last_message?.id, 'a');
    assert.equal(conv(state).unread_count, 1);
  });

  test('a message that the summary has already is not counted again', () => {
    const counted = conversation({ unread_count: 3, last_message: /** @type {any} */ (message({ id: 'a' })) });
    assert.equal(conv(after([sent({ id: 'a' })], start({ conversations: { c1: counted } }))).unread_count, 3);
  });

  test('a message moves its conversation to the top', () => {
    assert.equal(conv(after([sent({ created_at: 5000 })])).updated_at, 5000);
  });

  test('a message in an unknown conversation makes it wanted, once', () => {
    const state = after([sent({ id: 'a', conversation_id: 'zz' }), sent({ id: 'b', conversation_id: 'zz' })]);
    assert.deepEqual(state.wanted, ['zz']);
    const found = reduce(state, { type: 'local.seen', data: { conversation: conversation({ id: 'zz' }) } });
    assert.deepEqual(found.wanted, []);
    assert.deepEqual(ids(found, 'zz'), ['a', 'b']);
  });
});

describe('what was just written', () => {
  test('stands at the end until the server says it, then in its place', () => {
    let state = after([newest(['a']), pending('k1'), sent({ id: 'b' })]);
    assert.deepEqual(shown(/** @type {any} */ (state.threads.c1)).map((m) => m.id), ['a', 'b', 'k1']);
    state = reduce(state, sent({ id: 'c', client_id: 'k1', sender_kind: 'staff', sender_id: 'ana' }));
    assert.deepEqual(shown(/** @type {any} */ (state.threads.c1)).map((m) => m.id), ['a', 'b', 'c']);
  });

  test('keeps its own order while more is confirmed', () => {
    const state = after([pending('k1'), pending('k2'), sent({ id: 'x', client_id: 'k1' })]);
    assert.deepEqual(shown(/** @type {any} */ (state.threads.c1)).map((m) => m.client_id), ['k1', 'k2']);
  });

  test('stays at the end though its answer came by HTTP, until the stream has told what was stored before it', () => {
    const answer = sent({ id: 'mine', client_id: 'k1', unplaced: true });
    const state = after([newest(['a']), pending('k1'), answer, sent({ id: 'b' })]);
    assert.deepEqual(ids(state), ['a', 'b', 'mine']);
    const told = after([sent({ id: 'mine', client_id: 'k1' }), sent({ id: 'c' })], state);
    assert.deepEqual(ids(told), ['a', 'b', 'mine', 'c']);
    assert.equal(conv(told).message_count, conv(state).message_count + 1);
    const page = after([{ type: 'local.reset', data: {} }, sent({ id: 'd' }), newest(['a', 'b', 'mine'])], state);
    assert.deepEqual(ids(page), ['a', 'b', 'mine', 'd']);
  });

  test('is replaced by a page that has it', () => {
    const page = { type: 'local.newest', data: { id: 'c1', items: [message({ id: 'x', client_id: 'k1' })], before: null } };
    assert.equal(after([pending('k1'), page]).threads.c1?.pending.length, 0);
  });

  test('is replaced by its answer even if the stream told of it first, without its name', () => {
    const state = after([pending('k1'), sent({ id: 'x', client_id: null }), sent({ id: 'x', client_id: 'k1' })]);
    assert.deepEqual(shown(/** @type {any} */ (state.threads.c1)).map((m) => [m.id, m.client_id]), [['x', 'k1']]);
    assert.equal(conv(state).message_count, 1);
  });

  test('and is known to be stored does not come back', () => {
    const state = after([sent({ id: 'x', client_id: 'k1' }), pending('k1')]);
    assert.equal(state.threads.c1?.pending.length, 0);
  });

  test("is not taken for another's message", () => {
    assert.equal(after([pending('k1'), sent({ id: 'x', client_id: null })]).threads.c1?.pending.length, 1);
  });

  test('changes to failed in its place and can be dropped', () => {
    let state = after([pending('k1'), pending('k2'), pending('k1', { state: 'failed' })]);
    assert.deepEqual(state.threads.c1?.pending.map((p) => [p.client_id, p.state]), [['k1', 'failed'], ['k2', 'sending']]);
    state = reduce(state, { type: 'local.dropped', data: { id: 'c1', client_id: 'k1' } });
    assert.deepEqual(state.threads.c1?.pending.map((p) => p.client_id), ['k2']);
  });

  test('before the conversation had an id goes into it', () => {
    const state = after([pending('k1', { conversation_id: 'new' }), { type: 'local.adopted', data: { from: 'new', to: 'c1' } }]);
    assert.equal(state.threads.new, undefined);
    assert.deepEqual(state.threads.c1?.pending.map((p) => p.conversation_id), ['c1']);
  });
});

describe('receipts', () => {
  const reader = { kind: 'contact', id: 'cara', name: 'Cara' };
  const mine = (/** @type {string} */ id) => sent({ id, sender_kind: 'staff', sender_id: 'ana' });

  test('up to a message mark everything of the other side before it', () => {
    const read = { type: 'message.read', conversation_id: 'c1', data: { reader, up_to: 'b', message_ids: null, at: 77, unread_count: 0 } };
    const state = after([mine('a'), sent({ id: 'theirs' }), mine('b'), mine('c'), read]);
    assert.deepEqual(state.threads.c1?.messages.map((m) => m.read_at), [77, null, 77, null]);
  });

  test('of exact messages mark those', () => {
    const read = { type: 'message.read', conversation_id: 'c1', data: { reader, up_to: null, message_ids: ['b'], at: 77, unread_count: 0 } };
    assert.deepEqual(after([mine('a'), mine('b'), read]).threads.c1?.messages.map((m) => m.read_at), [null, 77]);
  });

  test('keep the first time', () => {
    const read = (/** @type {number} */ at) => ({ type: 'message.read', conversation_id: 'c1', data: { reader, up_to: 'a', at, unread_count: 0 } });
    assert.equal(after([mine('a'), read(5), read(9)]).threads.c1?.messages[0]?.read_at, 5);
  });

  test('of delivery leave reading alone', () => {
    const state = after([mine('a'), { type: 'message.delivered', conversation_id: 'c1', data: { reader, up_to: 'a', at: 7 } }]);
    assert.deepEqual([state.threads.c1?.messages[0]?.delivered_at, state.threads.c1?.messages[0]?.read_at], [7, null]);
  });

  test("of one's own side set the unread count, of the other side do not", () => {
    const read = (/** @type {string} */ kind) => ({ type: 'message.read', conversation_id: 'c1', data: { reader: { ...reader, kind }, up_to: 'a', at: 1, unread_count: 0 } });
    assert.equal(conv(after([sent({ id: 'a' }), read('staff')])).unread_count, 0);
    assert.equal(conv(after([sent({ id: 'a' }), read('contact')])).unread_count, 1);
  });
});

describe('conversations', () => {
  test('keep people and last message when an event tells only their own facts', () => {
    const { participants, last_message, ...facts } = conversation({ status: 'closed', unread_count: 0 });
    const state = after([sent({ id: 'a' }), { type: 'conversation.updated', conversation_id: 'c1', data: { conversation: facts } }]);
    assert.equal(conv(state).status, 'closed');
    assert.equal(conv(state).last_message?.id, 'a');
    assert.equal(contactIn(conv(state))?.name, 'Cara');
  });

  test('that nobody knows are wanted when they start', () => {
    assert.deepEqual(after([{ type: 'conversation.started', data: { conversation: { id: 'zz' } } }]).wanted, ['zz']);
  });

  test('gain and lose people', () => {
    const joined = { type: 'participant.joined', conversation_id: 'c1', data: { kind: 'staff', id: 'ben', name: 'Ben' } };
    const state = after([joined, joined]);
    assert.deepEqual(conv(state).participants.map((p) => p.id), ['cara', 'ben']);
    assert.deepEqual(conv(reduce(state, { ...joined, type: 'participant.left' })).participants.map((p) => p.id), ['cara']);
  });

  test('vanish for the contact who left', () => {
    const me = { kind: /** @type {const} */ ('contact'), id: 'cara', name: 'Cara' };
    const state = after([{ type: 'participant.left', conversation_id: 'c1', data: { kind: 'contact', id: 'cara' } }], start({ me }));
    assert.equal(conv(state), undefined);
  });

  test('follow the name of their contact', () => {
    const state = after([{ type: 'contact.updated', data: { contact: { id: 'cara', name: 'Cara W.' } } }]);
    assert.equal(contactIn(conv(state))?.name, 'Cara W.');
  });

  test('that were deleted are gone', () => {
    assert.equal(conv(after([{ type: 'conversation.deleted', data: { id: conv(after([])).id } }])), undefined);
  });

  test('of an expired contact are gone', () => {
    assert.equal(conv(after([{ type: 'contact.expired', data: { id: 'cara' } }])), undefined);
  });

  test('fetched late do not undo what events have told since', () => {
    const state = after([sent({ id: 'a', created_at: 5000 }), { type: 'local.conversations', data: { items: [conversation({ unread_count: 0, updated_at: 100 })] } }]);
    assert.equal(conv(state).unread_count, 1);
  });
});

describe('reset', () => {
  const reset = { type: 'local.reset', data: {} };

  test('goes on showing what is held', () => {
    assert.deepEqual(ids(after([newest(['a', 'b']), reset])), ['a', 'b']);
  });

  test('replaces it by the page, and what came live since stands behind', () => {
    const state = after([newest(['a', 'b'], 'old'), pending('k'), reset, sent({ id: 'live' }), newest(['b', 'c', 'd'], 'new')]);
    assert.deepEqual(ids(state), ['b', 'c', 'd', 'live']);
    assert.equal(state.threads.c1?.before, 'new');
    assert.equal(state.threads.c1?.pending.length, 1);
  });

  test('drops conversations that the refetch did not confirm', () => {
    const held = start({ conversations: { c1: conversation(), c2: conversation({ id: 'c2' }) } });
    const state = after([reset, { type: 'local.conversations', data: { items: [conversation()] } }, { type: 'local.settled' }], held);
    assert.deepEqual(Object.keys(state.conversations), ['c1']);
  });

  test('takes a refetched conversation even if the clock says it is older', () => {
    const held = start({ conversations: { c1: conversation({ updated_at: 9000 }) } });
    const state = after([reset, { type: 'local.conversations', data: { items: [conversation({ updated_at: 50, subject: 'now' })] } }], held);
    assert.equal(conv(state).subject, 'now');
  });

  test('wants a doubtful conversation anew when it is heard of', () => {
    assert.deepEqual(after([reset, sent({ id: 'a' })]).wanted, ['c1']);
  });
});

describe('signals', () => {
  const typing = (/** @type {boolean} */ on, at = 0) => ({ type: 'typing', conversation_id: 'c1', received_at: at, data: { kind: 'contact', id: 'cara', name: 'Cara', typing: on } });

  test('typing is shown, taken back, and ended by the message', () => {
    assert.equal(Object.keys(after([typing(true)]).typing.c1 ?? {}).length, 1);
    assert.equal(Object.keys(after([typing(true), typing(false)]).typing.c1 ?? {}).length, 0);
    assert.equal(Object.keys(after([typing(true), sent()]).typing.c1 ?? {}).length, 0);
  });

  test('typing is forgotten after six seconds of silence', () => {
    const state = after([typing(true, 1000)]);
    assert.equal(reduce(state, { type: 'local.tick', data: { now: 6999 } }), state);
    assert.equal(Object.keys(reduce(state, { type: 'local.tick', data: { now: 7000 } }).typing.c1 ?? {}).length, 0);
  });

  test("one's own typing in another window is not shown", () => {
    const own = { type: 'typing', conversation_id: 'c1', data: { kind: 'staff', id: 'ana', name: 'Ana', typing: true } };
    assert.equal(after([own]).typing.c1, undefined);
  });

  test('presence is known by person, and by name where a contact is not told the id', () => {
    const state = after([
      { type: 'presence', data: { kind: 'contact', id: 'cara', name: 'Cara', online: true, last_seen_at: null } },
      { type: 'presence', data: { kind: 'staff', id: null, name: 'Ben', online: true } },
      { type: 'presence', data: { kind: 'staff', id: null, name: 'Ben', online: false, last_seen_at: 5 } },
    ]);
    assert.equal(state.people['contact:cara']?.online, true);
    assert.deepEqual([state.people['staff:Ben']?.online, state.people['staff:Ben']?.last_seen_at], [false, 5]);
  });
});

test('nothing that is held is changed in place', () => {
  const freeze = (/** @type {any} */ value) => {
    if (value && typeof value === 'object' && !Object.isFrozen(value)) Object.values(Object.freeze(value)).forEach(freeze);
    return value;
  };
  const events = [sent({ id: 'a' }), pending('k'), newest(['a']), { type: 'local.reset' }, { type: 'local.settled' }, sent({ id: 'b', client_id: 'k' })];
  events.reduce((state, event) => freeze(reduce(state, freeze(event))), freeze(start()));
});

test('events nobody here knows, and names of Object itself, change nothing', () => {
  const state = start();
  for (const type of ['token.issued', 'constructor', '__proto__', 'toString']) assert.equal(reduce(state, { type, data: {} }), state);
});

describe('what staff do with conversations', () => {
  const triaged = (/** @type {any} */ more) => ({ type: 'conversation.triaged', conversation_id: 'c1', data: { conversation: { id: 'c1', ...more } } });
  const billing = { id: 'l1', name: 'Billing', colour: '#b45309' };

  test('sorting changes the conversation and leaves its people', () => {
    const state = after([triaged({ labels: ['l1'], priority: 'high', unread_count: 1 })]);
    assert.deepEqual([conv(state).labels, conv(state).priority, conv(state).unread_count], [['l1'], 'high', 1]);
    assert.deepEqual(conv(state).participants, conv(start()).participants);
  });

  test('a deleted label comes off', () => {
    const state = after([{ type: 'label.added', data: { label: billing } }, triaged({ labels: ['l1', 'l2'] }), { type: 'label.deleted', data: { id: 'l1' } }]);
    assert.deepEqual([state.labels, conv(state).labels], [{}, ['l2']]);
  });

  test('of two merged one is gone, and the other is read anew with what was being written', () => {
    const both = start({ conversations: { c1: conversation(), c2: conversation({ id: 'c2' }) } });
    const state = after([sent({ id: 'a' }), pending('k1', { conversation_id: 'c2' }), { type: 'conversation.merged', conversation_id: 'c1', data: { conversation: { id: 'c1' }, merged_id: 'c2' } }], both);
    assert.deepEqual(Object.keys(state.conversations), ['c1']);
    assert.deepEqual([ids(state), state.wanted, state.threads.c1?.pending.map((p) => p.conversation_id)], [[], ['c1'], ['c1']]);
  });

  test('a deleted one is gone', () => {
    const state = after([sent({ id: 'a' }), { type: 'conversation.deleted', conversation_id: 'c1', data: { id: 'c1' } }]);
    assert.deepEqual([state.conversations, state.threads], [{}, {}]);
  });
});

describe('contacts and canned responses', () => {
  const cara = { id: 'cara', name: 'Cara', blocked_at: null };

  test('a blocked contact is shown as one until the block ends', () => {
    const blocked = after([{ type: 'contact.blocked', data: { contact: { ...cara, blocked_at: 5 } } }]);
    assert.equal(blocked.contacts.cara?.blocked_at, 5);
    assert.equal(after([{ type: 'contact.unblocked', data: { contact: cara } }], blocked).contacts.cara?.blocked_at, null);
  });

  test('of two who are one the one is gone', () => {
    const both = after([{ type: 'local.contacts', data: { items: [cara, { id: 'dev', name: 'Dev' }] } }]);
    const state = after([{ type: 'contact.merged', data: { id: 'dev', contact: { ...cara, email: 'dev@x.example' }, apart: [] } }], both);
    assert.deepEqual(Object.keys(state.contacts), ['cara']);
    assert.equal(state.contacts.cara?.email, 'dev@x.example');
  });

  test('what staff say often follows what is told of it', () => {
    const hello = { id: 'h', shortcut: 'hello', title: 'Hello', body: 'Hello {{contact.name}}' };
    const listed = after([{ type: 'local.canned', data: { items: [hello] } }]);
    const changed = after([{ type: 'canned.updated', data: { canned: { ...hello, title: 'Hi' } } }], listed);
    assert.equal(changed.canned.h?.title, 'Hi');
    const added = after([{ type: 'canned.added', data: { canned: { ...hello, id: 'b' } } }], changed);
    assert.deepEqual(Object.keys(after([{ type: 'canned.deleted', data: { id: 'h' } }], added).canned), ['b']);
  });
});
