// The workspace's canned responses: added, changed, removed.

import { html, useEffect, useState } from '../vendor/preact.js';
import { Dialog } from '../parts/dialog.js';
import { icon } from '../parts/icons.js';
import { t } from '../parts/speech.js';
import { Failed, Loading } from '../parts/states.js';
import { cannedOf } from './canned.js';
import { explain } from './signin.js';

/** @typedef {import('../lib/canned.js').Canned} Canned */
/** @typedef {import('./desk.js').Desk} Desk */

/** @param {{desk:Desk, one:Canned|null, done:() => void, leave:() => void}} props */
function Form({ desk, one, done, leave }) {
  const [trouble, setTrouble] = useState('');
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(/** @type {HTMLFormElement} */ (event.target)));
    const work = one ? desk.call('canned.update', { canned_id: one.id, ...values }) : desk.call('canned.add', values);
    work.then(done, (problem) => setTrouble(explain(problem)));
  };
  return html`<form class="fields" onSubmit=${submit}>
    <label><span>${t('canned.shortcut')}</span><input name="shortcut" value=${one?.shortcut ?? ''} required maxlength="40" pattern="[a-z0-9\\-]+" title=${t('canned.shortcut.how')} autocomplete="off" autocapitalize="none" dir="ltr" autofocus /></label>
    <label><span>${t('canned.title')}</span><input name="title" value=${one?.title ?? ''} required maxlength="120" autocomplete="off" dir="auto" /></label>
    <label class="canned-body"><span>${t('canned.body')}</span><textarea name="body" rows="5" required maxlength="8000" dir="auto">${one?.body ?? ''}</textarea></label>
    <p class="fields-why">${t('canned.holes')} <code dir="ltr">{{contact.name}} {{staff.name}} {{workspace.name}}</code></p>
    ${trouble ? html`<p class="field-error" role="alert">${trouble}</p>` : null}
    <div class="form-end"><button class="button is-main" type="submit">${t('save')}</button><button class="button" type="button" onClick=${leave}>${t('cancel')}</button></div>
  </form>`;
}

/** @param {{desk:Desk, one:Canned, edit:() => void, gone:() => void}} props */
function Row({ desk, one, edit, gone }) {
  const [sure, ask] = useState(false);
  const mine = desk.me?.role === 'admin' || one.created_by === desk.me?.id;
  const remove = () => void desk.call('canned.delete', { canned_id: one.id }).then(gone, gone);
  return html`<li><kbd>/${one.shortcut}</kbd><span class="found-words"><b dir="auto">${one.title}</b><small dir="auto">${one.body}</small></span>
    ${mine ? html`<button class="sign-button" type="button" aria-label=${t('canned.edit', { name: one.title })} onClick=${edit}>${icon('edit')}</button>
      <button class=${'text-button' + (sure ? ' is-danger' : '')} type="button" aria-label=${t(sure ? 'delete.sure' : 'label.delete', { name: one.title })} onClick=${() => (sure ? remove() : ask(true))} onBlur=${() => ask(false)}>${sure ? t('delete.sure') : icon('trash')}</button>` : null}</li>`;
}

/** @param {{desk:Desk, close:() => void}} props */
export function Show({ desk, close }) {
  const [all, setAll] = useState(/** @type {Canned[]|null} */ (null));
  const [failed, setFailed] = useState(false);
  const [editing, edit] = useState(/** @type {Canned|"new"|null} */ (null));
  const load = () => { setFailed(false); cannedOf(desk, true).then(setAll, () => setFailed(true)); };
  useEffect(load, []);
  const done = () => { edit(null); load(); };
  if (editing) return html`<${Dialog} key="form" title=${t('canned')} close=${close}><${Form} desk=${desk} one=${editing === 'new' ? null : editing} done=${done} leave=${() => edit(null)} /><//>`;
  return html`<${Dialog} key="list" title=${t('canned')} close=${close}>
    <p class="fields-why">${t('canned.why')}</p>
    ${failed ? html`<${Failed} retry=${load} />` : !all ? html`<${Loading} kind="list" />` : !all.length ? html`<p class="nothing">${icon('chat')}${t('canned.none')}</p>`
      : html`<ul class="canned-rows">${all.map((one) => html`<${Row} key=${one.id} desk=${desk} one=${one} edit=${() => edit(one)} gone=${load} />`)}</ul>`}
    <button class="button" type="button" onClick=${() => edit('new')}>${icon('plus')}${t('canned.add')}</button>
  <//>`;
}
