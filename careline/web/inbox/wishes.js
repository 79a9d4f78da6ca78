// What else a message that is searched for must be: when, by whom, with a file, under which label.

import { html } from '../vendor/preact.js';
import { t } from '../parts/speech.js';

/** @typedef {{from:string, to:string, sender:""|"contact"|"staff", attachment:boolean, label:string}} Wish */

/** @type {Wish} */
export const noWishes = { from: '', to: '', sender: '', attachment: false, label: '' };

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
});

/** @param {{desk:import('./desk.js').Desk, wish:Wish, change:(wish:Wish) => void}} props */
export function Wishes({ desk, wish, change }) {
  const set = (/** @type {keyof Wish} */ field) => (/** @type {Event} */ event) => {
    const el = /** @type {HTMLInputElement} */ (event.target);
    const next = { ...wish, [field]: el.type === 'checkbox' ? el.checked : el.value };
    change(Object.values(next).some(Boolean) ? next : noWishes);
  };
  const labels = Object.values(desk.state.value.labels).sort((a, b) => a.name.localeCompare(b.name));
  return html`<div class="wishes" role="group" aria-label=${t('filter')}>
    <select aria-label=${t('search.sender')} value=${wish.sender} onChange=${set('sender')}>
      <option value="">${t('search.anyone')}</option><option value="contact">${t('search.by.contact')}</option><option value="staff">${t('search.by.staff')}</option></select>
    ${labels.length ? html`<select aria-label=${t('label')} value=${wish.label} onChange=${set('label')}>
      <option value="">${t('search.anylabel')}</option>${labels.map((l) => html`<option key=${l.id} value=${l.id}>${l.name}</option>`)}</select>` : null}
    <label class="wish-date"><span>${t('search.from')}</span><input type="date" value=${wish.from} onInput=${set('from')} /></label>
    <label class="wish-date"><span>${t('search.to')}</span><input type="date" value=${wish.to} onInput=${set('to')} /></label>
    <label class="check"><input type="checkbox" checked=${wish.attachment} onChange=${set('attachment')} /><span>${t('search.file')}</span></label>
    ${wish === noWishes ? null : html`<button class="text-button" type="button" onClick=${() => change(noWishes)}>${t('filter.none')}</button>`}
  </div>`;
}
