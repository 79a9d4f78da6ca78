// One group of messages by one person in one minute, and how far one's own have come.

import { html, useState } from '../vendor/preact.js';
import { Avatar } from './avatar.js';
import { gist } from './gist.js';
import { icon } from './icons.js';
import './icons.talk.js';
import { Files } from './pictures.js';
import { Reactions } from './reactions.js';
import { t } from './speech.js';
import { time } from './calendar.js';
import { Text } from './text.js';

/** @typedef {import('../lib/shapes.js').Message & {state?:"sending"|"failed", problem?:string|null}} Shown */
/** `sure`: asked once more before it runs. `hint`: what else there is to know of it. @typedef {{icon:string, label:string, run:(event:Event)=>void, sure?:string, hint?:string}} Action */
/**
 * @typedef {object} Handlers
 * @property {(message:Shown) => boolean} own does it stand on this side?
 * @property {(id:string) => Shown|undefined} find
 * @property {(message:Shown) => void} retry
 * @property {(message:Shown) => void} drop
 * @property {(message:Shown) => Action[]} [actions]
 * @property {(message:Shown) => any} [editor] shown in place of the text
 * @property {(message:Shown) => any} [words] its text, where more than text is to be seen in it
 * @property {(message:Shown) => void} [edits] show what it said before
 * @property {(message:Shown) => string} name of its author, as it is known now
 * @property {(message:Shown) => boolean} [nameless] is it plain whose it is?
 * @property {{current:(id:string) => void}} [jump] to a message, filled by the thread
 * @property {import('./attach.js').Attach} [attach]
 * @property {import('../lib/shapes.js').Me|null} [me]
 * @property {(message:Shown, emoji:string) => void} [react]
 * @property {() => {conversation_id:string, file:import('../lib/shapes.js').Attached, name:string, at:number}[]} [pictures] of the whole thread
 */

/** @param {Shown} m */
export function progress(m) {
  if (m.state) return m.state;
  return m.read_at ? 'read' : m.delivered_at ? 'delivered' : 'sent';
}

/** @type {Record<string,string>} */
const signs = { sending: 'clock', sent: 'check', delivered: 'checks', read: 'checks', failed: 'alert' };

/** @param {{message:Shown}} props */
function Progress({ message }) {
  const step = progress(message);
  return html`<span class=${'progress progress-' + step} title=${t('progress.' + step)}>${icon(signs[step] ?? 'check')}<span class="unseen">${t('progress.' + step)}</span></span>`;
}

/** @param {{message:Shown, on:Handlers}} props */
function Quote({ message, on }) {
  const id = message.reply_to ?? '';
  const to = message.reply ?? on.find(id);
  const known = on.find(id);
  const name = known ? on.name(known) : message.reply?.sender_name ?? '';
  return html`<button class="quote" type="button" title=${t('quote.show')} onClick=${() => on.jump?.current(id)}><b>${name}</b> ${to ? gist(known ?? to).slice(0, 140) : t('quote.earlier')}</button>`;
}

/** @param {{message:Shown, on:Handlers}} props */
function Failure({ message, on }) {
  const why = message.problem === 'behind' ? t('failed.behind') : t('failed.send');
  return html`<div class="failure" role="alert">
    <span>${why}</span>
    <button type="button" onClick=${() => on.retry(message)}>${t('again')}</button>
    <button type="button" onClick=${() => on.drop(message)}>${t('discard')}</button>
  </div>`;
}

/** @param {{action:Action}} props */
function ActionButton({ action }) {
  const [asked, ask] = useState(false);
  if (asked) return html`<button class="is-sure" type="button" onClick=${action.run} onBlur=${() => ask(false)}>${action.sure}</button>`;
  return html`<button type="button" title=${action.hint ?? action.label} aria-label=${action.label} onClick=${action.sure ? () => ask(true) : action.run}>${icon(action.icon)}</button>`;
}

