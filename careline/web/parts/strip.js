// The files that will go with the next message, above the place where it is written; and the ways in: a button, dropping, pasting.

import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { sizeText } from '../lib/files.js';
import { MOST, extensions } from '../lib/upload.js';
import { icon } from './icons.js';
import { region, t } from './speech.js';

/** @typedef {import('./attach.js').Attach} Attach */
/** @typedef {import('../lib/upload.js').Item} Item */

/** @type {Record<string,string>} */
const sentences = { too_large: 'files.size', file_type: 'files.disguised', infected: 'files.infected', too_many: 'files.many', storage_full: 'files.full', offline: 'files.offline' };
const accepted = extensions.map((ending) => '.' + ending).join(',');

/** @param {{attach:Attach, id:string, item:Item}} props */
function Chip({ attach, id, item }) {
  const preview = attach.preview(item.file ?? item.attached?.id);
  // What only its name says is a picture shows none.
  const [broken, fail] = useState(/** @type {string|undefined} */ (undefined));
  const what = item.state === 'failed' ? t(sentences[item.problem ?? ''] ?? 'files.failed', { name: item.name })
    : item.state === 'waiting' ? t('files.waiting') : sizeText(item.size, region);
  return html`<li class=${'chip-file is-' + item.state}>
    <span class="chip-sign">${preview && preview !== broken ? html`<img src=${preview} alt="" onError=${() => fail(preview)} />` : icon('file')}</span>
    <span class="chip-words"><b dir="auto">${item.name}</b><small role=${item.state === 'failed' ? 'alert' : undefined}>${what}</small></span>
    ${item.state === 'sending' ? html`<progress value=${item.part} max="1" aria-label=${t('files.sending', { name: item.name })}></progress>` : null}
    ${item.state === 'failed' && item.again ? html`<button type="button" class="chip-again" onClick=${() => attach.tray.retry(id, item.key)}>${t('again')}</button>` : null}
    <button type="button" class="chip-away" aria-label=${t('files.remove', { name: item.name })} title=${t('remove')} onClick=${() => attach.cancel(id, item.key)}>${icon('close')}</button>
  </li>`;
}

/** Files dropped anywhere on the page, or pasted into it, are for the message that is being written. @param {Attach} attach @param {string} id @param {(over:boolean)=>void} over */
function useFilesFromOutside(attach, id, over) {
  useEffect(() => {
    const carries = (/** @type {DragEvent} */ event) => Boolean(event.dataTransfer?.types.includes('Files'));
    /** @param {DragEvent} event */
    const drag = (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      over(true);
    };
    const leave = (/** @type {DragEvent} */ event) => { if (!event.relatedTarget) over(false); };
    /** @param {DragEvent} event */
    const drop = (event) => {
      over(false);
      if (!carries(event)) return;
      event.preventDefault();
      attach.add(id, event.dataTransfer?.files ?? []);
    };
    /** @param {ClipboardEvent} event */
    const paste = (event) => {
      const files = event.clipboardData?.files;
      // Copied from a sheet or a text, it is text first.
      if (!files?.length || event.clipboardData?.types.includes('text/plain') || document.querySelector('dialog[open]')) return;
      event.preventDefault();
      attach.add(id, files);
    };
    addEventListener('dragover', drag);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    document.addEventListener('paste', paste);
    return () => {
      removeEventListener('dragover', drag);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
      document.removeEventListener('paste', paste);
      attach.disarm();
      attach.refused.value = [];
    };
  }, [attach, id]);
}

/** @param {{attach:Attach, id:string}} props */
export function Strip({ attach, id }) {
  const [over, setOver] = useState(false);
  useFilesFromOutside(attach, id, setOver);
  const items = attach.items(id);
  return html`<div class="strip">
    ${over ? html`<div class="drop-here" aria-hidden="true">${icon('clip')}${t('files.drop')}</div>` : null}
    ${attach.refused.value.map(({ name, why }) => html`<p class="strip-refused" role="alert" key=${name + why}>${t('files.not.' + why, { name, n: MOST })}</p>`)}
    ${items.length ? html`<ul class="chips" aria-label=${t('files.these')}>${items.map((item) => html`<${Chip} key=${item.key} attach=${attach} id=${id} item=${item} />`)}</ul>` : null}
    ${attach.isArmed(id) ? html`<p class="strip-wait">${icon('clock')}<span>${t('files.wait')}</span><button type="button" onClick=${() => attach.disarm()}>${t('cancel')}</button></p>` : null}
  </div>`;
}

/** @param {{attach:Attach, id:string}} props */
export function ClipButton({ attach, id }) {
  const input = useRef(/** @type {HTMLInputElement|null} */ (null));
  const chosen = () => {
    if (input.current?.files) attach.add(id, input.current.files);
    if (input.current) input.current.value = '';
  };
  return html`<button class="clip" type="button" aria-label=${t('files.add')} title=${t('files.add')} onClick=${() => input.current?.click()}>${icon('clip')}</button>
    <input ref=${input} type="file" multiple hidden accept=${accepted} aria-label=${t('files.add')} onChange=${chosen} />`;
}
