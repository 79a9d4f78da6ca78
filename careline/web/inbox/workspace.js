// How the workspace is set up, on one page, for administrators.

import { html, useEffect, useState } from '../vendor/preact.js';
import { changes, groups, shownValue, snippet } from '../lib/setup.js';
import { Dialog } from '../parts/dialog.js';
import { t } from '../parts/speech.js';
import { Failed, Loading } from '../parts/states.js';
import { CopyBox } from './copybox.js';
import { explain } from './signin.js';
import { ZoneInput } from './zone.js';

/** @typedef {import('../lib/setup.js').Setting} Setting */

/** @param {{s:Setting, value:any, wrong:string}} props */
function Field({ s, value, wrong }) {
  const shown = shownValue(s, value);
  const more = { name: s.name, 'aria-invalid': Boolean(wrong) };
  const words = html`<span>${t('set.' + s.name)}</span>`;
  const error = wrong ? html`<small class="field-error" role="alert">${wrong}</small>` : null;
  if (s.kind === 'check') return html`<label class="check"><input type="checkbox" ...${more} checked=${value} />${words}${error}</label>`;
  if (s.kind === 'choice') {
    return html`<label>${words}<select ...${more}>${s.choices?.map((c) => html`<option key=${c} value=${c} selected=${c === shown}>${t(c ? 'set.' + s.name + '.' + c : 'set.nothing')}</option>`)}</select>${error}</label>`;
  }
  if (s.kind === 'long' || s.kind === 'lines') return html`<label>${words}<textarea ...${more} rows=${3} dir="auto">${shown}</textarea>${error}</label>`;
  const type = { colour: 'color', number: 'number' }[/** @type {string} */ (s.kind)] ?? 'text';
  if (s.kind === 'zone') return html`<label>${words}<${ZoneInput} value=${shown} wrong=${Boolean(wrong)} />${error}</label>`;
  return html`<label>${words}<input ...${more} type=${type} value=${shown} required=${!s.none} min=${s.least} step=${s.kind === 'number' ? 'any' : undefined} placeholder=${s.none ? (s.kind === 'number' ? t('set.never') : 'GB') : undefined} dir="auto" />${error}</label>`;
}

/** What those websites need: the line for their pages, and the workspace's id in it. @param {{id:string}} props */
const Snippet = ({ id }) => html`<div class="fresh-link">
  <p>${t('snippet.why')}</p>
  <${CopyBox} text=${snippet(location.origin, id)} label=${t('snippet')} lines=${4} />
  <p>${t('snippet.id')} <code dir="ltr">${id}</code></p>
</div>`;

/** @param {{desk:import('./desk.js').Desk, close:() => void}} props */
export function Show({ desk, close }) {
  const [now, setNow] = useState(/** @type {any} */ (null));
  const [failed, setFailed] = useState(false);
  const [state, setState] = useState({ saved: false, busy: false, field: '', text: '' });
  const load = () => { setFailed(false); desk.call('workspace.get').then(setNow, () => setFailed(true)); };
  useEffect(load, []);
  const save = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = /** @type {any} */ (Object.fromEntries(new FormData(/** @type {HTMLFormElement} */ (event.target))));
    const change = changes(now, form);
    setState({ saved: false, busy: true, field: '', text: '' });
    try {
      const workspace = Object.keys(change).length ? await desk.call('workspace.update', change) : now;
      desk.client?.dispatch({ type: 'workspace.updated', data: { workspace } });
      setNow(workspace);
      setState({ saved: true, busy: false, field: '', text: '' });
    } catch (error) {
      const problem = /** @type {import('../lib/api.js').Problem} */ (error);
      setState({ saved: false, busy: false, field: problem.field ?? '', text: explain(problem) });
    }
  };
  const known = groups.flatMap(([, all]) => all).some((s) => s.name === state.field);
  return html`<${Dialog} title=${t('settings')} close=${close} kind="is-wide">
    ${failed ? html`<${Failed} retry=${load} />` : !now ? html`<${Loading} kind="list" />` : html`<form class="setup" onSubmit=${save}>
      ${groups.map(([name, all]) => html`<fieldset key=${name}><legend>${t('set.group.' + name)}</legend>
        ${all.map((s) => html`<${Field} key=${s.name} s=${s} value=${now[s.name]} wrong=${state.field === s.name ? state.text : ''} />`)}
        ${name === 'look' ? html`<${Snippet} id=${now.id} />` : null}</fieldset>`)}
      <footer>${state.text && !known ? html`<p class="field-error" role="alert">${state.text}</p>` : null}
        ${state.saved ? html`<span class="is-there" role="status">${t('saved')}</span>` : null}
        <button class="button is-main" type="submit" disabled=${state.busy}>${t('save')}</button></footer>
    </form>`}
  <//>`;
}
