// Several conversations treated alike: closed, given to somebody, labelled.

import { html } from '../vendor/preact.js';
import { announce } from '../parts/announce.js';
import { Avatar } from '../parts/avatar.js';
import { icon } from '../parts/icons.js';
import { Menu } from '../parts/menu.js';
import { t } from '../parts/speech.js';

/** @typedef {import('./desk.js').Desk} Desk */

/** @param {Desk} desk @param {string} id */
export function pick(desk, id) {
  const picked = new Set(desk.picked.value);
  if (!picked.delete(id)) picked.add(id);
  desk.picked.value = picked;
}

/** One after the other; those that failed stay chosen. @param {Desk} desk @param {(id:string) => Promise<any>} work */
export async function forAll(desk, work) {
  const ids = [...desk.picked.value];
  /** @type {Set<string>} */
  const left = new Set();
  for (const id of ids) await work(id).catch(() => left.add(id));
  desk.picked.value = left;
  announce(left.size ? t('broken') : t('bulk.done', { n: ids.length }));
}

/** @param {{desk:Desk, ids:string[]}} props `ids`: those in the list */
export function Bulk({ desk, ids }) {
  const n = desk.picked.value.size;
  if (!n) return null;
  const staff = Object.values(desk.state.value.staff).filter((s) => !s.deactivated_at).sort((a, b) => a.name.localeCompare(b.name));
  const give = (/** @type {string|null} */ id) => () => void forAll(desk, (c) => desk.assign(c, id));
  const shut = desk.view.value === 'closed' || desk.view.value === 'archived';
  return html`<div class="bulk" role="toolbar" aria-label=${t('bulk', { n })}>
    <button class="sign-button" type="button" aria-label=${t('bulk.none')} title=${t('bulk.none')} onClick=${() => { desk.picked.value = new Set(); }}>${icon('close')}</button>
    <b role="status">${t('bulk', { n })}</b>
    ${n < ids.length ? html`<button class="text-button" type="button" onClick=${() => { desk.picked.value = new Set(ids); }}>${t('bulk.all')}</button>` : null}
    <span class="bulk-end">
      <button class="sign-button" type="button" aria-label=${t(shut ? 'reopen' : 'done')} title=${t(shut ? 'reopen' : 'done')} onClick=${() => void forAll(desk, (id) => desk.update(id, { status: shut ? 'open' : 'closed' }))}>${icon(shut ? 'reply' : 'check')}</button>
      <button class="sign-button" type="button" aria-label=${t('labels.choose')} title=${t('labels.choose')} onClick=${() => { desk.dialog.value = 'bulklabels'; }}>${icon('tag')}</button>
      <${Menu} kind="menu-bulk" end=${true} title=${t('assign')} label=${icon('person')} choices=${[
        ...staff.map((s) => ({ label: s.name, sign: html`<${Avatar} name=${s.name} seed=${s.id} />`, run: give(s.id) })),
        { label: t('assign.nobody'), sign: icon('person'), run: give(null) },
      ]} />
    </span>
  </div>`;
}
