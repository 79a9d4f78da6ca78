// The workspace's accent on this page, readable by day and by night.

import { accentTokens } from '../lib/colour.js';

const dark = matchMedia('(prefers-color-scheme: dark)');
/** @type {string|null|undefined} */
let current;

function paint() {
  for (const [name, value] of Object.entries(accentTokens(current, dark.matches) ?? {})) {
    document.documentElement.style.setProperty(name, value);
  }
}
dark.addEventListener('change', paint);

/** @param {string|null|undefined} accent */
export function theme(accent) {
  if (accent === current) return;
  current = accent;
  paint();
}
