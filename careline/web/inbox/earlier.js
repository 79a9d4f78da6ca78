// The other conversations with the same person, and whether they may write.

import { html, useState } from '../vendor/preact.js';
import { activity, fellows } from '../lib/views.js';
import { t } from '../parts/speech.js';
import { time } from '../parts/calendar.js';
import { attempt } from './deeds.js';
import { useConversationsOf } from './theirs.js';

/** @typedef {import('./desk.js').Desk} Desk */
/** @typedef {import('../lib/shapes.js').Contact} Contact */
/** @typedef {import('../lib/shapes.js').Conversation} Conversation */

const FEW = 5;

/** @param {{desk:Desk, c:Conversation|undefined, contact:Contact}} props */
export function Earlier({ desk, c, contact }) {
  const [all, showAll] = useState(false);
  const { next } = useConversationsOf(desk, contact.id);
  const others = c ? fellows(desk.state.value.conversations, c) : [];
  if (!others.length) return null;
  return html`<section class="earlier"><h3>${t('earlier')}</h3>
    <ul>${others.slice(0, all ? others.length : FEW).map((o) => html`<li key=${o.id}><button class="choice" type="button" onClick=${() => desk.go(desk.view.value, o.id)}>
      <i class=${'status-dot is-' + o.status} title=${t('status.' + o.status)}></i><span dir="auto">${o.subject || o.last_message?.body || t('list.nothing')}</span><small>${time().brief(activity(o))}</small></button></li>`)}</ul>
    ${next ? html`<button class="text-button" type="button" onClick=${() => desk.goContacts(contact.id)}>${t('earlier.every')}</button>`
      : others.length > FEW && !all ? html`<button class="text-button" type="button" onClick=${() => showAll(true)}>${t('earlier.all', { n: others.length })}</button>` : null}
  </section>`;
}

/** @param {{desk:Desk, contact:Contact}} props */
export function Block({ desk, contact }) {
  const [sure, ask] = useState(false);
  const set = (/** @type {string} */ verb) => {
    ask(false);
    attempt(desk.call(verb, { contact_id: contact.id }).then((found) => desk.client?.dispatch({ type: 'contact.updated', data: { contact: found } })));
  };
  return html`<section class="block">${contact.blocked_at
    ? html`<p class="field-error">${t('blocked')}</p><button class="button" type="button" onClick=${() => set('contact.unblock')}>${t('unblock')}</button>`
    : html`<button class=${'text-button' + (sure ? ' is-danger' : '')} type="button" onClick=${() => (sure ? set('contact.block') : ask(true))} onBlur=${() => ask(false)}>${t(sure ? 'block.sure' : 'block')}</button>`}
  </section>`;
}
