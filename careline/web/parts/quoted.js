// The message that the next one answers, above the place where it is written.

import { html } from '../vendor/preact.js';
import { gist } from './gist.js';
import { icon } from './icons.js';
import { t } from './speech.js';

/** @param {{message:import('./bubble.js').Shown, name:string, away:()=>void}} props */
export const Quoted = ({ message, name, away }) => html`<div class="answer-quote">
  <span aria-label=${t('quote.to', { name })}><b>${name}</b> ${gist(message).slice(0, 120)}</span>
  <button type="button" aria-label=${t('cancel')} title=${t('cancel')} onClick=${away}>${icon('close')}</button>
</div>`;
