// What people feel about a message, below it: each emoji once, with how many and whose.

import { html } from '../vendor/preact.js';
import { isMine } from '../lib/said.js';
import { icon } from './icons.js';
import { t } from './speech.js';

/** @typedef {import('./bubble.js').Shown} Shown */
/** @typedef {import('../lib/shapes.js').Me} Me */
/** @typedef {(message:Shown, emoji:string) => void} React */

/** Take one's own back, or add it. @param {(name:string, data:any) => Promise<any>} change @param {Me|null} me @returns {(message:Shown, emoji:string) => Promise<any>} */
export const reacting = (change, me) => (message, emoji) => {
  const mine = message.reactions?.some((one) => one.emoji === emoji && one.by.some((by) => isMine(by, me)));
  return change(mine ? 'reaction.remove' : 'reaction.add', { message_id: message.id, emoji });
};

/** The picker is loaded when it is first asked for. @param {Event} event @param {(emoji:string) => void} choose */
export async function choose(event, choose) {
  const anchor = /** @type {Element|null} */ (event.currentTarget);
  const by = anchor?.closest('.actions') ?? anchor;
  const { pick } = await import('./picker.js');
  pick(by, choose);
}

/** @param {{message:Shown, me:Me|null, react:React}} props */
export function Reactions({ message, me, react }) {
  const all = message.reactions ?? [];
  if (!all.length) return null;
  return html`<div class="reactions" role="group" aria-label=${t('reactions')}>
    ${all.map(({ emoji, count, by }) => {
      const names = by.map((one) => (isMine(one, me) ? t('you') : one.name)).join(', ');
      return html`<button key=${emoji} type="button" class="reaction" aria-pressed=${by.some((one) => isMine(one, me))} title=${names} aria-label=${t('reaction', { emoji, names })} onClick=${() => react(message, emoji)}>${emoji}${count > 1 ? html`<span>${count}</span>` : null}</button>`;
    })}
    <button class="reaction is-more" type="button" aria-label=${t('react')} title=${t('react')} onClick=${(/** @type {Event} */ event) => void choose(event, (emoji) => react(message, emoji))}>${icon('smile')}</button>
  </div>`;
}
