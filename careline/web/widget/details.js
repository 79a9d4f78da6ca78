// The gentle question who is writing, asked once, after the first message.

import { html, useState } from '../vendor/preact.js';
import { t } from '../parts/speech.js';

/** @param {{save:(details:{name?:string,email?:string}|null) => Promise<void>}} props */
export function Details({ save }) {
  const [trouble, setTrouble] = useState('');
  const [busy, setBusy] = useState(false);

  /** @param {SubmitEvent} event */
  const submit = async (event) => {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
    const given = Object.fromEntries([...form].filter(([, value]) => String(value).trim()).map(([key, value]) => [key, String(value).trim()]));
    setBusy(true);
    setTrouble('');
    await save(Object.keys(given).length ? given : null).catch((problem) => setTrouble(problem.status === 422 ? problem.message : t('details.failed')));
    setBusy(false);
  };

  return html`<form class="details" onSubmit=${submit}>
    <p>${t('details.why')}</p>
    <label><span>${t('name')}</span><input name="name" autocomplete="name" maxlength="100" /></label>
    <label><span>${t('email')}</span><input name="email" type="email" autocomplete="email" maxlength="200" /></label>
    ${trouble ? html`<p class="field-error" role="alert">${trouble}</p>` : null}
    <div class="details-row">
      <button class="button is-main" type="submit" disabled=${busy}>${t('details.save')}</button>
      <button class="button is-quiet" type="button" onClick=${() => save(null)}>${t('details.skip')}</button>
    </div>
  </form>`;
}
