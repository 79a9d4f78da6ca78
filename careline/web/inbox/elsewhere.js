// A file that lies elsewhere goes with the next message by its address; nobody here ever fetches it.

import { html, useState } from '../vendor/preact.js';
import { MOST } from '../lib/upload.js';
import { Dialog } from '../parts/dialog.js';
import { t } from '../parts/speech.js';
import { explain } from './signin.js';

/** What its address calls it, as far as that is one. @param {string} url */
function named(url) {
  try {
    return decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '');
  } catch {
    return '';
  }
}

/** @param {{desk:import('./desk.js').Desk, c:import('../lib/shapes.js').Conversation, close:() => void}} props */
export function Show({ desk, c, close }) {
  const [trouble, setTrouble] = useState('');
  const [address, setAddress] = useState('');
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const tray = /** @type {import('../lib/upload.js').Tray} */ (desk.attach?.tray);
    const name = String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get('name')).trim() || named(address);
    if (tray.items(c.id).length >= MOST) return setTrouble(t('files.not.number', { name, n: MOST }));
    desk.call('attachment.refer', { url: address, name, conversation_id: c.id }).then((attachment) => {
      tray.put(c.id, attachment);
      close();
    }, (problem) => setTrouble(explain(problem)));
  };
  return html`<${Dialog} title=${t('elsewhere')} close=${close}>
    <form class="fields" onSubmit=${submit}>
      <p class="fields-why">${t('elsewhere.why')}</p>
      <label><span>${t('elsewhere.url')}</span><input type="url" name="url" required autocomplete="off" onInput=${(/** @type {any} */ e) => setAddress(e.target.value.trim())} /></label>
      <label><span>${t('elsewhere.name')}</span><input name="name" maxlength="255" autocomplete="off" placeholder=${named(address)} /></label>
      ${trouble ? html`<p class="field-error" role="alert">${trouble}</p>` : null}
      <button class="button is-main" type="submit">${t('elsewhere.go')}</button>
    </form>
  <//>`;
}
