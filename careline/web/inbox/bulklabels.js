// Labels for several conversations: on all of them, or on none.

import { html } from '../vendor/preact.js';
import { t } from '../parts/speech.js';
import { labelsOf } from './chips.js';
import { LabelPicker } from './labelling.js';

/** @typedef {import('../lib/shapes.js').Label} Label */

/** @param {{desk:import('./desk.js').Desk, close:() => void}} props */
export function Show({ desk, close }) {
  const { conversations, labels } = desk.state.value;
  const chosen = [...desk.picked.value].flatMap((id) => conversations[id] ?? []);
  const has = (/** @type {Label} */ l) => chosen.length > 0 && chosen.every((c) => c.labels?.includes(l.id));
  const toggle = async (/** @type {Label} */ l) => {
    const off = has(l);
    for (const c of chosen) {
      const others = (c.labels ?? []).filter((id) => id !== l.id);
      await desk.triage(c.id, { labels: off ? others : [...others, l.id] });
    }
  };
  const make = async (/** @type {string} */ name) => {
    for (const c of chosen) await desk.treat('conversation.label', c.id, { names: [...labelsOf(c, labels).map((l) => l.name), name] });
    desk.client?.dispatch({ type: 'local.labels', data: await desk.call('label.list') });
  };
  return html`<${LabelPicker} desk=${desk} title=${t('bulk.labels', { n: chosen.length })} has=${has} toggle=${toggle} make=${make} close=${close} />`;
}
