// A message being said differently, in its own place, as long as there is time for it.

import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { time } from './calendar.js';
import { t } from './speech.js';

/** @typedef {import('./bubble.js').Shown} Shown */

/** How long a message may still be edited, in milliseconds; 0 when it may not. @param {{created_at:number}} message @param {number} edit_ms */
export const leftToEdit = ({ created_at }, edit_ms) => Math.max(0, created_at + edit_ms - Date.now());

/** @param {{left:() => number}} props */
function Left({ left }) {
  const [ms, look] = useState(left);
  useEffect(() => {
    const timer = setInterval(() => look(left()), 1000);
    return () => clearInterval(timer);
  }, []);
  return html`<p class="editor-left">${ms ? t('edit.left', { span: time().lasting(ms) }) : t('edit.over')}</p>`;
}

/** @param {{message:Shown, edit_ms:number, save:(body:string)=>Promise<any>, done:()=>void}} props */
export function Editor({ message, edit_ms, save, done }) {
  const area = useRef(/** @type {HTMLTextAreaElement|null} */ (null));
  const [trouble, setTrouble] = useState('');
  useEffect(() => {
    area.current?.focus();
    area.current?.setSelectionRange(message.body.length, message.body.length);
  }, []);
  const refused = (/** @type {import('../lib/api.js').Problem} */ problem) => setTrouble(problem.status === 403 ? t('edit.late', { span: time().lasting(edit_ms) })
    : problem.code === 'message_deleted' ? t('edit.gone') : problem.status === 422 ? problem.message : t('deed.failed'));
  const finish = () => {
    const body = area.current?.value.trim() ?? '';
    if (!body || body === message.body) return done();
    save(body).then(done, refused);
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
    ${trouble ? html`<p class="field-error" role="alert">${trouble}</p>` : html`<${Left} left=${() => leftToEdit(message, edit_ms)} />`}
    <div><button class="button is-main" type="button" onClick=${finish}>${t('save')}</button><button class="button" type="button" onClick=${done}>${t('cancel')}</button></div>
  </div>`;
}
