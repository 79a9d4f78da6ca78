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
  bulklabels: [() => import('./bulklabels.js'), false],
  notify: [() => import('./notify.js'), false],
  search: [() => import('./search.js'), false],
  workspace: [() => import('./workspace.js'), false],
  alllabels: [() => import('./labels.js'), false],
  audit: [() => import('./audit.js'), false],
  insight: [() => import('./insight.js'), false],
};

/** @param {{desk:Desk}} props */
export function Dialogs({ desk }) {
  const name = desk.dialog.value;
  const [loaded, setLoaded] = useState(/** @type {{name:string, Show:any}|null} */ (null));
  useEffect(() => {
    if (!name) return setLoaded(null);
    const close = () => { if (desk.dialog.value === name) desk.dialog.value = null; };
    dialogs[name]?.[0]().then(({ Show }) => setLoaded({ name, Show }), close);
  }, [name]);
  if (!name || loaded?.name !== name) return null;
  const c = desk.id.value ? desk.state.value.conversations[desk.id.value] : undefined;
  if (dialogs[name]?.[1] && !c) return null;
  return html`<${loaded.Show} key=${name} desk=${desk} c=${c} close=${() => { if (desk.dialog.value === name) desk.dialog.value = null; }} />`;
}
