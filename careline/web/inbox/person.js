// Who one is talking to: what is known of them, to be corrected in place, and the links that let them in.

import { html, useEffect, useState } from '../vendor/preact.js';
import { contactIn } from '../lib/state.js';
import { Avatar } from '../parts/avatar.js';
import { icon } from '../parts/icons.js';
import { t } from '../parts/speech.js';
import { time } from '../parts/calendar.js';
import { Loading } from '../parts/states.js';
import { Block, Earlier } from './earlier.js';
import { Links } from './links.js';
import { explain } from './signin.js';

/** @typedef {import('./desk.js').Desk} Desk */
/** @typedef {import('../lib/shapes.js').Contact} Contact */

/** @param {{desk:Desk, contact:Contact, field:"name"|"email"|"phone", type:string}} props */
function Field({ desk, contact, field, type }) {
  const [trouble, setTrouble] = useState('');
  const [saved, setSaved] = useState(false);
  // What is being typed, and what was refused: whatever happens meanwhile draws this anew, and must not take it away.
  const [draft, setDraft] = useState(/** @type {string|null} */ (null));
  const save = async () => {
    if (draft === null) return;
    const value = draft.trim() || null;
    setTrouble('');
    if (value === (contact[field] || null)) return void setDraft(null);
    try {
      const changed = await desk.call('contact.update', { contact_id: contact.id, [field]: value });
      desk.client?.dispatch({ type: 'contact.updated', data: { contact: changed } });
      setDraft(null);
      setSaved(true);
      setTimeout(() => setSaved(false), 2000);
    } catch (problem) {
      setTrouble(explain(/** @type {import('../lib/api.js').Problem} */ (problem)));
    }
  };
  const key = (/** @type {KeyboardEvent} */ event) => { if (event.key === 'Enter') /** @type {HTMLElement} */ (event.target).blur(); };
  return html`<label class="field"><span>${t(field)}${saved ? html`<em role="status">${icon('check')}${t('saved')}</em>` : null}</span>
    <input type=${type} value=${draft ?? contact[field] ?? ''} placeholder=${t('unknown')} autocomplete="off" maxlength="200" dir="auto" aria-invalid=${Boolean(trouble)} onInput=${(/** @type {Event} */ e) => setDraft(/** @type {HTMLInputElement} */ (e.target).value)} onBlur=${save} onKeyDown=${key} />
    ${trouble ? html`<small class="field-error" role="alert">${trouble}</small>` : null}</label>`;
}

/** @param {{desk:Desk, contact:Contact}} props */
export const Fields = ({ desk, contact }) => html`<div class="person-fields">
  <${Field} desk=${desk} contact=${contact} field="name" type="text" />
  <${Field} desk=${desk} contact=${contact} field="email" type="email" />
  <${Field} desk=${desk} contact=${contact} field="phone" type="tel" />
</div>`;

/** @param {{contact:Contact}} props */
export function More({ contact }) {
  const attributes = Object.entries(contact.attributes ?? {});
  return html`<dl class="facts">
    <div><dt>${t('since')}</dt><dd>${time().exact(contact.created_at)}</dd></div>
    ${attributes.map(([key, value]) => html`<div key=${key}><dt dir="auto">${key}</dt><dd dir="auto">${typeof value === 'object' ? JSON.stringify(value) : String(value)}</dd></div>`)}
  </dl>`;
}

/** @param {{desk:Desk}} props */
export function PersonPane({ desk }) {
  const id = desk.id.value;
  const state = desk.state.value;
  const who = contactIn(id ? state.conversations[id] : undefined);
  const contact = who?.id ? state.contacts[who.id] : undefined;
  const person = who ? state.people['contact:' + who.id] : undefined;
  useEffect(() => {
    if (!who?.id || contact) return;
    desk.call('contact.get', { contact_id: who.id }).then((found) => desk.client?.dispatch({ type: 'contact.updated', data: { contact: found } }), () => {});
  }, [who?.id, Boolean(contact)]);
  if (!id || !desk.person.value) return null;
  const name = who?.name || t('visitor');
  return html`<aside class="pane person-pane" aria-label=${t('person')}>
    <button class="sign-button person-close" type="button" aria-label=${t('close')} onClick=${() => { desk.person.value = false; }}>${icon('close')}</button>
    <div class="person-top">
      <${Avatar} name=${name} seed=${who?.id} online=${person?.online} />
      <h2 dir="auto">${name}</h2>
      <p>${person?.online ? html`<span class="is-there">${t('online')}</span>` : person?.last_seen_at ? t('seen', { when: time().ago(person.last_seen_at) }) : t('unseen')}</p>
      ${contact ? html`<button class="text-button" type="button" onClick=${() => desk.goContacts(contact.id)}>${t('contact.page')}</button>` : null}
      ${contact?.anonymous ? html`<p class="chip">${t('anonymous')}</p>` : null}
    </div>
    ${contact ? html`<${Fields} key=${contact.id} desk=${desk} contact=${contact} />
    <${Earlier} key=${'earlier' + contact.id} desk=${desk} c=${desk.state.value.conversations[id]} contact=${contact} />
    <${More} contact=${contact} />
    <${Links} key=${'links' + contact.id} desk=${desk} contact_id=${contact.id} />
    <${Block} key=${'block' + contact.id} desk=${desk} contact=${contact} />` : html`<${Loading} kind="list" lines=${4} />`}
  </aside>`;
}
