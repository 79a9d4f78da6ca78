// Who changed what of a conversation, newest first.

import { html, useEffect, useState } from '../vendor/preact.js';
import { Dialog } from '../parts/dialog.js';
import { t } from '../parts/speech.js';
import { time } from '../parts/calendar.js';
import { Failed, Loading } from '../parts/states.js';

/** @typedef {{at:number, who:{kind:string,id:string}, field:"status"|"assignee"|"priority"|"label", before:string|null, after:string|null}} Change */

/** @param {Change} change @param {(id:string) => string} nameOf */
export function told({ field, before, after }, nameOf) {
  if (field === 'label') return after ? t('history.label.on', { name: after }) : t('history.label.off', { name: before ?? '' });
  if (field === 'assignee') return after ? t('history.assignee', { name: nameOf(after) }) : t('history.assignee.none');
  return t('history.' + field, { value: t(field + '.' + (after ?? 'normal')) });
}

/** @param {{desk:import('./desk.js').Desk, c:import('../lib/shapes.js').Conversation, close:() => void}} props */
export function Show({ desk, c, close }) {
  const [changes, setChanges] = useState(/** @type {Change[]|null} */ (null));
  const [next, setNext] = useState(/** @type {string|null} */ (null));
  const [failed, setFailed] = useState(false);
  const load = (/** @type {string|null} */ cursor) => {
    setFailed(false);
    desk.call('conversation.history', { conversation_id: c.id, cursor }).then((page) => {
      setChanges([...(cursor ? changes ?? [] : []), ...page.items]);
      setNext(page.next);
    }, () => setFailed(true));
  };
  useEffect(() => load(null), [c.id, c.updated_at]);
  const nameOf = (/** @type {string} */ id) => desk.state.value.staff[id.replace(/^staff:/, '')]?.name ?? id;
  const who = (/** @type {Change["who"]} */ w) => (w.kind === 'staff' ? nameOf(w.id) : t('history.by.' + w.kind));
  return html`<${Dialog} title=${t('history')} close=${close}>
    ${changes ? html`<ol class="history">${changes.map((change, i) => html`<li key=${i}>
      <span>${told(change, nameOf)}</span><small>${who(change.who)} · <time title=${time().exact(change.at)}>${time().ago(change.at)}</time></small></li>`)}</ol>
      ${changes.length ? null : html`<p class="fields-why">${t('history.none')}</p>`}` : failed ? null : html`<${Loading} kind="list" />`}
    ${failed ? html`<${Failed} retry=${() => load(next)} />` : next ? html`<button class="button" type="button" onClick=${() => load(next)}>${t('more.older')}</button>` : null}
  <//>`;
}
