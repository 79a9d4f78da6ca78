// Asking that somebody look at a message, and why.

import { html, useState } from '../vendor/preact.js';
import { announce } from './announce.js';
import { Dialog, over } from './dialog.js';
import { gist } from './gist.js';
import { t } from './speech.js';

/** @typedef {import('./bubble.js').Shown} Shown */

/** @param {{message:Shown, send:(reason:string)=>Promise<any>, close:()=>void}} props */
function Flag({ message, send, close }) {
  const [trouble, setTrouble] = useState('');
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    event.preventDefault();
    const reason = String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get('reason') ?? '').trim();
    send(reason).then(() => {
      announce(t('flag.done'));
      close();
    }, (problem) => setTrouble(problem.status === 422 ? problem.message : t('deed.failed')));
  };
  return html`<${Dialog} title=${t('flag')} close=${close}>
    <form class="ask" onSubmit=${submit}>
      <p class="ask-about"><span dir="auto">${gist(message).slice(0, 200)}</span></p>
      <label><span>${t('flag.why')}</span><textarea name="reason" rows="3" maxlength="500" required></textarea></label>
      ${trouble ? html`<p class="field-error" role="alert">${trouble}</p>` : null}
      <div><button class="button is-main" type="submit">${t('flag.send')}</button><button class="button" type="button" onClick=${close}>${t('cancel')}</button></div>
    </form>
  <//>`;
}

/** @param {Shown} message @param {(reason:string)=>Promise<any>} send */
export function flag(message, send) {
  over((close) => html`<${Flag} message=${message} send=${send} close=${close} />`);
}
