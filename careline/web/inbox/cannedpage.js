// The workspace's canned responses: added, changed, removed.

import { html, useState } from '../vendor/preact.js';
import { Dialog } from '../parts/dialog.js';
import { icon } from '../parts/icons.js';
import { t } from '../parts/speech.js';
import { explain } from './signin.js';

/** @typedef {import('../lib/shapes.js').Canned} Canned */
/** @typedef {import('./desk.js').Desk} Desk */

/** @param {{desk:Desk, one:Canned|null, leave:() => void}} props */
function Form({ desk, one, leave }) {
  const [trouble, setTrouble] = useState('');
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(/** @type {HTMLFormElement} */ (event.target)));
    const work = one ? desk.call('canned.update', { canned_id: one.id, ...values }) : desk.call('canned.add', values);
    work.then((canned) => {
      desk.client?.dispatch({ type: 'canned.updated', data: { canned } });
      leave();
    }, (problem) => setTrouble(explain(problem)));
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

/** @param {{desk:Desk, one:Canned, edit:() => void}} props */
function Row({ desk, one, edit }) {
  const [sure, ask] = useState(false);
  const mine = desk.me?.role === 'admin' || one.created_by === desk.me?.id;
  const remove = () => void desk.call('canned.delete', { canned_id: one.id }).then(() => desk.client?.dispatch({ type: 'canned.deleted', data: { id: one.id } }), () => ask(false));
  return html`<li><kbd dir="ltr">/${one.shortcut}</kbd><span class="found-words"><b dir="auto">${one.title}</b><small dir="auto">${one.body}</small></span>
    ${mine ? html`<button class="sign-button" type="button" aria-label=${t('canned.edit', { name: one.title })} onClick=${edit}>${icon('edit')}</button>
      <button class=${'text-button' + (sure ? ' is-danger' : '')} type="button" aria-label=${t(sure ? 'delete.sure' : 'label.delete', { name: one.title })} onClick=${() => (sure ? remove() : ask(true))} onBlur=${() => ask(false)}>${sure ? t('delete.sure') : icon('trash')}</button>` : null}</li>`;
}

/** @param {{desk:Desk, close:() => void}} props */
export function Show({ desk, close }) {
  const all = Object.values(desk.state.value.canned).sort((a, b) => a.shortcut.localeCompare(b.shortcut));
  const [editing, edit] = useState(/** @type {Canned|"new"|null} */ (null));
  if (editing) return html`<${Dialog} key="form" title=${t('canned')} close=${close}><${Form} desk=${desk} one=${editing === 'new' ? null : editing} leave=${() => edit(null)} /><//>`;
  return html`<${Dialog} key="list" title=${t('canned')} close=${close}>
    <p class="fields-why">${t('canned.why')}</p>
    ${!all.length ? html`<p class="nothing">${icon('chat')}${t('canned.none')}</p>`
      : html`<ul class="canned-rows">${all.map((one) => html`<${Row} key=${one.id} desk=${desk} one=${one} edit=${() => edit(one)} />`)}</ul>`}
    <button class="button" type="button" onClick=${() => edit('new')}>${icon('plus')}${t('canned.add')}</button>
  <//>`;
}
