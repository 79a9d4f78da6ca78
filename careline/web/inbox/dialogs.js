// The dialogs that are seldom wanted: each is fetched when it is asked for.

import { html, useEffect, useState } from '../vendor/preact.js';

/** @typedef {import('./desk.js').Desk} Desk */

/** name → [module, is it about the open conversation] @type {Record<string,[() => Promise<{Show:any}>, boolean]>} */
const dialogs = {
  labels: [() => import('./labelling.js'), true],
  priority: [() => import('./priority.js'), true],
  snooze: [() => import('./snooze.js'), true],
  history: [() => import('./history.js'), true],
  transcript: [() => import('./transcript.js'), true],
  merge: [() => import('./merge.js'), true],
  remove: [() => import('./remove.js'), true],
  elsewhere: [() => import('./elsewhere.js'), true],
  unsay: [() => import('./unsay.js'), true],
  bulklabels: [() => import('./bulklabels.js'), false],
  password: [() => import('./password.js'), false],
  notify: [() => import('./notify.js'), false],
  search: [() => import('./search.js'), false],
  workspace: [() => import('./workspace.js'), false],
  alllabels: [() => import('./labels.js'), false],
  canned: [() => import('./cannedpage.js'), false],
  hours: [() => import('./hours.js'), false],
  flags: [() => import('./flags.js'), false],
  audit: [() => import('./audit.js'), false],
  insight: [() => import('./insight.js'), false],
};

/** Those that a key opens, and into which one types at once: had before they are asked for. */
const SOON = ['search', 'labels', 'priority', 'snooze'];
const PAUSE = 1500;
/** @type {Map<string,any>} */
const loaded = new Map();

/** @param {string} name */
const load = async (name) => {
  const found = await dialogs[name]?.[0]();
  if (found) loaded.set(name, found.Show);
};

/** @param {{desk:Desk}} props */
export function Dialogs({ desk }) {
  const name = desk.dialog.value;
  const [, renew] = useState(0);
  useEffect(() => {
    const later = setTimeout(() => SOON.forEach((one) => void load(one).catch(() => {})), PAUSE);
    return () => clearTimeout(later);
  }, []);
  useEffect(() => {
    if (!name || loaded.has(name)) return;
    load(name).then(() => renew(Date.now()), () => { if (desk.dialog.value === name) desk.dialog.value = null; });
  }, [name]);
  const Show = name ? loaded.get(name) : null;
  if (!name || !Show) return null;
  const c = desk.id.value ? desk.state.value.conversations[desk.id.value] : undefined;
  if (dialogs[name]?.[1] && !c) return null;
  return html`<${Show} key=${name} desk=${desk} c=${c} close=${() => { if (desk.dialog.value === name) desk.dialog.value = null; }} />`;
}
