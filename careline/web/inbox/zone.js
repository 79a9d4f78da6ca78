// The workspace's clocks, by the name of their time zone.

import { html } from '../vendor/preact.js';

/** @param {{value:string, wrong?:boolean}} props */
export const ZoneInput = ({ value, wrong = false }) => html`<input name="time_zone" value=${value} required list="zones" aria-invalid=${wrong} autocomplete="off" dir="ltr" />
  <datalist id="zones">${Intl.supportedValuesOf('timeZone').map((zone) => html`<option key=${zone} value=${zone} />`)}</datalist>`;
