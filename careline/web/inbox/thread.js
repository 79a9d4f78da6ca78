// The open conversation: what was said, what may be done with it, where one answers.

import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { createDrafts } from '../lib/drafts.js';
import { called } from '../lib/mentions.js';
import { contactIn, emptyThread, shown } from '../lib/state.js';
import { announce } from '../parts/announce.js';
import { Composer } from '../parts/composer.js';
import { actionsOn } from '../parts/deeds.js';
import { Editor } from '../parts/editor.js';
import { icon } from '../parts/icons.js';
import { Pins } from '../parts/pins.js';
import { picturesIn } from '../parts/pictures.js';
import { Quoted } from '../parts/quoted.js';
import { reacting } from '../parts/reactions.js';
import { t } from '../parts/speech.js';
import { Empty } from '../parts/states.js';
import { Thread, useUnreadFrom } from '../parts/thread.js';
import { Typing } from '../parts/typing.js';
import { CannedBox } from './canned.js';
import { Head } from './head.js';
import { MentionBox, words } from './mentions.js';
import { further, Onward, openAt, renewed } from './passage.js';
import { Triage } from './triage.js';

/** @typedef {import('./desk.js').Desk} Desk */
/** @typedef {import('../parts/bubble.js').Shown} Shown */

/** A visitor may have said who they are after the first message. @param {import('../lib/shapes.js').Conversation|undefined} c @param {Shown} m */
function nameOf(c, m) {
  const person = m.sender_kind === 'contact' ? c?.participants.find((p) => p.kind === 'contact' && p.id === m.sender_id) : null;
  return person?.name || m.sender_name || t('visitor');
}

/** @param {{desk:Desk, id:string, mode:{value:string}, composer:{current:{focus:()=>void}|null}, quoted:Shown|null, unquote:()=>void}} props */
function Answer({ desk, id, mode, composer, quoted, unquote }) {
  const note = mode.value === 'note';
  const drafts = useRef(createDrafts(desk.local, `careline.draft.${desk.grant.value?.workspace.id}.${desk.me?.id}.`)).current;
  const send = (/** @type {string} */ body, /** @type {import('../lib/shapes.js').Attached[]} */ attachments) => {
    const kind = note ? { kind: /** @type {const} */ ('note'), mentions: called(body, Object.values(desk.state.value.staff)) } : {};
    desk.client?.say(id, body, { ...kind, reply_to: quoted?.id ?? null, attachments });
    unquote();
  };
  const choose = (/** @type {string} */ wanted) => {
    mode.value = wanted;
    composer.current?.focus();
  };
  const above = html`<div class="answer-top">
    <div class="answer-tabs" role="group" aria-label=${t('answer.as')}>
      <button type="button" aria-pressed=${!note} onClick=${() => choose('reply')}>${t('reply')}</button>
      <button type="button" aria-pressed=${note} onClick=${() => choose('note')}>${icon('lock')}${t('note')}</button>
    </div>
    ${quoted ? html`<${Quoted} message=${quoted} name=${nameOf(desk.state.value.conversations[id], quoted)} away=${unquote} />` : null}
  </div>`;
  return html`<div class=${'answer' + (note ? ' is-note' : '')}>
    <${MentionBox} desk=${desk} note=${note}><${CannedBox} desk=${desk} id=${id}><${Composer} id=${id + (note ? '.note' : '')} drafts=${drafts} send=${send} above=${above} handle=${composer} attach=${desk.attach} placeholder=${t(note ? 'write.note' : 'write.reply')}
      typed=${() => { if (!note) desk.client?.typing.typed(id); }} stopped=${() => desk.client?.typing.stopped(id)} /><//><//>
  </div>`;
}

