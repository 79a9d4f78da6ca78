// The workspace's figures: what was written, how soon it was answered and done, by day and by staff member.

import { html, useEffect, useState } from '../vendor/preact.js';
import { average, kinds, most, span, total } from '../lib/figures.js';
import { Avatar } from '../parts/avatar.js';
import { Dialog } from '../parts/dialog.js';
import { region, t } from '../parts/speech.js';
import { Failed, Loading } from '../parts/states.js';

/** @typedef {import('../lib/figures.js').Day} Day */
/** @typedef {{staff_id:string,messages:number,first_responses:number,first_response_ms:number|null,resolutions:number,resolution_ms:number|null}} Theirs */
/** @typedef {{time_zone:string, days:Day[], staff:Theirs[], active_contacts:number}} Insight */

/** @param {number|null} ms */
function lasted(ms) {
  if (ms === null) return '–';
  const [value, unit] = span(ms);
  return new Intl.NumberFormat(region, { style: 'unit', unit, unitDisplay: 'short' }).format(value);
}

/** @param {number} n */
const counted = (n) => new Intl.NumberFormat(region).format(n);

/** The day as the workspace cuts it, whatever the reader's clock says. @param {string} day */
const dayOf = (day) => new Intl.DateTimeFormat(region, { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(new Date(day + 'T12:00:00Z'));

/** One bar a day; two kinds stand on each other. @param {{title:string, days:Day[], parts:{kind:string, of:(day:Day) => number}[], told:(day:Day) => string}} props */
function Bars({ title, days, parts, told }) {
  const top = most(days.map((day) => parts.reduce((sum, part) => sum + part.of(day), 0)));
  return html`<figure class="chart"><figcaption>${title}</figcaption>
    <div class="bars" role="img" aria-label=${title + ': ' + days.map((day) => dayOf(day.day) + ' ' + told(day)).join(', ')}>
      ${days.map((day) => html`<span key=${day.day} class="bar" title=${dayOf(day.day) + ': ' + told(day)}>${parts.map((part) => html`<i key=${part.kind} class=${'is-' + part.kind} style=${{ blockSize: part.of(day) / top * 100 + '%' }}></i>`)}</span>`)}
    </div>
    <div class="axis" aria-hidden="true"><span>${dayOf(days[0]?.day ?? '')}</span><span>${dayOf(days.at(-1)?.day ?? '')}</span></div>
  </figure>`;
}

/** @param {{words:string, value:string}} props */
const Sum = ({ words, value }) => html`<div class="sum"><dt>${words}</dt><dd>${value}</dd></div>`;

/** @param {{rows:Theirs[], desk:import('./desk.js').Desk}} props */
function ByStaff({ rows, desk }) {
  const top = most(rows.map((row) => row.messages));
  return html`<table class="by-staff"><thead><tr>${['staff', 'messages', 'response', 'resolution'].map((c) => html`<th key=${c} scope="col">${t('insight.' + c)}</th>`)}</tr></thead>
    <tbody>${[...rows].sort((a, b) => b.messages - a.messages).map((row) => {
      const name = desk.state.value.staff[row.staff_id]?.name ?? row.staff_id;
      return html`<tr key=${row.staff_id}><th scope="row"><${Avatar} name=${name} seed=${row.staff_id} /><span dir="auto">${name}</span></th>
        <td><span class="meter"><i style=${{ inlineSize: row.messages / top * 100 + '%' }}></i></span>${counted(row.messages)}</td>
        <td>${lasted(row.first_response_ms)}</td><td>${lasted(row.resolution_ms)}<small>${row.resolutions ? ` · ${counted(row.resolutions)}` : ''}</small></td></tr>`;
    })}</tbody></table>`;
}

/** @param {{desk:import('./desk.js').Desk, close:() => void}} props */
export function Show({ desk, close }) {
  const [span_, setSpan] = useState(30);
  const [found, setFound] = useState(/** @type {Insight|null} */ (null));
  const [failed, setFailed] = useState(false);
  const load = () => { setFailed(false); setFound(null); desk.call('insight.get', { days: span_ }).then(setFound, () => setFailed(true)); };
  useEffect(load, [span_]);
  const days = found?.days ?? [];
  return html`<${Dialog} title=${t('insight')} close=${close} kind="is-wide">
    <div class="wishes"><select aria-label=${t('audit.when')} value=${String(span_)} onChange=${(/** @type {Event} */ e) => setSpan(Number(/** @type {HTMLSelectElement} */ (e.target).value))}>
      ${[7, 30, 90].map((n) => html`<option key=${n} value=${n}>${t('days.last', { n })}</option>`)}</select>${found ? html`<small class="is-dim">${t('insight.zone', { zone: found.time_zone })}</small>` : null}</div>
    ${failed ? html`<${Failed} retry=${load} />` : !found ? html`<${Loading} kind="list" lines=${5} />` : html`
      <dl class="sums">
        <${Sum} words=${t('insight.in')} value=${counted(total(days, 'contact_messages'))} /><${Sum} words=${t('insight.out')} value=${counted(total(days, 'staff_messages'))} />
        <${Sum} words=${t('insight.contacts')} value=${counted(found.active_contacts)} />
        <${Sum} words=${t('insight.response')} value=${lasted(average(days, kinds.response))} /><${Sum} words=${t('insight.resolution')} value=${lasted(average(days, kinds.resolution))} />
      </dl>
      <${Bars} title=${t('insight.perday')} days=${days} parts=${[{ kind: 'in', of: (/** @type {Day} */ d) => d.contact_messages }, { kind: 'out', of: (/** @type {Day} */ d) => d.staff_messages }]} told=${(/** @type {Day} */ d) => t('insight.both', { theirs: d.contact_messages, ours: d.staff_messages })} />
      <p class="legend"><span><i class="is-in"></i>${t('insight.in')}</span><span><i class="is-out"></i>${t('insight.out')}</span></p>
      <div class="charts"><${Bars} title=${t('insight.response')} days=${days} parts=${[{ kind: 'out', of: (/** @type {Day} */ d) => d.first_response_ms ?? 0 }]} told=${(/** @type {Day} */ d) => lasted(d.first_response_ms)} />
        <${Bars} title=${t('insight.closings')} days=${days} parts=${[{ kind: 'out', of: (/** @type {Day} */ d) => d.resolutions }]} told=${(/** @type {Day} */ d) => counted(d.resolutions)} /></div>
      ${found.staff.length ? html`<${ByStaff} rows=${found.staff} desk=${desk} />` : html`<p class="fields-why">${t('insight.nobody')}</p>`}`}
  <//>`;
}
