// What is pinned in a conversation, in one line above it: each press leads to the next.

import { html, useEffect, useState } from '../vendor/preact.js';
import { gist } from './gist.js';
import { icon } from './icons.js';
import { t } from './speech.js';

/** @typedef {import('../lib/shapes.js').Message} Message */

/** Those that are held here are known better than those that were fetched. @param {Message[]} held @param {Message[]} fetched */
export function pinnedIn(held, fetched) {
  const known = new Set(held.map((m) => m.id));
  const all = [...held, ...fetched.filter((m) => !known.has(m.id))];
  return all.filter((m) => m.pinned_at && !m.deleted_at).sort((a, b) => b.created_at - a.created_at);
}

/** @param {{id:string, messages:Message[], ask:(name:string, data:any)=>Promise<any>, name:(m:Message)=>string, jump:{current:(id:string)=>void}}} props */
export function Pins({ id, messages, ask, name, jump }) {
  const [fetched, put] = useState(/** @type {Message[]} */ ([]));
  const [at, turn] = useState(0);
  useEffect(() => {
    let gone = false;
    put([]);
    turn(0);
    ask('message.pins', { conversation_id: id }).then((page) => { if (!gone) put(page.items); }, () => {});
    return () => { gone = true; };
  }, [id]);
  const all = pinnedIn(messages, fetched);
  const one = all[at % (all.length || 1)];
  if (!one) return null;
  const show = () => {
    jump.current(one.id);
    turn((at + 1) % all.length);
  };
  return html`<button class="pins" type="button" title=${t('pins.show')} onClick=${show}>
    ${icon('pin')}<span dir="auto"><b>${name(one)}</b> ${gist(one).slice(0, 140)}</span>
    ${all.length > 1 ? html`<small>${t('viewer.count', { n: at % all.length + 1, of: all.length })}</small>` : null}
  </button>`;
}
