// Something to be taken elsewhere: shown whole, selected by a touch, copied by a button.

import { html, useRef, useState } from '../vendor/preact.js';
import { icon } from '../parts/icons.js';
import { t } from '../parts/speech.js';

/** @param {{text:string, label:string, lines?:number, main?:boolean}} props `lines`: how high it stands, for what is long */
export function CopyBox({ text, label, lines = 1, main = false }) {
  const [copied, setCopied] = useState('');
  const box = useRef(/** @type {any} */ (null));
  const select = () => box.current?.select();
  const copy = async () => {
    select();
    // Without a secure page there is no clipboard; the old way takes what is selected.
    const done = await (navigator.clipboard?.writeText(text) ?? Promise.reject()).then(() => true, () => document.execCommand('copy'));
    if (done) setCopied(text);
  };
  const more = { ref: box, readonly: true, value: text, 'aria-label': label, dir: 'ltr', spellcheck: false, onFocus: select };
  const there = copied === text;
  return html`${lines > 1 ? html`<textarea ...${more} rows=${lines}></textarea>` : html`<input ...${more} />`}
    <button class=${'button' + (main ? ' is-main' : '')} type="button" onClick=${copy}>${icon(there ? 'check' : 'copy')}${t(there ? 'copied' : 'copy')}</button>`;
}
