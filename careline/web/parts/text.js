// Text as somebody wrote it: never anything but text, except that addresses may be clicked.

import { html } from '../vendor/preact.js';
import { parts } from '../lib/links.js';

/** @param {{text:string}} props */
export const Text = ({ text }) => parts(text).map((part) => (part.href
  ? html`<a href=${part.href} target="_blank" rel="noopener noreferrer">${part.text}</a>`
  : part.text));
