// The start of a contact's page: in the frame of a website (/widget/), or filling the window behind a chat link (/chat).

import { effect, html, render } from '../vendor/preact.js';
import { createDrafts } from '../lib/drafts.js';
import { speak, t } from '../parts/speech.js';
import { theme } from '../parts/theme.js';
import { storage } from '../parts/world.js';
import { App } from './app.js';
import { createHost } from './host.js';
import { NEW, Room } from './room.js';

/** The token of a chat link; it leaves the address bar before anything else happens. */
function takeToken() {
  const query = new URLSearchParams(location.search);
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? query.get('token') ?? query.get('chat_token');
  if (!token) return null;
  query.delete('token');
  query.delete('chat_token');
  history.replaceState(null, '', location.pathname + (query.size ? '?' + query : ''));
  return token;
}

const linked = location.pathname.startsWith('/chat');
const token = linked ? takeToken() : null;
const query = new URLSearchParams(location.search);
const workspace = linked ? '' : query.get('workspace') ?? '';
const local = storage('localStorage');

const room = new Room({
  workspace, token, storage: local,
  // A link may be opened on somebody else's machine: what it lets in ends with the tab.
  memory: linked ? storage('sessionStorage') : local,
  key: linked ? 'careline.chat' : `careline.${workspace}`,
});

const kept = createDrafts(linked ? storage('sessionStorage') : local, `careline.draft.${workspace}.`);
const drafts = {
  ...kept,
  /** What is being written while the first message gets its conversation goes on in it. @param {string} id */
  get(id) {
    if (id !== room.placed) return kept.get(id);
    room.placed = null;
    const text = kept.get(NEW);
    kept.set(NEW, '');
    return text;
  },
};
const composer = { current: /** @type {{focus:()=>void}|null} */ (null) };
let open = linked || window.parent === window;
const host = createHost({
  self: window,
  origin: query.get('origin'),
  order(order, page) {
    open = order === 'open';
    room.page = page ?? room.page;
    if (open) composer.current?.focus();
    look();
  },
});
room.begun = () => host.tell('begun');
room.focus = () => composer.current?.focus();

/** What is on the screen of somebody who looks at it has been read. */
function look() {
  if (open && room.screen.value === 'thread' && !document.hidden && document.hasFocus()) room.client?.markRead(room.id.value);
}

function close() {
  open = false;
  host.tell('close');
}

addEventListener('focus', look);
document.addEventListener('visibilitychange', look);
addEventListener('keydown', (event) => { if (event.key === 'Escape' && host.framed) close(); });
addEventListener('online', () => { if (room.screen.value === 'failed') void room.enter(); });

await speak([query.get('language') ?? '', ...navigator.languages], ['chat', 'widget']);
document.body.classList.toggle('is-page', linked || !host.framed);
effect(() => {
  const face = room.face.value;
  theme(face?.accent);
  if (face) host.tell('ready', { accent: face.accent });
});
effect(() => {
  const n = Object.values(room.state.value.conversations).reduce((sum, c) => sum + c.unread_count, 0);
  host.tell('unread', { n });
  document.title = (n ? `(${n}) ` : '') + (room.face.value?.name ?? t('title'));
});
const View = () => html`<${App} room=${room} drafts=${drafts} close=${host.framed ? close : null} composer=${composer} look=${look} />`;
render(html`<${View} />`, /** @type {HTMLElement} */ (document.getElementById('app')));
await (linked && !room.known ? void (room.screen.value = 'ended') : room.enter());
if (open && host.framed) composer.current?.focus();
