// Who is typing just now, by name.

import { html } from '../vendor/preact.js';
import { t } from './speech.js';

/** @param {{typists:Record<string,{kind:string,name:string}>|undefined, fallback:string}} props */
export function Typing({ typists, fallback }) {
  const all = Object.values(typists ?? {});
  const name = all[0]?.name || fallback;
  return html`<div class="typing" aria-hidden=${!all.length}>
    ${all.length ? html`<span class="typing-dots"><i></i><i></i><i></i></span>
      <span>${all.length === 1 ? t('typing.one', { name }) : t('typing.many', { name, n: all.length - 1 })}</span>` : null}
  </div>`;
}
