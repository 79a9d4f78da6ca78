// The start of the staff's page.

import { effect, html, render, signal } from '../vendor/preact.js';
import { unreadIn } from '../lib/views.js';
import { announce } from '../parts/announce.js';
import '../parts/icons.staff.js';
import { Banner } from '../parts/banner.js';
import { gist } from '../parts/gist.js';
import { speak, t } from '../parts/speech.js';
import { Failed, Loading } from '../parts/states.js';
import { theme } from '../parts/theme.js';
import { alertOf, notice } from './alerts.js';
import { Desk } from './desk.js';
import { Dialogs } from './dialogs.js';
import { Help, listen } from './keys.js';
import { later } from './later.js';
import { List } from './list.js';
import { PersonPane } from './person.js';
import { SignIn } from './signin.js';
import { ThreadPane } from './thread.js';

const desk = new Desk();
const mode = signal('reply');
const help = signal(false);
const composer = { current: /** @type {{focus:()=>void}|null} */ (null) };
const Contacts = later(() => import('./contacts.js').then((found) => found.Contacts));
const assign = { current: /** @type {(()=>void)|null} */ (null) };

/** What lies open before somebody who looks has been read; a passage from earlier is not the newest. */
function look() {
  const id = desk.id.value;
  if (!id || document.hidden || !document.hasFocus()) return;
  desk.called.seen(id);
  if (!desk.passage.value) desk.client?.markRead(id);
}

/** @param {string} wanted */
const write = (wanted) => () => {
  if (!desk.id.value) return;
  mode.value = wanted;
  // The composer of the other manner appears with the next frame.
  requestAnimationFrame(() => composer.current?.focus());
};

function App() {
  const screen = desk.screen.value;
  if (screen === 'starting') return html`<main class="entry"><${Loading} /></main>`;
  if (screen === 'failed') return html`<main class="entry"><${Failed} title=${t('offline')} retry=${() => desk.start()} /></main>`;
  if (screen === 'signin') return html`<${SignIn} desk=${desk} />`;
  const contact = desk.contact.value;
  const shows = (contact ?? desk.id.value) ? (desk.person.value && contact === null ? 'shows-person' : 'shows-thread') : 'shows-list';
  return html`<${Banner} phase=${desk.phase.value} /><main class=${'desk ' + shows}>
    ${contact === null ? html`<${List} desk=${desk} />
    <${ThreadPane} desk=${desk} mode=${mode} composer=${composer} assign=${assign} look=${look} />
    <${PersonPane} desk=${desk} />` : html`<${Contacts} desk=${desk} />`}
    <${Dialogs} desk=${desk} />
    ${help.value ? html`<${Help} close=${() => { help.value = false; }} />` : null}
  </main>`;
}

desk.incoming = (message) => {
  announce(t('said', { name: message.sender_name ?? t('visitor'), text: gist(message) }));
  alertOf(desk, message);
};
desk.mentioned = (message) => {
  const name = message.sender_name ?? t('somebody');
  announce(t('mention.title', { name }));
  if (message.conversation_id !== desk.id.value || document.hidden) desk.called.add(message.conversation_id);
  notice(desk, t('mention.title', { name }), message.conversation_id);
};
addEventListener('focus', look);
document.addEventListener('visibilitychange', look);
// A page brought back by the back button may be another person's by now.
addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });

// The words and the session have nothing to do with each other.
const started = desk.start();
await speak(navigator.languages, ['chat', 'talk', 'inbox', 'desk']);
listen(desk, { reply: write('reply'), note: write('note'), assign: () => assign.current?.(), help: () => { help.value = true; } });
effect(() => theme(desk.state.value.workspace?.accent));
effect(() => {
  const n = unreadIn(desk.state.value.conversations, 'all', desk.me?.id);
  const workspace = desk.state.value.workspace?.name ?? desk.grant.value?.workspace.name;
  document.title = (n ? `(${n}) ` : '') + [t('title'), workspace].filter(Boolean).join(' – ');
});
render(html`<${App} />`, /** @type {HTMLElement} */ (document.getElementById('app')));
await started;
