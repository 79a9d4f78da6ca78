// Which labels a conversation bears: chosen from those there are, or made by writing a new name.

import { html, useRef, useState } from '../vendor/preact.js';
import { Dialog } from '../parts/dialog.js';
import { icon } from '../parts/icons.js';
import { t } from '../parts/speech.js';
import { step } from './choices.js';
import { Dot, labelsOf } from './chips.js';
import { explain } from './signin.js';

/** @typedef {import('./desk.js').Desk} Desk */
/** @typedef {import('../lib/shapes.js').Label} Label */

/** @param {string} text */
const folded = (text) => text.trim().toLocaleLowerCase();

/** @param {{desk:Desk, title:string, has:(label:Label) => boolean, toggle:(label:Label) => Promise<any>, make:(name:string) => Promise<any>, close:() => void}} props */
export function LabelPicker({ desk, title, has, toggle, make, close }) {
  const [text, setText] = useState('');
  const [trouble, setTrouble] = useState('');
  const field = useRef(/** @type {HTMLInputElement|null} */ (null));
  const all = Object.values(desk.state.value.labels).sort((a, b) => a.name.localeCompare(b.name));
  const found = all.filter((l) => folded(l.name).includes(folded(text)));
  const isNew = text.trim() && !all.some((l) => folded(l.name) === folded(text));
  const attempt = (/** @type {Promise<any>} */ work) => work.then(() => { setTrouble(''); setText(''); field.current?.focus(); }, (problem) => setTrouble(explain(problem)));
  const key = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Enter' || event.isComposing) return;
    event.preventDefault();
    const first = found[0];
    if (!text.trim()) close();
    else if (first) void attempt(toggle(first));
    else void attempt(make(text.trim()));
  };
  return html`<${Dialog} title=${title} close=${close}>
    <div onKeyDown=${step}>
      <input ref=${field} autofocus class="picker-field" value=${text} maxlength="60" placeholder=${t('label.find')} aria-label=${t('label.find')} autocomplete="off" dir="auto"
        onInput=${(/** @type {Event} */ e) => setText(/** @type {HTMLInputElement} */ (e.target).value)} onKeyDown=${key} />
      <div class="choices">
        ${found.map((l) => html`<button key=${l.id} class="choice" type="button" role="checkbox" aria-checked=${has(l)} onClick=${() => void attempt(toggle(l))}>
          <${Dot} colour=${l.colour} /><span dir="auto">${l.name}</span>${has(l) ? icon('check') : null}</button>`)}
        ${isNew ? html`<button class="choice" type="button" onClick=${() => void attempt(make(text.trim()))}>${icon('plus')}<span>${t('label.make', { name: text.trim() })}</span></button>` : null}
        ${!all.length && !isNew ? html`<p class="fields-why">${t('label.none')}</p>` : null}
      </div>
      ${trouble ? html`<p class="field-error" role="alert">${trouble}</p>` : null}
    </div>
  <//>`;
}

/** @param {{desk:Desk, c:import('../lib/shapes.js').Conversation, close:() => void}} props */
export function Show({ desk, c, close }) {
  const borne = c.labels ?? [];
  const toggle = (/** @type {Label} */ l) => desk.triage(c.id, { labels: borne.includes(l.id) ? borne.filter((id) => id !== l.id) : [...borne, l.id] });
  const make = async (/** @type {string} */ name) => {
    await desk.treat('conversation.label', c.id, { names: [...labelsOf(c, desk.state.value.labels).map((l) => l.name), name] });
    desk.client?.dispatch({ type: 'local.labels', data: await desk.call('label.list') });
  };
  return html`<${LabelPicker} desk=${desk} title=${t('labels.choose')} has=${(/** @type {Label} */ l) => borne.includes(l.id)} toggle=${toggle} make=${make} close=${close} />`;
}
