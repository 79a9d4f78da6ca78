// The files of a message: pictures as pictures, everything else as a card that says what it is and gives it out.

import { html, useRef } from '../vendor/preact.js';
import { ending, isOpen, isPicture, room, sizeText } from '../lib/files.js';
import { icon } from './icons.js';
import { region, t } from './speech.js';

/** @typedef {import('../lib/shapes.js').Attached} Attached */
/** @typedef {import('./attach.js').Attach} Attach */
/** @typedef {import('./bubble.js').Shown} Shown */
/** @typedef {{message:Shown, file:Attached, attach:Attach}} One */

/** @param {One & {alone:boolean, show:(file:Attached)=>void}} props */
function Picture({ message, file, attach, alone, show }) {
  const local = attach.preview(file.id);
  const link = local ? null : attach.link(message.conversation_id, file.id);
  // As long as it is shown its address stays, though a newer one be known: a picture does not flicker.
  const kept = useRef(/** @type {string|null} */ (null));
  kept.current ??= local ?? link?.thumbnail_url ?? link?.url ?? null;
  const { width, height } = room(file);
  const broken = () => {
    kept.current = null;
    attach.links.broken(file.id);
  };
  return html`<button class="picture" type="button" aria-label=${t('picture.open', { name: file.name })} disabled=${Boolean(message.state)} onClick=${() => show(file)}
    style=${alone ? { inlineSize: width + 'px', aspectRatio: `${width} / ${height}` } : undefined}>
    ${kept.current ? html`<img src=${kept.current} alt=${file.name} loading="lazy" decoding="async" onError=${broken} />` : icon('picture')}
  </button>`;
}

/** @param {One} props */
function Card({ message, file, attach }) {
  // A file elsewhere: the server lets only such addresses in, and no other is followed.
  const open = isOpen(file) && !message.state && (!file.url || file.url.startsWith('https:'));
  const link = open && !file.url ? attach.link(message.conversation_id, file.id) : null;
  /** Addresses last five minutes: one that is over is not followed, a new one is. @param {MouseEvent} event */
  const click = async (event) => {
    if (file.url || attach.links.isFresh(file.id)) return;
    event.preventDefault();
    const fresh = await attach.links.fresh(message.conversation_id, file.id);
    if (fresh) Object.assign(document.createElement('a'), { href: fresh.url, download: file.name }).click();
  };
  const words = html`<span class="card-sign">${icon(file.state === 'infected' ? 'alert' : 'file')}<i>${ending(file)}</i></span>
    <span class="card-words"><b dir="auto">${file.name}</b><small>${[file.size && sizeText(file.size, region), file.state !== 'ready' && t('file.' + file.state)].filter(Boolean).join(' · ')}</small></span>`;
  if (!open) return html`<div class=${'card is-' + file.state}>${words}</div>`;
  return html`<a class=${'card is-' + file.state} href=${file.url ?? link?.url ?? '#'} download=${file.url ? undefined : file.name} target=${file.url ? '_blank' : undefined} rel="noopener noreferrer" title=${t('download')}
    onClick=${click}>${words}${icon(file.url ? 'link' : 'get')}<span class="unseen">${t('download')}</span></a>`;
}

/** @param {{message:Shown, attach:Attach, all:() => {conversation_id:string, file:Attached, name:string, at:number}[]}} props */
export function Files({ message, attach, all }) {
  const files = message.attachments ?? [];
  const pictures = files.filter(isPicture);
  const others = files.filter((file) => !isPicture(file));
  /** @param {Attached} file */
  const show = async (file) => {
    const { view } = await import('./viewer.js');
    const list = all();
    view({ list, at: list.findIndex((one) => one.file.id === file.id), attach });
  };
  return html`<div class="files">
    ${pictures.length ? html`<div class=${'pictures' + (pictures.length > 1 ? ' is-many' : '')}>
      ${pictures.map((file) => html`<${Picture} key=${file.id} message=${message} file=${file} attach=${attach} alone=${pictures.length === 1} show=${show} />`)}
    </div>` : null}
    ${others.map((file) => html`<${Card} key=${file.id} message=${message} file=${file} attach=${attach} />`)}
  </div>`;
}

/** All pictures of a thread, to turn through. @param {Shown[]} messages @param {(m:Shown) => string} name */
export const picturesIn = (messages, name) => messages.flatMap((m) => (m.deleted_at ? [] : (m.attachments ?? []).filter(isPicture).map((file) =>
  ({ conversation_id: m.conversation_id, file, name: name(m), at: m.created_at }))));
