// Until when a conversation is put off: the usual moments, or one's own.

import { html, useState } from '../vendor/preact.js';
import { fieldTime, snoozes } from '../lib/snooze.js';
import { Dialog } from '../parts/dialog.js';
import { icon } from '../parts/icons.js';
import { t } from '../parts/speech.js';
import { time } from '../parts/calendar.js';
import { Choices } from './choices.js';
import { explain } from './signin.js';

/** @param {{desk:import('./desk.js').Desk, c:import('../lib/shapes.js').Conversation, close:() => void}} props */
export function Show({ desk, c, close }) {
  const [trouble, setTrouble] = useState('');
  const now = Date.now();
  const until = (/** @type {number|null} */ at) => desk.triage(c.id, { snoozed_until: at }).then(close, (problem) => setTrouble(explain(problem)));
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const text = new FormData(/** @type {HTMLFormElement} */ (event.target)).get('until');
    const at = new Date(String(text)).getTime();
    if (at) void until(at);
  };
  const usual = snoozes(now).map(({ key, at }) => ({ key, label: t('snooze.' + key), hint: time().soon(at), sign: icon('clock'), run: () => void until(at) }));
  const items = c.snoozed_until ? [...usual, { key: 'wake', label: t('wake'), hint: '', sign: icon('close'), run: () => void until(null) }] : usual;
  return html`<${Dialog} title=${t('snooze.choose')} close=${close}>
    <p class="fields-why">${t('snooze.why')}</p>
    <${Choices} items=${items} />
    <form class="fields inline-form" onSubmit=${submit}>
      <label><span>${t('snooze.own')}</span><input type="datetime-local" name="until" required min=${fieldTime(now)} max=${fieldTime(now + 365 * 86_400_000)} /></label>
      <button class="button" type="submit">${t('snooze')}</button>
    </form>
    ${trouble ? html`<p class="field-error" role="alert">${trouble}</p>` : null}
  <//>`;
}