/** @param {{desk:Desk, mode:{value:string}, composer:{current:{focus:()=>void}|null}, assign:{current:(()=>void)|null}, look:()=>void}} props */
export function ThreadPane({ desk, mode, composer, assign, look }) {
  const id = desk.id.value;
  const state = desk.state.value;
  const thread = (id && state.threads[id]) || emptyThread;
  const conversation = id ? state.conversations[id] : undefined;
  const unreadFrom = useUnreadFrom(id ?? '', thread, conversation?.unread_count ?? 0, 'staff');
  const [editing, edit] = useState(/** @type {string|null} */ (null));
  const [quoted, quote] = useState(/** @type {Shown|null} */ (null));
  const jump = useRef((/** @type {string} */ _id) => {});
  useEffect(() => { edit(null); quote(null); }, [id]);
  useEffect(look);
  if (!id) return html`<section class="pane thread-pane is-empty"><${Empty} icon="chat" title=${t('pick')}><p>${t('pick.help')}</p><//></section>`;

  const passage = desk.passage.value?.id === id ? desk.passage.value : null;
  const read = passage ? renewed(passage, thread.messages) : thread.messages;
  const name = (/** @type {Shown} */ m) => nameOf(conversation, m);
  const edit_ms = state.workspace?.edit_window_ms ?? 0;
  const reply = (/** @type {Shown} */ m) => { quote(m); mode.value = m.kind === 'note' ? 'note' : mode.value; composer.current?.focus(); };
  const lead = (/** @type {Shown} */ m) => (read.some((one) => one.id === m.id) ? jump.current(m.id) : void openAt(desk, id, m.id));
  const replies = (/** @type {Shown} */ m) => void import('./versions.js').then(({ showReplies }) => showReplies(desk, m, name, lead));
  const react = (/** @type {Shown} */ m, /** @type {string} */ emoji) => void reacting((verb, data) => desk.change(verb, data), state.me)(m, emoji).catch(() => announce(t('deed.failed')));
  const on = {
    own: (/** @type {Shown} */ m) => m.sender_kind !== 'contact',
    find: (/** @type {string} */ wanted) => read.find((m) => m.id === wanted),
    retry: (/** @type {Shown} */ m) => desk.client?.outbox?.retry(m.client_id ?? ''),
    drop: (/** @type {Shown} */ m) => desk.client?.outbox?.drop(m.client_id ?? ''),
    actions: (/** @type {Shown} */ m) => [...actionsOn(m, {
      mine: m.sender_kind === 'staff' && m.sender_id === desk.me?.id, admin: desk.me?.role === 'admin', edit_ms,
      change: (verb, data) => desk.change(verb, data), reply, edit, react,
      forward: (what) => void import('./forward.js').then(({ forward }) => forward(desk, what)),
    }), ...(read.some((one) => one.reply_to === m.id) ? [{ icon: 'list', label: t('replies'), run: () => replies(m) }] : [])],
    editor: (/** @type {Shown} */ m) => (m.id === editing ? html`<${Editor} message=${m} edit_ms=${edit_ms} save=${(/** @type {string} */ body) => desk.change('message.edit', { message_id: m.id, body })} done=${() => edit(null)} />` : undefined),
    edits: (/** @type {Shown} */ m) => void import('./versions.js').then(({ showEdits }) => showEdits(desk, m)),
    words: (/** @type {Shown} */ m) => words(desk, m),
    attach: desk.attach ?? undefined,
    me: state.me,
    react,
    pictures: () => picturesIn(read, name),
    jump,
    nameless: (/** @type {Shown} */ m) => m.sender_id === desk.me?.id,
    name,
  };
  const nothing = html`<div class="system">${thread.messages.length || thread.pending.length ? '' : t('thread.nothing')}</div>`;
  return html`<section class="pane thread-pane" aria-label=${t('conversation')}>
    <${Head} desk=${desk} conversation=${conversation} assign=${assign} />
    ${conversation ? html`<${Triage} desk=${desk} c=${conversation} />` : null}
    <${Pins} id=${id} messages=${thread.messages} ask=${(/** @type {string} */ verb, /** @type {any} */ data) => desk.call(verb, data)} name=${name} jump=${jump} />
    ${passage ? html`<${Thread} key=${id + passage.message_id} at=${passage.message_id} messages=${read} loaded=${read.length > 0} failed=${false} more=${Boolean(passage.before)}
      older=${() => void further(desk, 'before').catch(() => {})} retry=${() => {}} unreadFrom=${null} on=${on} seen=${() => {}} outro=${html`<${Onward} desk=${desk} />`} />` : html`<${Thread} key=${id} messages=${shown(thread)} loaded=${thread.loaded} failed=${desk.threadFailed.value} more=${Boolean(thread.before)}
      older=${() => desk.client?.loadOlder(id).catch(() => {})} retry=${() => desk.load()} unreadFrom=${unreadFrom} on=${on} seen=${look} intro=${nothing} />`}
    <${Typing} typists=${state.typing[id]} fallback=${contactIn(conversation)?.name || t('visitor')} />
    <${Answer} desk=${desk} id=${id} mode=${mode} composer=${composer} quoted=${quoted} unquote=${() => quote(null)} />
  </section>`;
}
