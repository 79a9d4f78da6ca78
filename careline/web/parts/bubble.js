// One group of messages by one person in one minute, and how far one's own have come.

import { html, useState } from '../vendor/preact.js';
import { Avatar } from './avatar.js';
import { icon } from './icons.js';
import { t } from './speech.js';
import { time } from './calendar.js';
import { Text } from './text.js';

/** @typedef {import('../lib/shapes.js').Message & {state?:"sending"|"failed", problem?:string|null}} Shown */
/** `sure`: asked once more before it runs. @typedef {{icon:string, label:string, run:()=>void, sure?:string}} Action */
/**
 * @typedef {object} Handlers
 * @property {(message:Shown) => boolean} own does it stand on this side?
 * @property {(id:string) => Shown|undefined} find
 * @property {(message:Shown) => void} retry
 * @property {(message:Shown) => void} drop
 * @property {(message:Shown) => Action[]} [actions]
 * @property {(message:Shown) => any} [editor] shown in place of the text
 * @property {(message:Shown) => string} name of its author, as it is known now
 * @property {(message:Shown) => boolean} [nameless] is it plain whose it is?
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

/** @param {{id:string, on:Handlers}} props */
function Quote({ id, on }) {
  const to = on.find(id);
  return html`<blockquote class="quote"><b>${to ? on.name(to) : ''}</b> ${to ? to.body.slice(0, 140) || t('deleted') : t('quote.earlier')}</blockquote>`;
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
  return html`<button type="button" title=${action.label} aria-label=${action.label} onClick=${action.sure ? () => ask(true) : action.run}>${icon(action.icon)}</button>`;
}

/** @param {{message:Shown, on:Handlers}} props */
function Line({ message, on }) {
  const editor = on.editor?.(message);
  const actions = editor ? [] : on.actions?.(message) ?? [];
  return html`<div class="line" tabindex="-1" data-id=${message.id}>
    <div class=${'bubble' + (message.deleted_at ? ' is-deleted' : '') + (message.state ? ' is-' + message.state : '')} dir="auto">
      ${message.reply_to && !message.deleted_at ? html`<${Quote} id=${message.reply_to} on=${on} />` : null}
      ${editor ?? (message.deleted_at ? t('deleted') : html`<${Text} text=${message.body} />`)}
      ${message.edited_at && !message.deleted_at ? html` <span class="edited">${t('edited')}</span>` : null}
    </div>
    ${actions.length ? html`<div class="actions" role="toolbar" aria-label=${t('actions')}>
      ${actions.map((action) => html`<${ActionButton} key=${action.icon} action=${action} />`)}
    </div>` : null}
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
