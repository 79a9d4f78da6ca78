// A stretch of history around one message, far from the newest: read by itself, beside the thread that lives.

import { html } from '../vendor/preact.js';
import { icon } from '../parts/icons.js';
import { t } from '../parts/speech.js';

/** @typedef {import('./desk.js').Desk} Desk */
/** @typedef {import('../lib/shapes.js').Message} Message */
/** @typedef {{id:string, message_id:string, messages:Message[], before:string|null, after:string|null}} Passage */

/** Show a conversation at one of its messages. @param {Desk} desk @param {string} id @param {string} message_id */
export async function openAt(desk, id, message_id) {
  desk.go(desk.view.value, id);
  desk.passage.value = { id, message_id, messages: [], before: null, after: null };
  const wanted = desk.passage.value;
  const page = await desk.call('message.list', { conversation_id: id, around: message_id, limit: 50 }).catch(() => null);
  // Somebody may have gone on to another one meanwhile.
  if (desk.passage.value === wanted) desk.passage.value = page && { id, message_id, messages: page.items, before: page.before, after: page.after };
}

/** @param {Desk} desk @param {"before"|"after"} way */
export async function further(desk, way) {
  const held = desk.passage.value;
  if (!held?.[way]) return;
  const page = await desk.call('message.list', { conversation_id: held.id, [way]: held[way], limit: 50 });
  const now = desk.passage.value;
  if (now?.message_id !== held.message_id || now[way] !== held[way]) return;
  const messages = way === 'before' ? [...page.items, ...now.messages] : [...now.messages, ...page.items];
  desk.passage.value = { ...now, messages, [way]: page[way] };
}

/** What is known of these messages by now. @param {Passage} passage @param {Message[]} live */
export function renewed(passage, live) {
  const known = new Map(live.map((m) => [m.id, m]));
  return passage.messages.map((m) => known.get(m.id) ?? m);
}

/** The way on from it. @param {{desk:Desk}} props */
export const Onward = ({ desk }) => html`<div class="onward">
  ${desk.passage.value?.after ? html`<button class="button" type="button" onClick=${() => void further(desk, 'after').catch(() => {})}>${t('passage.newer')}</button>` : null}
  <button class="button" type="button" onClick=${() => { desk.passage.value = null; }}>${icon('down')}${t('latest')}</button>
</div>`;
