// The workspace's labels: added, coloured, renamed, deleted.

import { html, useState } from '../vendor/preact.js';
import { Dialog } from '../parts/dialog.js';
import { icon } from '../parts/icons.js';
import { t } from '../parts/speech.js';
import { explain } from './signin.js';

/** @typedef {import('./desk.js').Desk} Desk */
/** @typedef {import('../lib/shapes.js').Label} Label */

const FIRST = '#2f6b8f';

/** @param {{label:Label, change:(change:{name?:string, colour?:string}) => void, remove:() => void}} props */
function Row({ label, change, remove }) {
  const [sure, ask] = useState(false);
  const [draft, setDraft] = useState(/** @type {string|null} */ (null));
  const rename = () => {
    const name = (draft ?? '').trim();
    if (name && name !== label.name) change({ name });
    setDraft(null);
  };
  const key = (/** @type {KeyboardEvent} */ event) => { if (event.key === 'Enter') /** @type {HTMLElement} */ (event.target).blur(); };
  return html`<li>
    <input class="swatch" type="color" value=${label.colour} aria-label=${t('label.colour', { name: label.name })} onChange=${(/** @type {Event} */ e) => change({ colour: /** @type {HTMLInputElement} */ (e.target).value })} />
    <input value=${draft ?? label.name} onInput=${(/** @type {Event} */ e) => setDraft(/** @type {HTMLInputElement} */ (e.target).value)} maxlength="60" aria-label=${t('label.name', { name: label.name })} dir="auto" onBlur=${rename} onKeyDown=${key} />
    <button class=${'text-button' + (sure ? ' is-danger' : '')} type="button" aria-label=${t(sure ? 'label.sure' : 'label.delete', { name: label.name })} onClick=${() => (sure ? remove() : ask(true))} onBlur=${() => ask(false)}>${sure ? t('delete.sure') : icon('trash')}</button>
  </li>`;
}

/** @param {{desk:Desk, close:() => void}} props */
export function Show({ desk, close }) {
  const [trouble, setTrouble] = useState('');
  const all = Object.values(desk.state.value.labels).sort((a, b) => a.name.localeCompare(b.name));
  const attempt = (/** @type {Promise<any>} */ work, /** @type {(answer:any) => any} */ event) => work.then((answer) => { setTrouble(''); desk.client?.dispatch(event(answer)); }, (problem) => setTrouble(explain(problem)));
  const change = (/** @type {string} */ label_id) => (/** @type {any} */ what) => void attempt(desk.call('label.update', { label_id, ...what }), (label) => ({ type: 'label.updated', data: { label } }));
  const remove = (/** @type {string} */ id) => () => void attempt(desk.call('label.delete', { label_id: id }), () => ({ type: 'label.deleted', data: { id } }));
  const add = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const data = new FormData(form);
    await attempt(desk.call('label.add', { name: String(data.get('name')), colour: String(data.get('colour')) }), (label) => {
      const field = form.elements.namedItem('name');
      if (field instanceof HTMLInputElement) field.value = '';
      return { type: 'label.added', data: { label } };
    });
  };
  return html`<${Dialog} title=${t('labels')} close=${close}>
    ${all.length ? html`<ul class="label-rows">${all.map((l) => html`<${Row} key=${l.id} label=${l} change=${change(l.id)} remove=${remove(l.id)} />`)}</ul>` : html`<p class="nothing">${icon('tag')}${t('labels.none')}</p>`}
    ${trouble ? html`<p class="field-error" role="alert">${trouble}</p>` : null}
    <form class="label-new" onSubmit=${add}>
      <input class="swatch" type="color" name="colour" value=${FIRST} aria-label=${t('label.newcolour')} />
      <input name="name" required maxlength="60" placeholder=${t('label.new.short')} aria-label=${t('label.new')} autocomplete="off" dir="auto" />
      <button class="button is-main" type="submit">${t('add')}</button>
    </form>
  <//>`;
}
