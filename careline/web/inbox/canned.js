// What is often said: a slash at the beginning of an answer offers it.

import { html, useRef, useState } from '../vendor/preact.js';
import { asked, meant } from '../lib/canned.js';
import { announce } from '../parts/announce.js';
import { t } from '../parts/speech.js';

/** @typedef {import('./desk.js').Desk} Desk */
/** @typedef {import('../lib/shapes.js').Canned} Canned */

/** Around the composer, whose text it reads and fills. @param {{desk:Desk, id:string, children?:any}} props */
export function CannedBox({ desk, id, children }) {
  const [found, setFound] = useState(/** @type {Canned[]} */ ([]));
  const [at, setAt] = useState(0);
  const area = useRef(/** @type {HTMLTextAreaElement|null} */ (null));

  const input = (/** @type {Event} */ event) => {
    if (!(event.target instanceof HTMLTextAreaElement)) return;
    const field = area.current = event.target;
    const what = asked(field.value);
    // A letter typed renders nothing, unless it has to do with this.
    if (what === null) return void (found.length && setFound([]));
    setFound(meant(Object.values(desk.state.value.canned), what));
    setAt(0);
  };
  const choose = async (/** @type {Canned} */ one) => {
    setFound([]);
    try {
      const { text } = await desk.call('canned.fill', { conversation_id: id, canned_id: one.id });
      const field = area.current;
      if (!field || asked(field.value) === null) return;
      field.value = text;
      field.dispatchEvent(new Event('input', { bubbles: true }));
      field.focus();
    } catch {
      announce(t('broken'));
    }
  };
  /** Before the composer sends what is only a shortcut. @param {KeyboardEvent} event */
  const key = (event) => {
    const one = found[at];
    if (!one || event.isComposing) return;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + found.length }[event.key];
    if (to !== undefined) setAt(to % found.length);
    else if (event.key === 'Enter' || event.key === 'Tab') void choose(one);
    else if (event.key === 'Escape') setFound([]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return html`<div class="canned-box" onInput=${input} onKeyDownCapture=${key}>
    ${found.length ? html`<div class="canned" role="listbox" aria-label=${t('canned')}>
      ${found.map((one, i) => html`<div key=${one.id} class="found-row" role="option" aria-selected=${i === at} onPointerDown=${(/** @type {Event} */ e) => e.preventDefault()} onClick=${() => void choose(one)} onPointerMove=${() => { if (i !== at) setAt(i); }}>
        <kbd>/${one.shortcut}</kbd><span class="found-words"><b dir="auto">${one.title}</b><small dir="auto">${one.body}</small></span></div>`)}
    </div><span class="unseen" role="status">${found[at] ? `/${found[at].shortcut} ${found[at].title}` : ''}</span>` : null}
    ${children}
  </div>`;
}
