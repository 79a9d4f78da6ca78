// What else a message that is searched for must be: when, by whom, with a file, under which label, and what is seldom asked.

import { html, useState } from '../vendor/preact.js';
import { t } from '../parts/speech.js';

/** @typedef {{from:string, to:string, sender:""|"contact"|"staff", attachment:boolean, label:string, status:string, kind:""|"text"|"note", pinned:boolean, unread:boolean, order:""|"relevance"}} Wish */

/** @type {Wish} */
export const noWishes = { from: '', to: '', sender: '', attachment: false, label: '', status: '', kind: '', pinned: false, unread: false, order: '' };

/** Whether there is less to be found with it. @param {Wish} wish */
export const narrows = (wish) => Object.entries(wish).some(([field, value]) => value && field !== 'order');

/** The first moment of a day, by the reader's own calendar. @param {string} date as a field has it @param {number} [days] later */
function moment(date, days = 0) {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  return date ? new Date(year, month - 1, day + days).getTime() : undefined;
}

/** As the API is asked. @param {Wish} wish */
export const worded = (wish) => ({
  from_at: moment(wish.from),
  to_at: moment(wish.to, 1),
  sender_kind: wish.sender || undefined,
  has_attachment: wish.attachment || undefined,
  label: wish.label || undefined,
  status: wish.status || undefined,
  kind: wish.kind || undefined,
  pinned: wish.pinned || undefined,
  unread: wish.unread || undefined,
  order: wish.order || undefined,
});

/** @param {{desk:import('./desk.js').Desk, wish:Wish, change:(wish:Wish) => void}} props */
export function Wishes({ desk, wish, change }) {
  const set = (/** @type {keyof Wish} */ field) => (/** @type {Event} */ event) => {
    const el = /** @type {HTMLInputElement} */ (event.target);
    const next = { ...wish, [field]: el.type === 'checkbox' ? el.checked : el.value };
    change(Object.values(next).some(Boolean) ? next : noWishes);
  };
  const check = (/** @type {"attachment"|"pinned"|"unread"} */ field, /** @type {string} */ words) => html`<label class="check"><input type="checkbox" checked=${wish[field]} onChange=${set(field)} /><span>${words}</span></label>`;
  const choice = (/** @type {"status"|"kind"|"order"} */ field, /** @type {string} */ words, /** @type {[string,string][]} */ all) => html`<select aria-label=${words} value=${wish[field]} onChange=${set(field)}>
    ${all.map(([value, said]) => html`<option key=${value} value=${value}>${said}</option>`)}</select>`;
  const [whole, showWhole] = useState(false);
  const labels = Object.values(desk.state.value.labels).sort((a, b) => a.name.localeCompare(b.name));
  return html`<div class="wishes" role="group" aria-label=${t('filter')}>
    <select aria-label=${t('search.sender')} value=${wish.sender} onChange=${set('sender')}>
      <option value="">${t('search.anyone')}</option><option value="contact">${t('search.by.contact')}</option><option value="staff">${t('search.by.staff')}</option></select>
    ${labels.length ? html`<select aria-label=${t('label')} value=${wish.label} onChange=${set('label')}>
      <option value="">${t('search.anylabel')}</option>${labels.map((l) => html`<option key=${l.id} value=${l.id}>${l.name}</option>`)}</select>` : null}
    <label class="wish-date"><span>${t('search.from')}</span><input type="date" value=${wish.from} onInput=${set('from')} /></label>
    <label class="wish-date"><span>${t('search.to')}</span><input type="date" value=${wish.to} onInput=${set('to')} /></label>
    ${check('attachment', t('search.file'))}
    ${whole ? html`
      ${choice('status', t('status'), [['', t('search.anystatus')], ...['open', 'pending', 'closed', 'archived'].map((s) => /** @type {[string,string]} */ ([s, t('status.' + s)]))])}
      ${choice('kind', t('search.kind'), [['', t('search.anykind')], ['text', t('search.messages')], ['note', t('search.notes')]])}
      ${choice('order', t('search.order'), [['', t('search.newest')], ['relevance', t('search.best')]])}
      ${check('pinned', t('filter.pinned'))}${check('unread', t('filter.unread'))}` : html`<button class="text-button" type="button" onClick=${() => showWhole(true)}>${t('search.more')}</button>`}
    ${wish === noWishes ? null : html`<button class="text-button" type="button" onClick=${() => change(noWishes)}>${t('filter.none')}</button>`}
  </div>`;
}
