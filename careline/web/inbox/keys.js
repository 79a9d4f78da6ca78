// What the keyboard does, and the page that says so.

import { html } from '../vendor/preact.js';
import { select } from '../lib/views.js';
import { Dialog } from '../parts/dialog.js';
import { t } from '../parts/speech.js';

/** @typedef {import('./desk.js').Desk} Desk */
/** @typedef {{reply:()=>void, note:()=>void, assign:()=>void, help:()=>void}} Reach */

export const keys = [['J', 'next'], ['K', 'previous'], ['Enter', 'open'], ['R', 'reply'], ['N', 'note'], ['A', 'assign'], ['E', 'done'], ['Esc', 'leave'], ['?', 'help']];

/** @param {Desk} desk @param {number} step */
function move(desk, step) {
  const view = desk.view.value;
  const items = select(desk.state.value.conversations, view, desk.listings.value[view], desk.me?.id);
  const at = items.findIndex((c) => c.id === desk.cursor.value);
  const next = items[Math.min(items.length - 1, Math.max(0, at + step))];
  if (!next) return;
  desk.cursor.value = next.id;
  // With the focus on it, Enter opens it as it opens every link.
  requestAnimationFrame(() => /** @type {HTMLElement|null} */ (document.querySelector('.item.is-at'))?.focus());
}

/** @param {Desk} desk */
function toggleDone(desk) {
  const id = desk.id.value;
  const c = id ? desk.state.value.conversations[id] : null;
  if (c) desk.update(c.id, { status: c.status === 'closed' ? 'open' : 'closed' }).catch(() => {});
}

/** @param {Desk} desk */
function leave(desk) {
  if (desk.person.value && !matchMedia('(min-width: 1200px)').matches) desk.person.value = false;
  else if (desk.id.value) desk.go(desk.view.value, null);
}

/** @param {Desk} desk @param {Reach} reach */
export function listen(desk, reach) {
  /** @type {Record<string,() => void>} */
  const acts = {
    j: () => move(desk, 1), k: () => move(desk, -1),
    r: reach.reply, n: reach.note, a: reach.assign, e: () => toggleDone(desk), '?': reach.help,
  };
  addEventListener('keydown', (event) => {
    if (desk.screen.value !== 'desk' || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = /** @type {HTMLElement} */ (event.target);
    const writing = target.matches('input, textarea, select, [contenteditable]');
    if (event.key === 'Escape') return writing ? target.blur() : leave(desk);
    if (writing) return;
    const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/** @param {{close:()=>void}} props */
export const Help = ({ close }) => html`<${Dialog} title=${t('keys')} close=${close}>
  <dl class="keys">${keys.map(([key, what]) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${t('key.' + what)}</dd></div>`)}</dl>
<//>`;
