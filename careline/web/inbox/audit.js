// Who did what, when and from where: the audit, for administrators.

import { html, useEffect, useState } from '../vendor/preact.js';
import { Dialog } from '../parts/dialog.js';
import { icon } from '../parts/icons.js';
import { learn, t } from '../parts/speech.js';
import { time } from '../parts/calendar.js';
import { Failed, Loading } from '../parts/states.js';

await learn('audit');

/** @typedef {import('./desk.js').Desk} Desk */
/** @typedef {{at:number, actor:string, action:string, record:string|null, outcome:string, address:string|null, impersonated_by:string|null}} Act */

const DAY = 86_400_000;
const actions = ['message.sent', 'message.edited', 'message.deleted', 'history.viewed', 'conversation.viewed', 'contact.viewed', 'search.viewed', 'conversation.updated', 'conversation.assigned', 'conversation.triaged', 'conversation.deleted', 'workspace.updated', 'session.created', 'audit.viewed', 'alert.raised'];

/** In words where there are any, else as the API names it. @param {string} about @param {string} name */
function word(about, name) {
  const key = `${about}.${name}`;
  const said = t(key);
  return said === key ? name : said;
}

/** A person or a thing by the name it has here. @param {Desk} desk @param {string} id as kind:id */
export function named(desk, id) {
  const [kind = '', ...rest] = id.split(':');
  const key = rest.join(':');
  const { staff, contacts, conversations, labels } = desk.state.value;
  const partner = () => Object.values(conversations).flatMap((c) => c.participants).find((p) => p.kind === 'contact' && p.id === key)?.name;
  const name = kind === 'staff' ? staff[key]?.name : kind === 'contact' ? contacts[key]?.name ?? partner() : kind === 'label' ? labels[key]?.name : null;
  return name ?? (key && kind !== 'search' ? `${word('kind', kind)} ${key.slice(0, 8)}` : word('kind', kind));
}

/** @param {{act:Act, desk:Desk}} props */
const Row = ({ act, desk }) => html`<tr class=${act.outcome === 'done' || act.outcome === 'ok' ? '' : 'is-refused'}>
  <td><time title=${time().exact(act.at)}>${time().exact(act.at)}</time></td>
  <td dir="auto">${named(desk, act.actor)}${act.impersonated_by ? html`<small>${t('audit.as', { name: act.impersonated_by })}</small>` : null}</td>
  <td title=${act.action}>${word('act', act.action)}</td>
  <td title=${act.record ?? ''} dir="auto">${act.record ? named(desk, act.record) : ''}</td>
  <td><span class="chip">${word('outcome', act.outcome)}</span></td>
  <td class="is-dim">${act.address ?? ''}</td>
</tr>`;

/** @param {{desk:Desk, close:() => void}} props */
export function Show({ desk, close }) {
  const [wish, setWish] = useState(/** @type {Record<string,string>} */ ({}));
  const [acts, setActs] = useState(/** @type {Act[]|null} */ (null));
  const [next, setNext] = useState(/** @type {string|null} */ (null));
  const [failed, setFailed] = useState(false);
  const load = (/** @type {string|null} */ cursor) => {
    setFailed(false);
    const { days, ...rest } = wish;
    const asked = { ...rest, since: days ? Date.now() - Number(days) * DAY : undefined };
    return desk.call('audit.list', { ...asked, cursor, limit: 50 }).then((page) => {
      setActs((old) => [...(cursor ? old ?? [] : []), ...page.items]);
      setNext(page.next);
    }, () => setFailed(true));
  };
  useEffect(() => { setActs(null); void load(null); }, [wish]);
  const set = (/** @type {string} */ field) => (/** @type {Event} */ event) => {
    const { [field]: _, ...others } = wish;
    const { value } = /** @type {HTMLSelectElement} */ (event.target);
    setWish(value ? { ...others, [field]: value } : others);
  };
  const staff = Object.values(desk.state.value.staff).sort((a, b) => a.name.localeCompare(b.name));
  return html`<${Dialog} title=${t('audit')} close=${close} kind="is-wide">
    <div class="wishes">
      <select aria-label=${t('audit.who')} onChange=${set('staff_id')}><option value="">${t('search.anyone')}</option>${staff.map((s) => html`<option key=${s.id} value=${s.id}>${s.name}</option>`)}</select>
      <select aria-label=${t('audit.what')} onChange=${set('action')}><option value="">${t('audit.any')}</option>${actions.map((a) => html`<option key=${a} value=${a}>${word('act', a)}</option>`)}</select>
      <select aria-label=${t('audit.when')} onChange=${set('days')}><option value="">${t('audit.ever')}</option>${[1, 7, 30].map((n) => html`<option key=${n} value=${n}>${t('days.last', { n })}</option>`)}</select>
    </div>
    <div class="table-box" tabindex="0" role="region" aria-label=${t('audit')}>${acts ? html`<table class="audit"><thead><tr>${['when', 'who', 'what', 'record', 'outcome', 'address'].map((c) => html`<th key=${c} scope="col">${t('audit.' + c)}</th>`)}</tr></thead>
      <tbody>${acts.map((act, i) => html`<${Row} key=${i} act=${act} desk=${desk} />`)}</tbody></table>` : failed ? null : html`<${Loading} kind="list" />`}
      ${acts && !acts.length && !next ? html`<p class="nothing">${icon('eye')}${t('audit.none')}</p>` : null}
      ${failed ? html`<${Failed} retry=${() => load(next)} />` : next ? html`<button class="button" type="button" onClick=${() => load(next)}>${t('more.older')}</button>` : null}
    </div>
  <//>`;
}
