// What is often said: a slash at the beginning of an answer offers it.

import { html } from '../vendor/preact.js';
import { asked, meant } from '../lib/canned.js';
import { announce } from '../parts/announce.js';
import { t } from '../parts/speech.js';
import { Offers, put } from './offers.js';

/** @param {{desk:import('./desk.js').Desk, id:string, children?:any}} props */
export function CannedBox({ desk, id, children }) {
  const take = async (/** @type {HTMLTextAreaElement} */ field, /** @type {string} */ canned_id) => {
    try {
      const { text } = await desk.call('canned.fill', { conversation_id: id, canned_id });
      if (asked(field.value) !== null) put(field, text, 0, field.value.length);
    } catch {
      announce(t('broken'));
    }
  };
  const find = (/** @type {HTMLTextAreaElement} */ field) => {
    const what = asked(field.value);
    return what === null ? null : meant(Object.values(desk.state.value.canned), what).map((one) => ({
      key: one.id, said: `/${one.shortcut} ${one.title}`, take: (/** @type {HTMLTextAreaElement} */ el) => take(el, one.id),
      view: html`<kbd dir="ltr">/${one.shortcut}</kbd><span class="found-words"><b dir="auto">${one.title}</b><small dir="auto">${one.body}</small></span>`,
    }));
  };
  return html`<${Offers} label=${t('canned')} find=${find}>${children}<//>`;
}
