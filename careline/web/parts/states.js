// What stands where there is nothing to show: nothing yet, nothing at all, or nothing because of a failure.

import { html } from '../vendor/preact.js';
import { icon } from './icons.js';
import { t } from './speech.js';

/** @param {{icon:string, title:string, children?:any}} props */
export const Empty = ({ icon: name, title, children }) => html`<div class="state">
  <span class="state-sign">${icon(name)}</span><p class="state-title">${title}</p>${children}
</div>`;

/** @param {{lines?:number, kind?:string}} props */
export const Loading = ({ lines = 3, kind = 'bubbles' }) => html`<div class=${'loading loading-' + kind} role="status" aria-label=${t('loading')}>
  ${Array.from({ length: lines }, (_, i) => html`<i key=${i}></i>`)}
</div>`;

/** @param {{title?:string, retry?:()=>void, children?:any}} props */
export const Failed = ({ title, retry, children }) => html`<div class="state" role="alert">
  <span class="state-sign">${icon('alert')}</span><p class="state-title">${title ?? t('failed')}</p>${children}
  ${retry ? html`<button class="button" type="button" onClick=${retry}>${t('again')}</button>` : null}
</div>`;
