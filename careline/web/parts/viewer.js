// One picture after the other, as large as the window: Esc leaves, the arrows turn, two fingers or a click look closer.

import { html, render, useEffect, useRef, useState } from '../vendor/preact.js';
import { icon } from './icons.js';
import { t } from './speech.js';
import { time } from './calendar.js';

/** @typedef {{conversation_id:string, file:import('../lib/shapes.js').Attached, name:string, at:number}} Picture */
/** @typedef {{list:Picture[], at:number, attach:import('./attach.js').Attach}} Wanted */

/** The address of the whole picture, good now. @param {Picture|undefined} picture @param {import('./attach.js').Attach} attach */
function useWhole(picture, attach) {
  const [found, find] = useState(/** @type {{id:string, url:string|null}|null} */ (null));
  const id = picture?.file.id ?? '';
  useEffect(() => {
    let gone = false;
    if (picture) attach.links.fresh(picture.conversation_id, id).then((link) => { if (!gone) find({ id, url: link?.url ?? attach.preview(id) }); }, () => {});
    return () => { gone = true; };
  }, [id]);
  return found?.id === id ? found : null;
}

/** @param {Wanted & {close:()=>void}} props */
function Viewer({ list, at: first, attach, close }) {
  const box = useRef(/** @type {HTMLDialogElement|null} */ (null));
  const [at, turn] = useState(Math.max(0, first));
  const [close_up, look] = useState(false);
  const picture = list[at];
  const whole = useWhole(picture, attach);
  useEffect(() => box.current?.showModal(), []);
  useEffect(() => look(false), [at]);
  const to = (/** @type {number} */ next) => { if (list[next]) turn(next); };
  /** @param {KeyboardEvent} event */
  const key = (event) => {
    event.stopPropagation();
    const back = document.documentElement.dir === 'rtl' ? 'ArrowRight' : 'ArrowLeft';
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') to(at + (event.key === back ? -1 : 1));
  };
  if (!picture) return null;
  const { file, name } = picture;
  return html`<dialog ref=${box} class="viewer" aria-label=${t('viewer')} onClose=${close} onKeyDown=${key}>
    <header>
      <span class="viewer-words"><b dir="auto">${file.name}</b><small>${name} · ${time().exact(picture.at)}</small></span>
      ${list.length > 1 ? html`<span class="viewer-count">${t('viewer.count', { n: at + 1, of: list.length })}</span>` : null}
      ${whole?.url ? html`<a href=${whole.url} download=${file.name} aria-label=${t('file.get', { name: file.name })} title=${t('download')}>${icon('get')}</a>` : null}
      <button type="button" aria-label=${t('close')} title=${t('close')} onClick=${() => box.current?.close()}>${icon('close')}</button>
    </header>
    <div class=${'viewer-room' + (close_up ? ' is-close' : '')} tabindex=${close_up ? 0 : undefined} onClick=${(/** @type {Event} */ e) => { if (e.target === e.currentTarget) box.current?.close(); }}>
      ${whole?.url ? html`<img key=${file.id} src=${whole.url} alt=${file.name} width=${file.width} height=${file.height} onClick=${() => look(!close_up)} />`
        : html`<p role="status">${t(whole ? 'failed' : 'loading')}</p>`}
    </div>
    ${at > 0 ? html`<button class="viewer-turn is-back" type="button" aria-label=${t('viewer.before')} onClick=${() => to(at - 1)}>${icon('back')}</button>` : null}
    ${at < list.length - 1 ? html`<button class="viewer-turn is-on" type="button" aria-label=${t('viewer.after')} onClick=${() => to(at + 1)}>${icon('back')}</button>` : null}
  </dialog>`;
}

/** Show it until it is dismissed; the focus goes back to where it was. @param {Wanted} wanted */
export function view(wanted) {
  const before = document.activeElement;
  const place = document.createElement('div');
  document.body.append(place);
  const close = () => {
    render(null, place);
    place.remove();
    if (before instanceof HTMLElement) before.focus();
  };
  render(html`<${Viewer} ...${wanted} close=${close} />`, place);
}