/** Made when the message is pointed at or has the focus: most of a thread's messages are only read. @param {{message:Shown, on:Handlers}} props */
function Toolbar({ message, on }) {
  const actions = on.actions?.(message) ?? [];
  if (!actions.length) return null;
  return html`<div class="actions" role="toolbar" aria-label=${t('actions')}>
    ${actions.map((action) => html`<${ActionButton} key=${action.icon} action=${action} />`)}
  </div>`;
}

/** Whether somebody is at it, with the mouse, the keyboard or a finger. @returns {[boolean, Record<string,(event:any)=>void>]} */
function useAttention() {
  const [there, come] = useState(false);
  const mouse = (/** @type {boolean} */ on) => (/** @type {PointerEvent} */ event) => {
    if (event.pointerType !== 'mouse') return;
    const within = /** @type {Element} */ (event.currentTarget).contains(document.activeElement);
    come(on || within);
  };
  return [there, {
    onPointerEnter: mouse(true),
    onPointerLeave: mouse(false),
    onFocusIn: () => come(true),
    onFocusOut: (/** @type {FocusEvent} */ event) => { if (!/** @type {Element} */ (event.currentTarget).contains(/** @type {Node|null} */ (event.relatedTarget))) come(false); },
  }];
}

/** @param {{message:Shown, on:Handlers}} props */
function Line({ message, on }) {
  const [attended, attention] = useAttention();
  const editor = on.editor?.(message);
  const gone = Boolean(message.deleted_at);
  const files = Boolean(message.attachments?.length) && !gone;
  const words = editor || message.body || gone || !files || message.reply_to;
  return html`<div class=${'line' + (message.state ? ' is-' + message.state : '')} tabindex="-1" data-id=${message.id} ...${attention}>
    ${words ? html`<div class=${'bubble' + (gone ? ' is-deleted' : '') + (message.state ? ' is-' + message.state : '')} dir="auto">
      ${message.forwarded && !gone ? html`<div class="mark">${icon('forward')}${t('forwarded')}</div>` : null}
      ${message.reply_to && !gone ? html`<${Quote} message=${message} on=${on} />` : null}
      ${editor ?? (gone ? t('deleted') : on.words?.(message) ?? html`<${Text} text=${message.body} />`)}
      ${message.edited_at && !gone ? html` ${on.edits ? html`<button class="edited" type="button" onClick=${() => on.edits?.(message)}>${t('edited')}</button>` : html`<span class="edited">${t('edited')}</span>`}` : null}
    </div>` : null}
    ${message.pinned_at && !gone ? html`<span class="mark is-pinned">${icon('pin')}${t('pinned')}</span>` : null}
    ${files && on.attach ? html`<${Files} message=${message} attach=${on.attach} all=${on.pictures ?? (() => [])} />` : null}
    ${on.react && !gone ? html`<${Reactions} message=${message} me=${on.me ?? null} react=${on.react} />` : null}
    ${attended && !editor ? html`<${Toolbar} message=${message} on=${on} />` : null}
    ${message.state === 'failed' ? html`<${Failure} message=${message} on=${on} />` : null}
  </div>`;
}

/** @param {{messages:Shown[], on:Handlers}} props */
export function Group({ messages, on }) {
  const first = /** @type {Shown} */ (messages[0]);
  const last = /** @type {Shown} */ (messages.at(-1));
  const own = on.own(first);
  const note = first.kind === 'note';
  const name = on.name(first);
  return html`<div class=${'group ' + (own ? 'is-own' : 'is-other') + (note ? ' is-note' : '')}>
    ${own ? null : html`<${Avatar} name=${name} seed=${first.sender_id ?? name} />`}
    <div class="lines">
      ${note ? html`<div class="note-mark">${icon('lock')}${t('note.mark')}</div>` : null}
      ${messages.map((m) => html`<${Line} key=${m.client_id ?? m.id} message=${m} on=${on} />`)}
      <div class="meta">
        ${on.nameless?.(first) ? null : html`<span>${name}</span>`}
        <time datetime=${new Date(last.created_at).toISOString()} title=${time().exact(last.created_at)}>${time().minute(last.created_at)}</time>
        ${own && (!note || last.state) ? html`<${Progress} message=${last} />` : null}
      </div>
    </div>
  </div>`;
}
