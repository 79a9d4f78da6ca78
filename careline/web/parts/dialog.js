// Something that wants the whole attention until it is done or dismissed.

import { html, render, useLayoutEffect, useRef } from '../vendor/preact.js';
import { icon } from './icons.js';
import { t } from './speech.js';

/** @param {{title:string, close:()=>void, children?:any, kind?:string}} props */
export function Dialog({ title, close, children, kind = '' }) {
  const box = useRef(/** @type {HTMLDialogElement|null} */ (null));
  // Before what stands in it takes the focus.
  useLayoutEffect(() => {
    const before = document.activeElement;
    box.current?.showModal();
    return () => { if (before instanceof HTMLElement) before.focus(); };
  }, []);
  /** @param {MouseEvent} event */
  const click = (event) => { if (event.target === box.current) close(); };
  /** The browser would close it as well, and say so only later: a key that comes sooner would still be meant for it. @param {KeyboardEvent} event */
  const key = (event) => {
    event.stopPropagation();
    if (event.key !== 'Escape' || event.isComposing) return;
    event.preventDefault();
    close();
  };
  return html`<dialog ref=${box} class=${'dialog ' + kind} aria-label=${title} onClose=${close} onClick=${click} onKeyDown=${key}>
    <div class="dialog-box">
      <header><h2>${title}</h2><button class="sign-button" type="button" aria-label=${t('close')} onClick=${close}>${icon('close')}</button></header>
      ${children}
    </div>
  </dialog>`;
}

/** Over the whole page until it closes itself. @param {(close:() => void) => any} view */
export function over(view) {
  const holder = document.createElement('div');
  document.body.append(holder);
  render(view(() => {
    render(null, holder);
    holder.remove();
  }), holder);
}
