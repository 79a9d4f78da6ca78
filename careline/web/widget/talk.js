// The conversation itself, and the list of them: fetched once somebody writes, or has written before.

import { html, useEffect, useRef } from '../vendor/preact.js';
import '../lib/commands.talk.js';
import { emptyThread } from '../lib/empty.js';
import { shown } from '../lib/state.js';
import { activity } from '../lib/views.js';
import { announce } from '../parts/announce.js';
import { Attach } from '../parts/attach.js';
import { actionsOn } from '../parts/deeds.js';
import { Editor } from '../parts/editor.js';
import { gist } from '../parts/gist.js';
import { icon } from '../parts/icons.js';
import { Menu } from '../parts/menu.js';
import { Pins } from '../parts/pins.js';
import { picturesIn } from '../parts/pictures.js';
import { Quoted } from '../parts/quoted.js';
import { reacting } from '../parts/reactions.js';
import { learn, t } from '../parts/speech.js';
import { style } from '../parts/style.js';
import { transcript } from '../parts/transcript.js';
import { time } from '../parts/calendar.js';
import { Thread, useUnreadFrom } from '../parts/thread.js';
import { Typing } from '../parts/typing.js';
import { Details } from './details.js';
import { Greeting } from './greeting.js';
import { NEW } from './room.js';

await Promise.all([learn('talk'), style('/web/css/talk.css')]);

/** @typedef {import('./room.js').Room} Room */
/** @typedef {import('../parts/bubble.js').Shown} Shown */

/** @type {WeakMap<Room,Attach>} */
const attached = new WeakMap();

/** Where this chat's files are kept and asked for; there has to be a conversation. @param {Room} room */
export function attachOf(room) {
  const { memory, workspace } = room.world;
  const made = attached.get(room) ?? new Attach({ storage: memory, prefix: `careline.files.${workspace}.`, auth: { token: () => room.memory.token ?? null }, call: room.api.call });
  attached.set(room, made);
  return made;
}

/** @param {Room} room @param {Shown} m */
const nameOf = (room, m) => m.sender_name || room.face.value?.name || t('somebody');

/** What stands above the composer. @param {{room:Room}} props */
export function Above({ room }) {
  const quoted = room.quoted.value;
  return quoted ? html`<${Quoted} message=${quoted} name=${nameOf(room, quoted)} away=${() => { room.quoted.value = null; }} />` : null;
}

/** @param {{room:Room}} props */
export function HeadMenu({ room }) {
  const id = room.id.value;
  const conversation = room.state.value.conversations[id];
  if (!conversation) return null;
  const failed = () => announce(t('deed.failed'));
  const over = conversation.status === 'closed' || conversation.status === 'archived';
  return html`<${Menu} kind="head-menu" end=${true} title=${t('more')} label=${icon('more')} choices=${[
    ...(room.mayAskCode ? [{ label: t('code'), sign: icon('lock'), run: () => void room.askCode() }] : []),
    { label: t('transcript'), sign: icon('get'), run: () => void transcript(id, room.memory.token ?? '').catch(failed) },
    ...(over ? [] : [{ label: t('end'), sure: t('end.sure'), sign: icon('check'), run: () => void room.end(id).catch(failed) }]),
  ]} />`;
}

/** @param {{room:Room, look:()=>void}} props */
export function Conversation({ room, look }) {
  const id = room.id.value;
  const state = room.state.value;
  const thread = state.threads[id] ?? emptyThread;
  const messages = shown(thread);
  const conversation = state.conversations[id];
  const find = (/** @type {string} */ wanted) => thread.messages.find((m) => m.id === wanted);
  const unreadFrom = useUnreadFrom(id, thread, conversation?.unread_count ?? 0, 'contact');
  const jump = useRef((/** @type {string} */ _id) => {});
  // Unknown for as long as nobody has said.
  const edit_ms = room.face.value?.edit_window_ms ?? 0;
  useEffect(look);
  const react = (/** @type {Shown} */ m, /** @type {string} */ emoji) => void reacting((verb, data) => room.change(verb, data), state.me)(m, emoji).catch(() => announce(t('deed.failed')));
  const on = {
    own: (/** @type {Shown} */ m) => m.sender_kind === 'contact' && (Boolean(m.state) || m.sender_id === state.me?.id),
    find,
    retry: (/** @type {Shown} */ m) => room.client?.outbox?.retry(m.client_id ?? ''),
    drop: (/** @type {Shown} */ m) => room.client?.outbox?.drop(m.client_id ?? ''),
    nameless: (/** @type {Shown} */ m) => on.own(m),
    name: (/** @type {Shown} */ m) => nameOf(room, m),
    actions: (/** @type {Shown} */ m) => actionsOn(m, {
      mine: on.own(m), edit_ms, change: (verb, data) => room.change(verb, data), edit: (wanted) => { room.editing.value = wanted; },
      react,
      reply: (to) => { room.quoted.value = to; room.focus(); },
    }),
    editor: (/** @type {Shown} */ m) => (m.id === room.editing.value
      ? html`<${Editor} message=${m} edit_ms=${edit_ms} save=${(/** @type {string} */ body) => room.change('message.edit', { message_id: m.id, body })} done=${() => { room.editing.value = null; }} />` : undefined),
    attach: attachOf(room),
    me: state.me,
    react,
    pictures: () => picturesIn(thread.messages, (m) => nameOf(room, m)),
    jump,
  };
  const closed = conversation && (conversation.status === 'closed' || conversation.status === 'archived');
  const outro = html`${room.asking.value && thread.messages.length ? html`<${Details} save=${(/** @type {any} */ d) => room.introduce(d)} />` : null}
    ${closed ? html`<div class="system">${t('closed')}</div>` : null}`;
  return html`${id === NEW ? null : html`<${Pins} id=${id} messages=${thread.messages} ask=${room.api.call} name=${on.name} jump=${jump} />`}<${Thread} key=${id} messages=${messages} loaded=${id === NEW || thread.loaded || messages.length > 0} failed=${room.failed.value}
    more=${Boolean(thread.before)} older=${() => room.client?.loadOlder(id).catch(() => {})} retry=${() => room.load()}
    unreadFrom=${unreadFrom} on=${on} seen=${look} intro=${html`<${Greeting} face=${room.face.value} />`} outro=${outro} />
    <${Typing} typists=${state.typing[id]} fallback=${room.face.value?.name ?? t('somebody')} />`;
}

/** @param {{room:Room}} props */
export function List({ room }) {
  const all = Object.values(room.state.value.conversations).sort((a, b) => activity(b) - activity(a));
  return html`<div class="list">
    ${all.map((c) => html`<button class=${'list-item' + (c.unread_count ? ' is-unread' : '')} type="button" key=${c.id} onClick=${() => room.show(c.id)}>
      <span class="list-title" dir="auto">${c.subject || (c.last_message?.sender_kind === 'staff' && c.last_message.sender_name) || room.face.value?.name || t('list.chat')}</span>
      <time>${time().brief(activity(c))}</time>
      <span class="list-text" dir="auto">${c.last_message ? gist(c.last_message) : ''}</span>
      ${c.unread_count ? html`<span class="badge">${c.unread_count}</span>` : null}
    </button>`)}
    <button class="button is-main list-new" type="button" onClick=${() => room.show(NEW)}>${icon('plus')}${t('list.new')}</button>
  </div>`;
}

/** @param {import('../lib/shapes.js').Message} message */
export const sayAloud = (message) => announce(t('said', { name: message.sender_name ?? t('somebody'), text: gist(message) }));
