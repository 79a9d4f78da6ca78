// The few signs this product uses, drawn as strokes on a 20-unit square.

import { html } from '../vendor/preact.js';

/** @type {Record<string,string>} */
const paths = {
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
  person: 'M10 10a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4M3.5 17c.5-3.2 3-5 6.5-5s6 1.8 6.5 5',
  copy: 'M7.5 7.5h9v9h-9zM12.5 7.5v-4h-9v9h4',
  reply: 'M8 5 3.5 9.5 8 14M4 9.5h7c3 0 5 1.8 5.5 5.5',
  edit: 'm12.5 4.5 3 3-8.5 8.5-3.8.8.8-3.8z',
  trash: 'M4 6h12M8 6V3.5h4V6M5.5 6l.8 10.5h7.4L14.5 6',
  link: 'M8.5 11.5a3 3 0 0 0 4.3.2l3-3a3 3 0 0 0-4.3-4.2l-1 1M11.5 8.5a3 3 0 0 0-4.3-.2l-3 3a3 3 0 0 0 4.3 4.2l1-1',
  chat: 'M3 4.5h14v9.5H9.5L6 17v-3H3z',
  inbox: 'M3 11.5 5 4h10l2 7.5V16H3zM3 11.5h4l1.2 2h3.6l1.2-2h4',
  help: 'M7.5 7.8c0-1.6 1.1-2.5 2.6-2.5 1.4 0 2.5.9 2.5 2.2 0 1.8-2.5 2-2.5 3.8M10 14v.2M17.5 10a7.5 7.5 0 1 1-15 0 7.5 7.5 0 0 1 15 0',
  more: 'M4.5 10h.01M10 10h.01M15.5 10h.01',
  out: 'M8 4H4v12h4M8 10h8.5M13 6.5l3.5 3.5-3.5 3.5',
  people: 'M7.5 9.5a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4M2.5 16c.3-2.8 2-4.5 5-4.5s4.7 1.7 5 4.5M12.5 4.5a2.5 2.5 0 0 1 0 4.8M14.5 11.8c1.8.5 2.8 2 3 4.2',
};

/** @param {string} name */
export const icon = (name) => html`<svg class=${'icon icon-' + name} viewBox="0 0 20 20" aria-hidden="true" focusable="false"><path d=${paths[name]} /></svg>`;
