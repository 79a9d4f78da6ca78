// The chat as a contact sees it: a header that says who answers, the conversation, a place to write.

import { html, useEffect, useRef } from '../vendor/preact.js';
import { emptyThread, shown } from '../lib/state.js';
import { Avatar } from '../parts/avatar.js';
import { Banner } from '../parts/banner.js';
import { Composer } from '../parts/composer.js';
import { icon } from '../parts/icons.js';
import { t, time } from '../parts/speech.js';
import { Empty, Failed, Loading } from '../parts/states.js';
import { Thread } from '../parts/thread.js';
import { Typing } from '../parts/typing.js';
import { Details } from './details.js';
import { NEW } from './room.js';

/** @typedef {import('./room.js').Room} Room */
/** @typedef {{get:(id:string)=>string, set:(id:string,text:string)=>void}} Drafts */
/** @typedef {{room:Room, drafts:Drafts, close:(()=>void)|null, composer:{current:{focus:()=>void}|null}, look:()=>void}} Props */

/** @param {Room} room */
function someoneIsThere(room) {
  const staff = Object.values(room.state.value.people).filter((person) => person.kind === 'staff');
  return staff.some((person) => person.online) || Boolean(room.face.value?.staff_online);
}

/** @param {{room:Room, close:(()=>void)|null}} props */
function Header({ room, close }) {
  const face = room.face.value;
  const there = someoneIsThere(room);
  const many = face?.threading === 'many' && room.screen.value === 'thread' && Object.keys(room.state.value.conversations).length > 0;
  return html`<header class="head">
    ${many ? html`<button class="head-button" type="button" aria-label=${t('list.all')} title=${t('list.all')} onClick=${() => room.list()}>${icon('back')}</button>` : null}
    <${Avatar} name=${face?.name} seed="" online=${there} />
    <div class="head-words">
      <h1>${face?.name ?? ' '}</h1>
      <p>${face ? t(there ? 'there' : 'away') : ' '}</p>
    </div>
    ${close ? html`<button class="head-button" type="button" aria-label=${t('close')} title=${t('close')} onClick=${close}>${icon('close')}</button>` : null}
  </header>`;
}

/** @param {{face:import('./room.js').Face|null}} props */
const Greeting = ({ face }) => html`<div class="greeting">
  <${Avatar} name=${face?.name} seed="" />
  <h2>${face?.name}</h2>
  <p dir="auto">${face?.greeting || t('greeting')}</p>
</div>`;

/** @param {{room:Room, look:()=>void}} props */
function Conversation({ room, look }) {
  const id = room.id.value;
  const state = room.state.value;
  const thread = state.threads[id] ?? emptyThread;
  const messages = shown(thread);
  const conversation = state.conversations[id];
  const find = (/** @type {string} */ wanted) => thread.messages.find((m) => m.id === wanted);
  const firstUnread = useRef(/** @type {{id:string,from:string|null}} */ ({ id: '', from: null }));
  if (firstUnread.current.id !== id && thread.loaded) {
    const unread = conversation?.unread_count ?? 0;
    const others = thread.messages.filter((m) => m.sender_kind !== 'contact');
    firstUnread.current = { id, from: unread ? others.at(-unread)?.id ?? null : null };
  }
  useEffect(look);
  const on = {
    own: (/** @type {import('../parts/bubble.js').Shown} */ m) => m.sender_kind === 'contact' && (Boolean(m.state) || m.sender_id === state.me?.id),
    find,
    retry: (/** @type {import('../parts/bubble.js').Shown} */ m) => room.client?.outbox?.retry(m.client_id ?? ''),
    drop: (/** @type {import('../parts/bubble.js').Shown} */ m) => room.client?.outbox?.drop(m.client_id ?? ''),
    fallback: room.face.value?.name,
  };
  const closed = conversation && (conversation.status === 'closed' || conversation.status === 'archived');
  const outro = html`${room.asking.value && thread.messages.length ? html`<${Details} save=${(/** @type {any} */ d) => room.introduce(d)} />` : null}
    ${closed ? html`<div class="system">${t('closed')}</div>` : null}`;
  return html`<${Thread} key=${id} messages=${messages} loaded=${id === NEW || thread.loaded || messages.length > 0} failed=${room.failed.value}
    more=${Boolean(thread.before)} older=${() => room.client?.loadOlder(id).catch(() => {})} retry=${() => room.load()}
    unreadFrom=${firstUnread.current.from} on=${on} seen=${look} intro=${html`<${Greeting} face=${room.face.value} />`} outro=${outro} />
    <${Typing} typists=${state.typing[id]} />`;
}

/** @param {{room:Room}} props */
function List({ room }) {
  const all = Object.values(room.state.value.conversations).sort((a, b) => b.updated_at - a.updated_at);
  return html`<div class="list">
    ${all.map((c) => html`<button class=${'list-item' + (c.unread_count ? ' is-unread' : '')} type="button" key=${c.id} onClick=${() => room.show(c.id)}>
      <span class="list-title" dir="auto">${c.subject || c.last_message?.sender_name || t('list.chat')}</span>
      <time>${time.brief(c.updated_at)}</time>
      <span class="list-text" dir="auto">${c.last_message?.body ?? ''}</span>
      ${c.unread_count ? html`<span class="badge">${c.unread_count}</span>` : null}
    </button>`)}
    <button class="button is-main list-new" type="button" onClick=${() => room.show(NEW)}>${icon('plus')}${t('list.new')}</button>
  </div>`;
}

/** @param {Room} room */
function Ended(room) {
  if (!room.world.workspace) return html`<${Empty} icon="link" title=${t('ended.link')}><p>${t('ended.link.help')}</p><//>`;
  if (!room.known) return html`<${Empty} icon="alert" title=${t('ended.nothing')} />`;
  return html`<${Empty} icon="chat" title=${t('ended.chat')}><button class="button is-main" type="button" onClick=${() => room.forget()}>${t('ended.anew')}</button><//>`;
}

/** @param {Props} props */
export function App({ room, drafts, close, composer, look }) {
  const screen = room.screen.value;
  const id = room.id.value;
  const client = room.client;
  const body = screen === 'loading' ? html`<div class="fill"><${Loading} /></div>`
    : screen === 'failed' ? html`<${Failed} retry=${() => room.enter()} />`
    : screen === 'ended' ? Ended(room)
    : screen === 'list' ? html`<${List} room=${room} />`
    : html`<${Conversation} room=${room} look=${look} />`;
  return html`<main class="chat">
    <${Header} room=${room} close=${close} />
    <${Banner} phase=${room.phase.value} />
    ${body}
    ${screen === 'thread' || screen === 'loading' ? html`<div onFocusIn=${() => { if (room.world.workspace && !room.known) void room.warm(); }}>
      <${Composer} id=${id} drafts=${drafts} disabled=${screen === 'loading'} placeholder=${t('write')} handle=${composer}
        send=${(/** @type {string} */ text) => room.say(text)} typed=${() => id !== NEW && client?.typing.typed(id)} stopped=${() => client?.typing.stopped(id)} />
    </div>` : null}
  </main>`;
}
