// Saying a message again in another conversation.

import { html, useState } from '../vendor/preact.js';
import { contactIn } from '../lib/state.js';
import { activity } from '../lib/views.js';
import { announce } from '../parts/announce.js';
import { Avatar } from '../parts/avatar.js';
import { Dialog, over } from '../parts/dialog.js';
import { gist } from '../parts/gist.js';
import { t } from '../parts/speech.js';
import { newId } from '../parts/world.js';
import { useContactSearch } from './theirs.js';

/** @typedef {import('./desk.js').Desk} Desk */
/** @typedef {import('../parts/bubble.js').Shown} Shown */

const MOST = 30;

/** @param {{desk:Desk, message:Shown, close:()=>void}} props */
function Forward({ desk, message, close }) {
  const [query, ask] = useState('');
  const [trouble, setTrouble] = useState('');
  // The same name for every try: sent twice, it is one message.
  const [client_id] = useState(newId);
  const all = Object.values(desk.state.value.conversations).filter((c) => c.id !== message.conversation_id)
    .map((c) => ({ c, name: contactIn(c)?.name || t('visitor') }))
    .filter(({ c, name }) => `${name} ${c.subject ?? ''}`.toLowerCase().includes(query.trim().toLowerCase()))
    .sort((a, b) => activity(b.c) - activity(a.c)).slice(0, MOST);
  // Those whose conversations are not known here, of all that there are.
  const found = useContactSearch(desk, query.trim()).items ?? [];
  const others = found.filter((one) => !all.some(({ c }) => contactIn(c)?.id === one.id) && contactIn(desk.state.value.conversations[message.conversation_id])?.id !== one.id);
  const sendTo = async (/** @type {import('../lib/shapes.js').Contact} */ contact) => {
    const { items: [newest] } = await desk.call('contact.conversations', { contact_id: contact.id, limit: 1 });
    send((newest ?? await desk.call('conversation.start', { contact_id: contact.id })).id, contact.name || t('visitor'));
  };
  const send = (/** @type {string} */ conversation_id, /** @type {string} */ name) => {
    desk.call('message.forward', { message_id: message.id, conversation_id, client_id }).then(() => {
      announce(t('forward.done', { name }));
      close();
      desk.go(desk.view.value, conversation_id);
    }, (problem) => setTrouble(problem.status === 409 || problem.status === 422 ? problem.message : t('deed.failed')));
  };
  return html`<${Dialog} title=${t('forward')} close=${close}>
    <div class="ask">
      <p class="ask-about"><span dir="auto">${gist(message).slice(0, 200)}</span></p>
      <input type="search" value=${query} placeholder=${t('forward.to')} aria-label=${t('forward.to')} onInput=${(/** @type {any} */ e) => ask(e.target.value)} />
      ${trouble ? html`<p class="field-error" role="alert">${trouble}</p>` : null}
      <ul class="ask-list">${all.map(({ c, name }) => html`<li key=${c.id}><button type="button" onClick=${() => send(c.id, name)}>
        <${Avatar} name=${name} seed=${contactIn(c)?.id} /><span dir="auto"><b>${name}</b>${c.subject ? html`<small>${c.subject}</small>` : null}</span></button></li>`)}
        ${others.map((one) => html`<li key=${one.id}><button type="button" onClick=${() => void sendTo(one).catch(() => setTrouble(t('deed.failed')))}>
        <${Avatar} name=${one.name} seed=${one.id} /><span dir="auto"><b>${one.name || t('visitor')}</b><small>${[one.email, one.phone].filter(Boolean).join(' · ')}</small></span></button></li>`)}</ul>
      ${all.length || others.length ? null : html`<p class="ask-about">${t('forward.nobody')}</p>`}
    </div>
  <//>`;
}

/** @param {Desk} desk @param {Shown} message */
export function forward(desk, message) {
  over((close) => html`<${Forward} desk=${desk} message=${message} close=${close} />`);
}
