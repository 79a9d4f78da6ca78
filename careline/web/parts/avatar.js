// A person as two letters in a colour of their own, with a dot while they are there.

import { html } from '../vendor/preact.js';

const COLOURS = 6;

/** @param {string} name */
export function initials(name) {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : ''].map((word) => [...(word ?? '')][0] ?? '');
  return letters.join('').toLocaleUpperCase();
}

/** @param {string} text */
const hash = (text) => [...text].reduce((sum, c) => (sum * 31 + (c.codePointAt(0) ?? 0)) >>> 0, 7);

/** @param {{name?:string|null, online?:boolean|null, seed?:string|null}} props */
export function Avatar({ name, online, seed }) {
  const colour = hash(seed ?? name ?? '') % COLOURS;
  return html`<span class=${'avatar avatar-' + colour} aria-hidden="true">
    ${initials(name ?? '') || '·'}${online ? html`<i class="dot"></i>` : null}
  </span>`;
}
