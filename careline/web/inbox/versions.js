// What a message said before it was edited, and what replies to it: lists for whoever asks.

import { html, useEffect, useState } from '../vendor/preact.js';
import { time } from '../parts/calendar.js';
import { Dialog, over } from '../parts/dialog.js';
import { gist } from '../parts/gist.js';
import { t } from '../parts/speech.js';
import { Failed, Loading } from '../parts/states.js';

/** @typedef {import('./desk.js').Desk} Desk */
/** @typedef {import('../lib/shapes.js').Message} Message */
/** @typedef {{items:any[], next?:string|null}} Page */

/** @param {{title:string, ask:(cursor:string|null) => Promise<Page>, row:(item:any) => any, close:() => void}} props */
function Pages({ title, ask, row, close }) {
  const [items, setItems] = useState(/** @type {any[]|null} */ (null));
  const [next, setNext] = useState(/** @type {string|null} */ (null));
  const [failed, setFailed] = useState(false);
  const load = (/** @type {string|null} */ cursor) => {
    setFailed(false);
    ask(cursor).then((page) => {
      setItems((old) => [...(old ?? []), ...page.items]);
      setNext(page.next ?? null);
    }, () => setFailed(true));
  };
  useEffect(() => load(null), []);
  return html`<${Dialog} title=${title} close=${close}>
    ${items ? html`<ol class="history">${items.map(row)}</ol>` : failed ? null : html`<${Loading} kind="list" />`}
    ${failed ? html`<${Failed} retry=${() => load(next)} />` : next ? html`<button class="button" type="button" onClick=${() => load(next)}>${t('more.deeds')}</button>` : null}
  <//>`;
}

/** @param {Desk} desk @param {Message} message */
export function showEdits(desk, message) {
  over((close) => html`<${Pages} title=${t('edits')} close=${close} ask=${() => desk.call('message.edits', { message_id: message.id })}
    row=${(/** @type {{body:string, said_at:number}} */ one) => html`<li key=${one.said_at}><span dir="auto">${one.body}</span><small>${time().exact(one.said_at)}</small></li>`} />`);
}

/** @param {Desk} desk @param {Message} message @param {(m:Message) => string} name @param {(m:Message) => void} lead to one of them */
export function showReplies(desk, message, name, lead) {
  over((close) => html`<${Pages} title=${t('replies')} close=${close} ask=${(/** @type {string|null} */ cursor) => desk.call('message.replies', { message_id: message.id, cursor })}
    row=${(/** @type {Message} */ m) => html`<li key=${m.id}><button type="button" onClick=${() => { close(); lead(m); }}><b dir="auto">${name(m)}</b> <span dir="auto">${gist(m)}</span></button><small>${time().exact(m.created_at)}</small></li>`} />`);
}
