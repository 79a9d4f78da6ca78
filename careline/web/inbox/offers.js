// What is offered while somebody writes: a list at the text, chosen from by arrows and Enter or with the mouse.

import { html, useRef, useState } from '../vendor/preact.js';

/** `said`: for ears. @typedef {{key:string, said:string, view:any, take:(field:HTMLTextAreaElement) => any}} Offer */

/** Put into the field as if it had been typed. @param {HTMLTextAreaElement} field @param {string} text @param {number} from @param {number} to */
export function put(field, text, from, to) {
  field.setRangeText(text, from, to, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.focus();
}

/** Around the composer, whose text it reads. @param {{label:string, find:(field:HTMLTextAreaElement) => Offer[]|null, children?:any}} props `find` answers null where the text has nothing to do with it */
export function Offers({ label, find, children }) {
  const [offers, offer] = useState(/** @type {Offer[]} */ ([]));
  const [at, setAt] = useState(0);
  const area = useRef(/** @type {HTMLTextAreaElement|null} */ (null));

  const input = (/** @type {Event} */ event) => {
    if (!(event.target instanceof HTMLTextAreaElement)) return;
    const found = find(area.current = event.target);
    // A letter typed renders nothing, unless it has to do with this.
    if (!found?.length && !offers.length) return;
    offer(found ?? []);
    setAt(0);
  };
  const choose = (/** @type {Offer} */ one) => {
    offer([]);
    if (area.current) one.take(area.current);
  };
  /** Before the composer sends what is only begun. @param {KeyboardEvent} event */
  const key = (event) => {
    const one = offers[at];
    if (!one || event.isComposing) return;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + offers.length }[event.key];
    if (to !== undefined) setAt(to % offers.length);
    else if (event.key === 'Enter' || event.key === 'Tab') choose(one);
    else if (event.key === 'Escape') offer([]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return html`<div class="offers-box" onInput=${input} onKeyDownCapture=${key} onFocusOut=${() => { if (offers.length) offer([]); }}>
    ${offers.length ? html`<div class="offers" role="listbox" aria-label=${label}>
      ${offers.map((one, i) => html`<div key=${one.key} class="found-row" role="option" aria-selected=${i === at} ref=${(/** @type {HTMLElement|null} */ el) => { if (i === at) el?.scrollIntoView({ block: 'nearest' }); }}
        onPointerDown=${(/** @type {Event} */ e) => e.preventDefault()} onClick=${() => choose(one)} onPointerMove=${() => { if (i !== at) setAt(i); }}>${one.view}</div>`)}
    </div><span class="unseen" role="status">${offers[at]?.said ?? ''}</span>` : null}
    ${children}
  </div>`;
}
