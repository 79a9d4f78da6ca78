// How the workspace greets whoever opens the chat.

import { html } from '../vendor/preact.js';
import { Avatar } from '../parts/avatar.js';
import { t } from '../parts/speech.js';

/** @param {{face:import('./shapes.js').Face|null}} props */
export const Greeting = ({ face }) => html`<div class="greeting">
  <${Avatar} name=${face?.name} seed="" />
  <h2>${face?.name}</h2>
  <p dir="auto">${face?.greeting || t('greeting')}</p>
</div>`;
