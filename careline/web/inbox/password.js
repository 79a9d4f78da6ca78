// Where one changes one's own password.

import { html } from '../vendor/preact.js';
import { Dialog } from '../parts/dialog.js';
import { t } from '../parts/speech.js';
import { useForm } from './form.js';
import { PASSWORD_LEAST, explain } from './signin.js';

/** @param {{desk:import('./desk.js').Desk, close:() => void}} props */
export function Show({ desk, close }) {
  const form = useForm(
    async ({ old_password, new_password }) => {
      await desk.call('password.change', { old_password, new_password });
      close();
      // Every session of the account is over, this one too.
      desk.changed.value = true;
      desk.session.forget();
    },
    (problem) => (problem.status === 403 ? t('password.wrong') : explain(problem)),
  );
  return html`<${Dialog} title=${t('password.change')} close=${close}>
    <form class="fields" onSubmit=${form.submit}>
      <p class="fields-why">${t('password.why')}</p>
      <input hidden name="email" type="email" autocomplete="username" value=${desk.me?.email} readonly />
      <label><span>${t('password.old')}</span><input name="old_password" type="password" autocomplete="current-password" required autofocus /></label>
      <label><span>${t('password.new', { n: PASSWORD_LEAST })}</span><input name="new_password" type="password" autocomplete="new-password" minlength=${PASSWORD_LEAST} maxlength=${128} required /></label>
      ${form.trouble ? html`<p class="field-error" role="alert">${form.trouble}</p>` : null}
      <button class="button is-main" type="submit" disabled=${form.busy}>${t('password.change')}</button>
    </form>
  <//>`;
}
