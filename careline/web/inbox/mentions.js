// Colleagues called in a note: an @ offers them, and who is called is seen in the note and told.

import { html } from '../vendor/preact.js';
import { begun, calls, meantBy } from '../lib/mentions.js';
import { Avatar } from '../parts/avatar.js';
import { t } from '../parts/speech.js';
import { Text } from '../parts/text.js';
import { Offers, put } from './offers.js';

/** @typedef {import('./desk.js').Desk} Desk */

/** Around the composer. @param {{desk:Desk, note:boolean, children?:any}} props */
export function MentionBox({ desk, note, children }) {
  const find = (/** @type {HTMLTextAreaElement} */ field) => {
    const call = note ? begun(field.value, field.selectionStart) : null;
    return call && meantBy(Object.values(desk.state.value.staff), call.what, desk.me?.id).map((one) => ({
      key: one.id, said: one.name, take: (/** @type {HTMLTextAreaElement} */ el) => put(el, `@${one.name} `, call.from, el.selectionStart),
      view: html`<${Avatar} name=${one.name} seed=${one.id} /><span class="found-words"><b dir="auto">${one.name}</b><small>${one.email}</small></span>`,
    }));
  };
  return html`<${Offers} label=${t('mention.whom')} find=${find}>${children}<//>`;
}

/** A note's text, with those it calls made out; whoever reads their own name sees that they are meant. @param {Desk} desk @param {import('../parts/bubble.js').Shown} message */
export function words(desk, { body, mentions }) {
  if (!mentions?.length) return undefined;
  const staff = mentions.flatMap((id) => desk.state.value.staff[id] ?? []);
  return calls(body, staff).map((part) => (part.staff.length
    ? html`<b class=${'mention' + (part.staff.some((one) => one.id === desk.me?.id) ? ' is-me' : '')}>${part.text}</b>` : html`<${Text} text=${part.text} />`));
}
