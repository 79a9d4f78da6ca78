// Delete a conversation for good: only once its contact's name has been written.

import { html, useState } from '../vendor/preact.js';
import { contactIn } from '../lib/state.js';
import { announce } from '../parts/announce.js';
import { Dialog } from '../parts/dialog.js';
import { t } from '../parts/speech.js';
import { explain } from './signin.js';

/** @param {{desk:import('./desk.js').Desk, c:import('../lib/shapes.js').Conversation, close:() => void}} props */
export function Show({ desk, c, close }) {
  const name = contactIn(c)?.name || t('visitor');
  const [text, setText] = useState('');
  const [trouble, setTrouble] = useState('');
  const sure = text.trim().toLocaleLowerCase() === name.trim().toLocaleLowerCase();
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!sure) return;
    try {
      await desk.call('conversation.delete', { conversation_id: c.id });
      close();
      desk.go(desk.view.value, null);
      desk.client?.dispatch({ type: 'local.gone', data: { id: c.id } });
      announce(t('removed'));
    } catch (problem) {
      setTrouble(explain(/** @type {any} */ (problem)));
    }
  };
  return html`<${Dialog} title=${t('remove.it')} close=${close}>
    <form class="fields" onSubmit=${submit}>
      <p>${t('remove.why')}</p>
      <label><span>${t('remove.name', { name })}</span><input value=${text} autofocus autocomplete="off" dir="auto" onInput=${(/** @type {Event} */ e) => setText(/** @type {HTMLInputElement} */ (e.target).value)} /></label>
      ${trouble ? html`<p class="field-error" role="alert">${trouble}</p>` : null}
      <button class="button is-grave" type="submit" disabled=${!sure}>${t('remove.go')}</button>
    </form>
  <//>`;
}
