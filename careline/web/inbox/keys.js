// What the keyboard does, and the page that says so.

import { html } from '../vendor/preact.js';
import { Dialog } from '../parts/dialog.js';
import { t } from '../parts/speech.js';
import { pick } from './bulk.js';
import { openDeeds } from './deeds.js';

/** @typedef {import('./desk.js').Desk} Desk */
/** @typedef {{reply:()=>void, note:()=>void, assign:()=>void, help:()=>void}} Reach */

export const keys = [
  ['J', 'next'], ['K', 'previous'], ['Enter', 'open'], ['R', 'reply'], ['N', 'note'], ['A', 'assign'], ['E', 'done'],
  ['L', 'labels'], ['P', 'priority'], ['S', 'snooze'], ['T', 'pin'], ['U', 'unread'], ['H', 'history'], ['D', 'transcript'], ['M', 'merge'], ['#', 'remove'],
  ['X', 'pick'], ['Ctrl K', 'search'], ['/', 'canned'], ['@', 'mention'], ['Esc', 'leave'], ['C', 'contacts'], ['?', 'help'],
];

/** @param {Desk} desk @param {number} step */
function move(desk, step) {
  const { items } = desk.shown();
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
  if (desk.picked.value.size) desk.picked.value = new Set();
  else if (desk.person.value && !matchMedia('(min-width: 1200px)').matches) desk.person.value = false;
  else if (desk.contact.value) desk.goContacts();
  else if (desk.id.value || desk.contact.value === '') desk.go(desk.view.value, null);
}

/** @param {Desk} desk */
function pickHere(desk) {
  const id = desk.cursor.value ?? desk.id.value;
  if (id) pick(desk, id);
}

/** @param {Desk} desk @param {string} key */
const deed = (desk, key) => openDeeds(desk).find((d) => d.key?.toLowerCase() === key)?.run;

/** @param {Desk} desk @param {Reach} reach */
export function listen(desk, reach) {
  /** @type {Record<string,() => void>} */
  const acts = {
    j: () => move(desk, 1), k: () => move(desk, -1),
    c: () => desk.goContacts(),
    r: reach.reply, n: reach.note, a: reach.assign, e: () => toggleDone(desk), '?': reach.help, x: () => pickHere(desk),
  };
  addEventListener('keydown', (event) => {
    // While a dialog is on its way, what is typed is meant for it and no command.
    if (desk.screen.value !== 'desk' || event.defaultPrevented || desk.dialog.value) return;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      desk.dialog.value = 'search';
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = /** @type {HTMLElement} */ (event.target);
    const writing = target.matches('input, textarea, select, [contenteditable]');
    if (event.key === 'Escape') return writing ? target.blur() : leave(desk);
    if (writing) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const act = (desk.contact.value === null || key === '?' ? acts[key] : undefined) ?? deed(desk, key);
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/** @param {{close:()=>void}} props */
export const Help = ({ close }) => html`<${Dialog} title=${t('keys')} close=${close}>
  <dl class="keys is-many">${keys.map(([key, what]) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${t('key.' + what)}</dd></div>`)}</dl>
<//>`;
