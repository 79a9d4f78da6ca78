// The way in: e-mail and password; on the first day, the making of the workspace.

import { html, useState } from '../vendor/preact.js';
import { t } from '../parts/speech.js';

/** What the server asks of a new one. */
export const PASSWORD_LEAST = 8;

/** @typedef {{name:string, label:string, type?:string, complete?:string, least?:number}} Field */

/** `refused`: what a 401 says here, if the server's own words are not for people. @param {{title:string, why?:string, fields:Field[], button:string, refused?:string, submit:(values:Record<string,string>) => Promise<void>}} props */
export function EntryForm({ title, why, fields, button, refused, submit }) {
  const [trouble, setTrouble] = useState(/** @type {{field:string|null, text:string}|null} */ (null));
  const [busy, setBusy] = useState(false);
  /** @param {SubmitEvent} event */
  const send = async (event) => {
    event.preventDefault();
    setBusy(true);
    setTrouble(null);
    const values = Object.fromEntries([...new FormData(/** @type {HTMLFormElement} */ (event.target))].map(([k, v]) => [k, String(v)]));
    try {
      await submit(values);
    } catch (error) {
      const problem = /** @type {import('../lib/api.js').Problem} */ (error);
      setTrouble({ field: problem.field, text: (problem.status === 401 && refused) || explain(problem) });
    }
    setBusy(false);
  };
  return html`<main class="entry"><form onSubmit=${send}>
    <p class="brand">Careline</p>
    <h1>${title}</h1>
    ${why ? html`<p class="entry-why">${why}</p>` : null}
    ${fields.map((f, i) => html`<label key=${f.name}><span>${f.label}</span>
      <input name=${f.name} type=${f.type ?? 'text'} autocomplete=${f.complete ?? 'off'} minlength=${f.least} required autofocus=${i === 0}
        aria-invalid=${trouble?.field === f.name} /></label>`)}
    ${trouble ? html`<p class="field-error" role="alert">${trouble.text}</p>` : null}
    <button class="button is-main" type="submit" disabled=${busy}>${busy ? t('loading') : button}</button>
  </form></main>`;
}

/** @param {import('../lib/api.js').Problem} problem */
export function explain(problem) {
  if (problem.status === 429) return t('signin.often');
  if (problem.status === 0) return t('offline');
  if (problem.status >= 500) return t('broken');
  // In the reader's language where it has words for this, else as the server says it.
  const known = ['wrong.' + problem.code, 'wrong.' + problem.field].find((key) => t(key) !== key);
  return known ? t(known) : problem.message;
}

/** @param {{desk:import('./desk.js').Desk}} props */
export const SignIn = ({ desk }) => html`<${EntryForm} title=${t('signin.title')} why=${desk.changed.value ? t('password.changed') : undefined} button=${t('signin')} refused=${t('signin.wrong')} submit=${(/** @type {any} */ v) => desk.signIn(v.email, v.password)}
  fields=${[{ name: 'email', label: t('email'), type: 'email', complete: 'username' }, { name: 'password', label: t('password'), type: 'password', complete: 'current-password' }]} />`;
