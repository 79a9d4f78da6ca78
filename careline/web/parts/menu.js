// A button that offers a few things to do, and closes when one is chosen or none.

import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { icon } from './icons.js';

/** `sure`: asked once more before it runs. @typedef {{label:any, run:()=>void, chosen?:boolean, danger?:boolean, sign?:any, sure?:string, hint?:string}} Choice */

/** @param {{label:any, title:string, choices:Choice[], kind?:string, end?:boolean, first?:boolean, handle?:{current:(()=>void)|null}}} props */
export function Menu({ label, title, choices, kind = '', end, first, handle }) {
  const [open, setOpen] = useState(false);
  const [asked, ask] = useState(/** @type {any} */ (null));
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  if (handle) handle.current = () => setOpen(true);

  useEffect(() => {
    ask(null);
    if (!open) return;
    const items = () => [.../** @type {HTMLElement} */ (box.current).querySelectorAll('[role^=menuitem]')].filter((el) => el instanceof HTMLElement);
    (items().find((el) => !first && el.getAttribute('aria-checked') === 'true') ?? items()[0])?.focus();
    const outside = (/** @type {Event} */ event) => { if (!box.current?.contains(/** @type {Node} */ (event.target))) setOpen(false); };
    addEventListener('pointerdown', outside);
    return () => removeEventListener('pointerdown', outside);
  }, [open]);

  const shut = () => {
    setOpen(false);
    box.current?.querySelector('button')?.focus();
  };
  /** @param {KeyboardEvent} event */
  const key = (event) => {
    if (!open) return;
    event.stopPropagation();
    const items = [.../** @type {HTMLElement} */ (box.current).querySelectorAll('[role^=menuitem]')];
    const at = items.indexOf(/** @type {Element} */ (document.activeElement));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === 'Escape' || event.key === 'Tab') shut();
    if (to === undefined) return;
    event.preventDefault();
    const next = items[to % items.length];
    if (next instanceof HTMLElement) next.focus();
  };

  return html`<div class=${'menu ' + kind} ref=${box} onKeyDown=${key}>
    <button class="menu-button" type="button" title=${title} aria-label=${title} aria-haspopup="menu" aria-expanded=${open} onClick=${() => setOpen(!open)}>${label}</button>
    ${open ? html`<div class=${'menu-list' + (end ? ' is-end' : '')} role="menu" aria-label=${title}>
      ${choices.map((c) => html`<button type="button" tabindex="-1" role=${c.chosen === undefined ? 'menuitem' : 'menuitemradio'} aria-checked=${c.chosen}
        class=${c.danger || asked === c.sure && c.sure ? 'is-danger' : ''} onClick=${() => { if (c.sure && asked !== c.sure) return ask(c.sure); shut(); c.run(); }}>${c.sign}<span>${asked && asked === c.sure ? c.sure : c.label}</span>${c.hint ? html`<kbd>${c.hint}</kbd>` : null}${c.chosen ? icon('check') : null}</button>`)}
    </div>` : null}
  </div>`;
}
