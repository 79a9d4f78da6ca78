// A list to choose from in a dialog: arrows move, Enter or a click chooses.

import { html, useEffect, useRef } from '../vendor/preact.js';
import { icon } from '../parts/icons.js';

/** @typedef {{key:string, label:any, hint?:any, sign?:any, chosen?:boolean, run:() => void}} Choice */

/** @param {KeyboardEvent} event */
export function step(event) {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const box = /** @type {HTMLElement} */ (event.currentTarget);
  const items = [...box.querySelectorAll('.choice')];
  const at = items.indexOf(/** @type {Element} */ (document.activeElement));
  const next = items[at < 0 ? 0 : (at + (event.key === 'ArrowDown' ? 1 : -1) + items.length) % items.length];
  if (!(next instanceof HTMLElement)) return;
  event.preventDefault();
  next.focus();
}

/** @param {{items:Choice[], quiet?:boolean}} props `quiet`: the focus stays where it is */
export function Choices({ items, quiet }) {
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  const first = items.find((item) => item.chosen) ?? items[0];
  // A dialog that opens with them heeds `autofocus` at once; in one that was open already nothing does.
  useEffect(() => /** @type {HTMLElement|null|undefined} */ (box.current?.querySelector('[autofocus]'))?.focus(), []);
  return html`<div class="choices" ref=${box} onKeyDown=${step}>
    ${items.map((item) => html`<button key=${item.key} class="choice" type="button" autofocus=${!quiet && item === first} aria-pressed=${item.chosen} onClick=${item.run}>
      ${item.sign}<span dir="auto">${item.label}</span>${item.hint ? html`<small>${item.hint}</small>` : null}${item.chosen ? icon('check') : null}
    </button>`)}
  </div>`;
}
