// A message being said differently, in its own place.

import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { t } from './speech.js';

/** @param {{message:import('./bubble.js').Shown, save:(body:string)=>Promise<any>, done:()=>void}} props */
export function Editor({ message, save, done }) {
  const area = useRef(/** @type {HTMLTextAreaElement|null} */ (null));
  const [trouble, setTrouble] = useState('');
  useEffect(() => {
    area.current?.focus();
    area.current?.setSelectionRange(message.body.length, message.body.length);
  }, []);
  const finish = () => {
    const body = area.current?.value.trim() ?? '';
    if (!body || body === message.body) return done();
    save(body).then(done, (problem) => setTrouble(problem.message));
  };
  /** @param {KeyboardEvent} event */
  const key = (event) => {
    if (event.key === 'Escape') done();
    else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) finish();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return html`<div class="editor">
    <textarea ref=${area} rows=${Math.min(8, message.body.split('\n').length + 1)} maxlength="8000" dir="auto" aria-label=${t('edit')} onKeyDown=${key}>${message.body}</textarea>
    ${trouble ? html`<p class="field-error" role="alert">${trouble}</p>` : null}
    <div><button class="button is-main" type="button" onClick=${finish}>${t('save')}</button><button class="button" type="button" onClick=${done}>${t('cancel')}</button></div>
  </div>`;
}
