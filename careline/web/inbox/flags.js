// Messages that somebody asked to look at: left, deleted, or deleted with their writer blocked; for administrators.

import { html, useEffect, useState } from '../vendor/preact.js';
import { byMessage } from '../lib/flags.js';
import { Avatar } from '../parts/avatar.js';
import { Dialog } from '../parts/dialog.js';
import { gist } from '../parts/gist.js';
import { icon } from '../parts/icons.js';
import { t } from '../parts/speech.js';
import { time } from '../parts/calendar.js';
import { Failed, Loading } from '../parts/states.js';
import { openAt } from './passage.js';
import { explain } from './signin.js';

/** @typedef {import('./desk.js').Desk} Desk */
/** @typedef {import('../lib/flags.js').Flag} Flag */
/** @typedef {import('../lib/flags.js').Case} Case */

/** @param {{label:string, sure:string, run:() => void, busy:boolean}} props */
function Grave({ label, sure, run, busy }) {
  const [asked, ask] = useState(false);
  return html`<button class=${'button' + (asked ? ' is-grave' : '')} type="button" disabled=${busy} onClick=${() => (asked ? run() : ask(true))} onBlur=${() => ask(false)}>${asked ? sure : label}</button>`;
}

/** @param {{one:Case, desk:Desk, close:() => void, resolved:(message_id:string, flag:Flag) => void}} props */
function Card({ one, desk, close, resolved }) {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState('');
  const { message, flags } = one;
  const open = flags.find((flag) => !flag.resolved_at);
  const last = flags[0];
  if (!message || !last) return null;
  const author = message.sender_name || t('visitor');
  const decide = (/** @type {string} */ resolution) => () => {
    setBusy(true);
    desk.call('flag.resolve', { flag_id: open?.id, resolution }).then((flag) => resolved(message.id, flag), (problem) => setTrouble(explain(problem))).finally(() => setBusy(false));
  };
  const show = () => {
    close();
    void openAt(desk, message.conversation_id, message.id);
  };
  return html`<li class=${'case' + (open ? '' : ' is-done')}>
    <header><${Avatar} name=${author} seed=${message.sender_id ?? author} /><span><b dir="auto">${author}</b><small>${time().exact(message.created_at)}</small></span>
      <button class="text-button" type="button" onClick=${show}>${t('flags.show')}</button></header>
    <blockquote class=${message.deleted_at ? 'is-deleted' : ''}><p dir="auto">${gist(message)}</p></blockquote>
    <ul>${flags.map((flag) => html`<li key=${flag.id}>${icon('flag')}<span dir="auto">${t('flags.by', { name: flag.flagger.name || t('visitor'), reason: flag.reason })}</span><time title=${time().exact(flag.created_at)}>${time().ago(flag.created_at)}</time></li>`)}</ul>
    ${trouble ? html`<p class="field-error" role="alert">${trouble}</p>` : null}
    ${open ? html`<footer><button class="button" type="button" disabled=${busy} onClick=${decide('dismiss')}>${t('flags.leave')}</button>
      <${Grave} label=${t('flags.delete')} sure=${t('flags.delete.sure')} run=${decide('delete')} busy=${busy} />
      ${message.sender_kind === 'contact' ? html`<${Grave} label=${t('flags.block')} sure=${t('flags.block.sure', { name: author })} run=${decide('block')} busy=${busy} />` : null}</footer>`
      : html`<p class="is-dim">${icon('check')}${t('flags.done.' + last.resolution)} · ${desk.state.value.staff[last.resolved_by ?? '']?.name ?? ''} · ${time().ago(last.resolved_at ?? 0)}</p>`}
  </li>`;
}

/** @param {{desk:Desk, close:() => void}} props */
export function Show({ desk, close }) {
  const [flags, setFlags] = useState(/** @type {Flag[]|null} */ (null));
  const [next, setNext] = useState(/** @type {string|null} */ (null));
  const [failed, setFailed] = useState(false);
  const load = (/** @type {string|null} */ cursor) => {
    setFailed(false);
    desk.call('flag.list', { cursor, limit: 50 }).then((page) => {
      setFlags((old) => [...(cursor ? old ?? [] : []), ...page.items]);
      setNext(page.next);
    }, () => setFailed(true));
  };
  useEffect(() => load(null), [desk.state.value.flagged]);
  const resolved = (/** @type {string} */ message_id, /** @type {Flag} */ done) => {
    setFlags((old) => (old ?? []).map((flag) => (flag.message?.id !== message_id ? flag
      : { ...flag, message: done.message, ...(flag.resolved_at ? {} : { resolved_at: done.resolved_at, resolved_by: done.resolved_by, resolution: done.resolution }) })));
    desk.client?.dispatch({ type: 'flag.resolved', data: {} });
  };
  const cases = byMessage(flags ?? []);
  return html`<${Dialog} title=${t('flags')} close=${close} kind="is-wide">
    ${flags ? html`<ul class="cases">${cases.map((one) => html`<${Card} key=${one.message?.id} one=${one} desk=${desk} close=${close} resolved=${resolved} />`)}</ul>
      ${cases.length || next ? null : html`<p class="nothing">${icon('flag')}${t('flags.none')}</p>`}` : failed ? null : html`<${Loading} kind="list" />`}
    ${failed ? html`<${Failed} retry=${() => load(next)} />` : next ? html`<button class="button" type="button" onClick=${() => load(next)}>${t('more.older')}</button>` : null}
  <//>`;
}
