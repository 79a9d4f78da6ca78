// What was said, as a file to keep.

import { html, useState } from '../vendor/preact.js';
import { Dialog } from '../parts/dialog.js';
import { icon } from '../parts/icons.js';
import { t } from '../parts/speech.js';
import { Choices } from './choices.js';
import { explain } from './signin.js';

/** @type {[string,string,string][]} format, ending of the file's name, what the answer is */
const formats = [['text', 'txt', 'text/plain'], ['pdf', 'pdf', 'application/pdf'], ['json', 'json', 'application/json']];

/** Hand a file to the browser's downloads. @param {Blob} blob @param {string} name */
export function keep(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** @param {{desk:import('./desk.js').Desk, c:import('../lib/shapes.js').Conversation, close:() => void}} props */
export function Show({ desk, c, close }) {
  const [notes, setNotes] = useState(false);
  const [busy, setBusy] = useState('');
  const [trouble, setTrouble] = useState('');
  const fetchIt = (/** @type {[string,string,string]} */ [format, ending, type]) => async () => {
    setBusy(format);
    setTrouble('');
    const time_zone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
    try {
      const blob = await desk.call('conversation.transcript', { conversation_id: c.id, format, notes, time_zone }, { blob: true, timeout: 60_000, headers: { Accept: type } });
      keep(blob, `conversation-${c.id.slice(0, 8)}.${ending}`);
      close();
    } catch (problem) {
      setTrouble(/** @type {any} */ (problem).code === 'no_pdf' ? t('transcript.nopdf') : explain(/** @type {any} */ (problem)));
    }
    setBusy('');
  };
  return html`<${Dialog} title=${t('transcript.get')} close=${close}>
    <${Choices} items=${formats.map((f) => ({ key: f[0], label: t('transcript.' + f[0]), hint: busy === f[0] ? t('loading') : '', sign: icon('down'), run: () => void fetchIt(f)() }))} />
    <label class="check"><input type="checkbox" checked=${notes} onChange=${() => setNotes(!notes)} /><span>${t('transcript.notes')}</span></label>
    ${trouble ? html`<p class="field-error" role="alert">${trouble}</p>` : null}
  <//>`;
}
