// How something that was found looks.

import { html } from '../vendor/preact.js';
import { pieces } from '../lib/snippets.js';
import { contactIn } from '../lib/state.js';
import { Avatar } from '../parts/avatar.js';
import { t } from '../parts/speech.js';
import { time } from '../parts/calendar.js';

/** @typedef {import('../lib/shapes.js').Message} Message */

/** @param {{contact:import('../lib/shapes.js').Contact}} props */
export const ContactRow = ({ contact }) => html`<${Avatar} name=${contact.name} seed=${contact.id} />
  <span class="found-words"><b dir="auto">${contact.name || t('visitor')}</b><small dir="auto">${[contact.email, contact.phone].filter(Boolean).join(' · ')}</small></span>`;

/** @param {{found:{message:Message, subject:string|null, snippet:{text:string, marks:[number,number][]}}, desk:import('./desk.js').Desk}} props */
export function MessageRow({ found: { message, subject, snippet }, desk }) {
  const contact = contactIn(desk.state.value.conversations[message.conversation_id]);
  const author = message.sender_name || t('visitor');
  const about = [contact?.name && contact.name !== author ? contact.name : null, subject].filter(Boolean).join(' · ');
  return html`<${Avatar} name=${author} seed=${message.sender_id ?? author} />
    <span class="found-words"><span class="found-head"><b dir="auto">${author}</b>${about ? html`<small dir="auto">${about}</small>` : null}<time>${time().brief(message.created_at)}</time></span>
      <span class="found-text" dir="auto">${pieces(snippet.text, snippet.marks).map((p) => (p.marked ? html`<mark>${p.text}</mark>` : p.text))}</span></span>`;
}
