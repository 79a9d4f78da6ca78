// The conversation itself, and the list of them: fetched once somebody writes, or has written before.

import { html, useEffect } from '../vendor/preact.js';
import { emptyThread } from '../lib/empty.js';
import { shown } from '../lib/state.js';
import { activity } from '../lib/views.js';
import { announce } from '../parts/announce.js';
import { icon } from '../parts/icons.js';
import { t } from '../parts/speech.js';
import { time } from '../parts/calendar.js';
import { Thread, useUnreadFrom } from '../parts/thread.js';
import { Typing } from '../parts/typing.js';
import { Details } from './details.js';
import { Greeting } from './greeting.js';
import { NEW } from './room.js';

/** @typedef {import('./room.js').Room} Room */
/** @typedef {import('../parts/bubble.js').Shown} Shown */

/** @param {{room:Room, look:()=>void}} props */
export function Conversation({ room, look }) {
  const id = room.id.value;
  const state = room.state.value;
  const thread = state.threads[id] ?? emptyThread;
  const messages = shown(thread);
  const conversation = state.conversations[id];
  const find = (/** @type {string} */ wanted) => thread.messages.find((m) => m.id === wanted);
  const unreadFrom = useUnreadFrom(id, thread, conversation?.unread_count ?? 0, 'contact');
  useEffect(look);
  const on = {
    own: (/** @type {Shown} */ m) => m.sender_kind === 'contact' && (Boolean(m.state) || m.sender_id === state.me?.id),
    find,
    retry: (/** @type {Shown} */ m) => room.client?.outbox?.retry(m.client_id ?? ''),
    drop: (/** @type {Shown} */ m) => room.client?.outbox?.drop(m.client_id ?? ''),
    nameless: (/** @type {Shown} */ m) => on.own(m),
    name: (/** @type {Shown} */ m) => m.sender_name || room.face.value?.name || t('somebody'),
  };
  const closed = conversation && (conversation.status === 'closed' || conversation.status === 'archived');
  const outro = html`${room.asking.value && thread.messages.length ? html`<${Details} save=${(/** @type {any} */ d) => room.introduce(d)} />` : null}
    ${closed ? html`<div class="system">${t('closed')}</div>` : null}`;
  return html`<${Thread} key=${id} messages=${messages} loaded=${id === NEW || thread.loaded || messages.length > 0} failed=${room.failed.value}
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
      <span class="list-text" dir="auto">${c.last_message?.body ?? ''}</span>
      ${c.unread_count ? html`<span class="badge">${c.unread_count}</span>` : null}
    </button>`)}
    <button class="button is-main list-new" type="button" onClick=${() => room.show(NEW)}>${icon('plus')}${t('list.new')}</button>
  </div>`;
}

/** @param {import('../lib/shapes.js').Message} message */
export const sayAloud = (message) => announce(t('said', { name: message.sender_name ?? t('somebody'), text: message.body }));
