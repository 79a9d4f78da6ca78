// Choosing an emoji: the usual ones first, all by group, any by a word.

import { html, render, useEffect, useRef, useState } from '../vendor/preact.js';
import { find, groups, quick } from '../lib/emoji.js';
import { t } from './speech.js';

const GAP = 8;

/** Near what was pressed, and whole on the screen. @param {HTMLElement} box @param {DOMRect} by */
function place(box, by) {
  const { width, height } = box.getBoundingClientRect();
  const left = Math.min(Math.max(GAP, by.left + by.width / 2 - width / 2), innerWidth - width - GAP);
  const above = by.top - height - GAP;
  const top = above >= GAP ? above : Math.min(by.bottom + GAP, innerHeight - height - GAP);
  Object.assign(box.style, { left: left + 'px', top: Math.max(GAP, top) + 'px' });
}

/** @param {KeyboardEvent} event */
function walk(event) {
  event.stopPropagation();
  const all = [.../** @type {HTMLElement} */ (event.currentTarget).querySelectorAll('.emoji')];
  const at = all.indexOf(/** @type {Element} */ (document.activeElement));
  const row = all.filter((one) => one.getBoundingClientRect().top === all[Math.max(0, at)]?.getBoundingClientRect().top).length;
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: at < 0 ? 1 : row, ArrowUp: -row }[event.key];
  if (!step || (at < 0 && event.key !== 'ArrowDown')) return;
  event.preventDefault();
  const next = all[Math.max(0, Math.min(all.length - 1, at + step))];
  if (next instanceof HTMLElement) next.focus();
}

/** @param {{by:DOMRect, choose:(emoji:string)=>void, close:()=>void}} props */
function Picker({ by, choose, close }) {
  const box = useRef(/** @type {HTMLDialogElement|null} */ (null));
  const [query, ask] = useState('');
  useEffect(() => {
    box.current?.showModal();
    if (box.current) place(box.current, by);
  }, []);
  const take = (/** @type {string} */ emoji) => { box.current?.close(); choose(emoji); };
  const found = query.trim() ? find(query) : null;
  /** @param {{emoji:string, words?:string}} one */
  const button = ({ emoji, words }) => html`<button class="emoji" type="button" key=${emoji} title=${words?.split(' ')[0]} aria-label=${words ? emoji + ' ' + words.split(' ')[0] : emoji} onClick=${() => take(emoji)}>${emoji}</button>`;
  return html`<dialog ref=${box} class="picker" aria-label=${t('emoji')} onClose=${close} onKeyDown=${walk}
    onClick=${(/** @type {Event} */ e) => { if (e.target === box.current) box.current?.close(); }}>
    <div class="picker-box">
      <div class="emojis is-quick">${quick.map((emoji) => button({ emoji }))}</div>
      <input type="search" value=${query} placeholder=${t('emoji.search')} aria-label=${t('emoji.search')} onInput=${(/** @type {any} */ e) => ask(e.target.value)}
        onKeyDown=${(/** @type {KeyboardEvent} */ e) => { if (e.key === 'Enter' && found?.[0]) { e.preventDefault(); take(found[0].emoji); } }} />
      <div class="picker-all">
        ${found ? html`<div class="emojis">${found.map(button)}</div>${found.length ? null : html`<p>${t('emoji.none')}</p>`}`
          : groups.map(({ group, all }) => html`<section key=${group}><h3>${t('emoji.' + group)}</h3><div class="emojis">${all.map(button)}</div></section>`)}
      </div>
    </div>
  </dialog>`;
}

/** Ask for one; nothing happens when it is dismissed. @param {Element|null} anchor @param {(emoji:string) => void} choose */
export function pick(anchor, choose) {
  const before = document.activeElement;
  const holder = document.createElement('div');
  document.body.append(holder);
  const close = () => {
    render(null, holder);
    holder.remove();
    if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
  };
  render(html`<${Picker} by=${(anchor ?? document.body).getBoundingClientRect()} choose=${choose} close=${close} />`, holder);
}
