// The few signs this product uses, drawn as strokes on a 20-unit square.

import { html } from '../vendor/preact.js';

/** @type {Record<string,string>} */
export const paths = {
  send: 'M4 10h11M10.5 5 15.5 10l-5 5',
  close: 'm5 5 10 10M15 5 5 15',
  back: 'M12.5 4.5 7 10l5.5 5.5',
  down: 'M10 4v11m-4.5-4.5L10 15l4.5-4.5',
  check: 'm4.5 10.5 3.5 3.5 7.5-8',
  checks: 'm2 10.5 3.5 3.5L12 6.5M9.5 13l1.2 1L18 6.5',
  clock: 'M10 5.5V10l3 1.5M17 10a7 7 0 1 1-14 0 7 7 0 0 1 14 0',
  alert: 'M10 6v5m0 2.8v.2M17.5 10a7.5 7.5 0 1 1-15 0 7.5 7.5 0 0 1 15 0',
  lock: 'M6 9V6.5a4 4 0 0 1 8 0V9M4.5 9h11v7.5h-11z',
  plus: 'M10 4v12M4 10h12',
  link: 'M8.5 11.5a3 3 0 0 0 4.3.2l3-3a3 3 0 0 0-4.3-4.2l-1 1M11.5 8.5a3 3 0 0 0-4.3-.2l-3 3a3 3 0 0 0 4.3 4.2l1-1',
  chat: 'M3 4.5h14v9.5H9.5L6 17v-3H3z',
};

/** @param {string} name */
export const icon = (name) => html`<svg class=${'icon icon-' + name} viewBox="0 0 20 20" aria-hidden="true" focusable="false"><path d=${paths[name]} /></svg>`;
