// Two records of one person become one: the other is looked for among all, and what then happens is said before it does.

import { html, useState } from '../vendor/preact.js';
import { announce } from '../parts/announce.js';
import { Avatar } from '../parts/avatar.js';
import { Dialog } from '../parts/dialog.js';
import { icon } from '../parts/icons.js';
import { t } from '../parts/speech.js';
import { Loading } from '../parts/states.js';
import { Choices } from './choices.js';
import { explain } from './signin.js';
import { useContactSearch } from './theirs.js';

/** @typedef {import('../lib/shapes.js').Contact} Contact */

/** @param {Contact} c */
const nameOf = (c) => c.name || c.email || c.phone || t('visitor');

/** Who is known does not become a stranger, so then it is the open one who goes. @param {Contact} open @param {Contact} other @returns {[Contact, Contact]} who stays, and who is gone */
export const outcome = (open, other) => (open.anonymous && !other.anonymous ? [other, open] : [open, other]);

/** @param {{desk:import('./desk.js').Desk, contact:Contact, close:() => void}} props */
export function MergeContact({ desk, contact, close }) {
  const [text, setText] = useState('');
  const [other, choose] = useState(/** @type {Contact|null} */ (null));
  const [trouble, setTrouble] = useState('');
  // Before anything is typed: whoever is like this one.
  const q = text.trim() || contact.email || contact.phone || contact.name || '';
  const found = useContactSearch(desk, q);
  const others = (found.items ?? []).filter((c) => c.id !== contact.id && desk.state.value.contacts[c.id]);
  const [stays, gone] = other ? outcome(contact, other) : [contact, null];
  const merge = () => {
    if (!gone) return;
    desk.call('contact.merge', { contact_id: gone.id, into: stays.id }).then((merged) => {
      desk.client?.dispatch({ type: 'contact.merged', data: { id: gone.id, contact: merged.contact } });
      announce(t('contact.merged', { n: merged.moved_count }));
      close();
      desk.goContacts(stays.id);
    }, (problem) => setTrouble(explain(problem)));
  };
  const items = others.map((c) => ({
    key: c.id, chosen: other?.id === c.id, sign: html`<${Avatar} name=${c.name} seed=${c.id} />`,
    label: html`<b>${nameOf(c)}</b><small>${[c.email, c.phone].filter(Boolean).join(' · ')}</small>`, run: () => { setTrouble(''); choose(c); },
  }));
  return html`<${Dialog} title=${t('contact.merge')} close=${close}>
    <p class="fields-why">${t('contact.merge.why', { name: nameOf(contact) })}</p>
    <input class="picker-field" type="search" value=${text} maxlength="200" placeholder=${t('contacts.find')} aria-label=${t('contacts.find')} autocomplete="off" dir="auto" autofocus
      onInput=${(/** @type {Event} */ e) => { choose(null); setText(/** @type {HTMLInputElement} */ (e.target).value); }} />
    <div class="merge-found">${items.length ? html`<${Choices} items=${items} quiet=${true} />` : q && !found.items && !found.failed ? html`<${Loading} kind="list" lines=${2} />`
      : html`<p class="nothing" role="status">${icon('search')}${found.failed ? t('failed') : text.trim() ? t('search.nothing', { text: text.trim() }) : t('contact.merge.none')}</p>`}</div>
    ${gone ? html`<div class="merge-end"><p>${t('contact.merge.sure', { stays: nameOf(stays), gone: nameOf(gone) })}</p>
      <button class="button is-grave" type="button" onClick=${merge}>${t('contact.merge.go')}</button></div>` : null}
    ${trouble ? html`<p class="field-error" role="alert">${trouble}</p>` : null}
  <//>`;
}
