// When somebody is there, and what is said when nobody is.

import { html, useEffect, useState } from '../vendor/preact.js';
import { lineOf, openings } from '../lib/hours.js';
import { Dialog } from '../parts/dialog.js';
import { region, t } from '../parts/speech.js';
import { Failed, Loading } from '../parts/states.js';
import { explain } from './signin.js';
import { ZoneInput } from './zone.js';

/** @typedef {{hours:import('../lib/shapes.js').Hours|null, time_zone:string, notice:string, notice_replies:boolean}} Workspace */

const DAYS = [1, 2, 3, 4, 5, 6, 7];
const UNCHOSEN = 'UTC';
const USUAL = DAYS.slice(0, 5).map((day) => ({ day, opens: '09:00', closes: '18:00' }));

/** Nobody has chosen the clocks of a new workspace: most likely they are the reader's. @param {Workspace} workspace */
const zoneOf = ({ hours, time_zone }) => (hours || time_zone !== UNCHOSEN ? time_zone : Intl.DateTimeFormat().resolvedOptions().timeZone);

/** 1 is Monday, as 1 January 2024 was. @param {number} day */
const dayName = (day) => new Intl.DateTimeFormat(region, { weekday: 'long', timeZone: 'UTC' }).format(Date.UTC(2024, 0, day));

/** The hours that a form says, or the day whose line cannot be read. @param {FormData} form @returns {{hours:import('../lib/shapes.js').Hours}|{wrong:number}} */
function read(form) {
  const days = DAYS.map((day) => openings(String(form.get('day' + day) ?? ''), day));
  const wrong = days.indexOf(null) + 1;
  if (wrong) return { wrong };
  const days_off = String(form.get('days_off') ?? '').split(/\s+/).filter(Boolean);
  return { hours: { weekly: days.flatMap((day) => day ?? []), days_off } };
}

/** @param {{desk:import('./desk.js').Desk, close:() => void}} props */
export function Show({ desk, close }) {
  const [now, setNow] = useState(/** @type {Workspace|null} */ (null));
  const [always, setAlways] = useState(true);
  const [failed, setFailed] = useState(false);
  const [state, setState] = useState({ saved: false, wrong: 0, text: '' });
  const load = () => { setFailed(false); desk.call('workspace.get').then((found) => { setNow(found); setAlways(!found.hours); }, () => setFailed(true)); };
  useEffect(load, []);
  const save = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
    const said = read(form);
    if (!always && 'wrong' in said) return setState({ saved: false, wrong: said.wrong, text: t('hours.wrong') });
    try {
      const more = { time_zone: String(form.get('time_zone')).trim(), notice: String(form.get('notice') ?? '').trim(), notice_replies: form.has('notice_replies') };
      const workspace = await desk.call('workspace.update', always || 'wrong' in said ? { hours: null } : { hours: said.hours, ...more });
      desk.client?.dispatch({ type: 'workspace.updated', data: { workspace } });
      setState({ saved: true, wrong: 0, text: '' });
    } catch (problem) {
      setState({ saved: false, wrong: 0, text: explain(/** @type {any} */ (problem)) });
    }
  };
  if (failed || !now) return html`<${Dialog} title=${t('hours')} close=${close}>${failed ? html`<${Failed} retry=${load} />` : html`<${Loading} kind="list" />`}<//>`;
  const weekly = now.hours?.weekly ?? USUAL;
  return html`<${Dialog} title=${t('hours')} close=${close}><form class="fields" onSubmit=${save}>
    <label class="check"><input type="checkbox" checked=${always} onChange=${() => setAlways(!always)} /><span>${t('hours.always')}</span></label>
    ${always ? null : html`<div class="week">${DAYS.map((day) => html`<label key=${day}><span>${dayName(day)}</span>
        <input name=${'day' + day} value=${lineOf(weekly, day)} placeholder=${t('hours.closed')} aria-invalid=${state.wrong === day} dir="ltr" autocomplete="off" /></label>`)}</div>
      <p class="fields-why">${t('hours.how')}</p>
      <label><span>${t('set.time_zone')}</span><${ZoneInput} value=${zoneOf(now)} /></label>
      <label class="canned-body"><span>${t('hours.off')}</span><textarea name="days_off" rows="2" placeholder="2026-12-25" dir="ltr">${(now.hours?.days_off ?? []).join('\n')}</textarea></label>
      <label class="canned-body"><span>${t('set.notice')}</span><textarea name="notice" rows="3" dir="auto">${now.notice ?? ''}</textarea></label>
      <label class="check"><input type="checkbox" name="notice_replies" checked=${now.notice_replies} /><span>${t('set.notice_replies')}</span></label>`}
    ${state.text ? html`<p class="field-error" role="alert">${state.wrong ? dayName(state.wrong) + ': ' : ''}${state.text}</p>` : null}
    <div class="form-end"><button class="button is-main" type="submit">${t('save')}</button>${state.saved ? html`<span class="is-there" role="status">${t('saved')}</span>` : null}</div>
  </form><//>`;
}
