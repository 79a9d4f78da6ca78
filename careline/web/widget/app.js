// The chat as a contact sees it: a header that says who answers, the conversation, a place to write.

import { html } from '../vendor/preact.js';
import { Avatar } from '../parts/avatar.js';
import { Banner } from '../parts/banner.js';
import { Composer } from '../parts/composer.js';
import { icon } from '../parts/icons.js';
import { t } from '../parts/speech.js';
import { Empty, Failed, Loading } from '../parts/states.js';
import { Greeting } from './greeting.js';
import { NEW } from './room.js';

/** @typedef {import('./room.js').Room} Room */
/** @typedef {{get:(id:string)=>string, set:(id:string,text:string)=>void}} Drafts */
/** @typedef {{room:Room, drafts:Drafts, close:(()=>void)|null, composer:{current:{focus:()=>void}|null}, look:()=>void}} Props */

/** @param {{room:Room, close:(()=>void)|null}} props */
function Header({ room, close }) {
  const talk = room.screen.value === 'thread' && room.talk.value;
  const face = room.face.value;
  const there = Boolean(face?.staff_online);
  const many = face?.threading === 'many' && room.screen.value === 'thread' && Object.keys(room.state.value.conversations).length > 0;
  return html`<header class="head">
    ${many ? html`<button class="head-button" type="button" aria-label=${t('list.all')} title=${t('list.all')} onClick=${() => room.list()}>${icon('back')}</button>` : null}
    <${Avatar} name=${face?.name} seed="" online=${there} />
    <div class="head-words">
      <h1>${face?.name ?? ' '}</h1>
      <p>${face ? t(there ? 'there' : 'away') : ' '}</p>
    </div>
    ${talk && room.id.value !== NEW ? html`<${talk.HeadMenu} room=${room} />` : null}
    ${close ? html`<button class="head-button" type="button" aria-label=${t('close')} title=${t('close')} onClick=${close}>${icon('close')}</button>` : null}
  </header>`;
}

/** @param {Room} room */
function Ended(room) {
  if (!room.world.workspace) return html`<${Empty} icon="link" title=${t('ended.link')}><p>${t('ended.link.help')}</p><//>`;
  if (!room.known) return html`<${Empty} icon="alert" title=${t('ended.nothing')} />`;
  return html`<${Empty} icon="chat" title=${t('ended.chat')}><button class="button is-main" type="button" onClick=${() => room.become()}>${t('ended.anew')}</button><//>`;
}

/** @param {Props} props */
export function App({ room, drafts, close, composer, look }) {
  const screen = room.screen.value;
  const id = room.id.value;
  const client = room.client;
  const talk = room.talk.value;
  const files = talk && id !== NEW ? talk.attachOf(room) : null;
  const body = screen === 'loading' ? html`<div class="fill"><${Loading} /></div>`
    : screen === 'failed' ? html`<${Failed} retry=${() => room.enter()} />`
    : screen === 'ended' ? Ended(room)
    : screen === 'code' ? html`<${room.code.value?.SignIn} room=${room} leave=${() => { room.screen.value = 'thread'; }} />`
    : !talk ? html`<div class="fill"><${Greeting} face=${room.face.value} />${room.busy.value ? html`<${Loading} lines=${2} />`
      : room.mayAskCode ? html`<button class="text-link" type="button" onClick=${() => room.askCode()}>${t('code')}</button>` : null}</div>`
    : screen === 'list' ? html`<${talk.List} room=${room} />`
    : html`<${talk.Conversation} room=${room} look=${look} />`;
  return html`<main class="chat">
    ${room.face.value || close || screen !== 'ended' ? html`<${Header} room=${room} close=${close} />` : null}
    <${Banner} phase=${room.phase.value} />
    ${body}
    ${screen === 'thread' || screen === 'loading' ? html`<${Composer} id=${id} drafts=${drafts} disabled=${screen === 'loading'} placeholder=${t('write')} handle=${composer}
        above=${talk && files ? html`<${talk.Above} room=${room} />` : null} attach=${files} send=${(/** @type {string} */ text, /** @type {any} */ attachments) => room.say(text, attachments)} typed=${() => id !== NEW && client?.typing.typed(id)} stopped=${() => client?.typing.stopped(id)} />` : null}
  </main>`;
}
