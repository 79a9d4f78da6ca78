// The command bar: one field that finds things to do, people, and what was said.

import { html, useEffect, useMemo, useRef, useState } from '../vendor/preact.js';
import { Dialog } from '../parts/dialog.js';
import { icon } from '../parts/icons.js';
import { t } from '../parts/speech.js';
import { commandsFor } from './actions.js';
import { ContactRow, MessageRow } from './found.js';
import { openAt } from './passage.js';
import { openContact } from './theirs.js';
import { narrows, noWishes, Wishes, worded } from './wishes.js';

/** @typedef {import('./desk.js').Desk} Desk */
/** @typedef {{key:string, view:any, run:() => void}} Row */

const WAIT = 180;
const nothing = { contacts: /** @type {any[]} */ ([]), messages: /** @type {any[]} */ ([]), match: 'word', next: /** @type {string|null} */ (null), busy: false, failed: '' };
/** So many characters have a part of a word to themselves. */
const PART = 3;

const sentence = (/** @type {{code?:string}} */ error) => t(error.code === 'took_too_long' ? 'search.long' : 'failed');

/** What the server finds, asked once the typing pauses. @param {Desk} desk @param {string} q @param {import('./wishes.js').Wish} wish */
function useFound(desk, q, wish) {
  const [found, setFound] = useState(nothing);
  const ask = (/** @type {string} */ match, /** @type {string|null} */ cursor, /** @type {AbortSignal} */ signal) => desk.call('message.search', { q, match, ...worded(wish), limit: 15, cursor }, { signal }).then((page) => ({ ...page, match }));
  /** By words; where nobody said those, by parts of them. @param {AbortSignal} signal */
  const first = async (signal) => {
    const page = await ask('word', null, signal);
    return page.items.length || page.next || q.length < PART ? page : ask('part', null, signal);
  };
  useEffect(() => {
    if (!q) return setFound(nothing);
    const stop = new AbortController();
    setFound((old) => ({ ...old, busy: true, failed: '' }));
    const later = setTimeout(() => {
      const contacts = desk.call('contact.search', { q, limit: 5 }, { signal: stop.signal });
      Promise.all([contacts, first(stop.signal)]).then(([people, said]) => {
        if (!stop.signal.aborted) setFound({ contacts: people.items, messages: said.items, match: said.match, next: said.next, busy: false, failed: '' });
      }, (error) => { if (!stop.signal.aborted) setFound({ ...nothing, failed: sentence(error) }); });
    }, WAIT);
    return () => { clearTimeout(later); stop.abort(); };
  }, [q, wish]);
  const more = () => ask(found.match, found.next, new AbortController().signal).then((page) => setFound((old) => ({ ...old, messages: [...old.messages, ...page.items], next: page.next, failed: '' })), (error) => setFound((old) => ({ ...old, failed: sentence(error) })));
  return { found, more };
}

/** @param {{desk:Desk, close:() => void}} props */
export function Show({ desk, close }) {
  const [text, setText] = useState('');
  const [wish, setWish] = useState(noWishes);
  const [at, setAt] = useState(0);
  const list = useRef(/** @type {HTMLElement|null} */ (null));
  const q = text.trim();
  const { found, more } = useFound(desk, q, wish);
  const deeds = useMemo(() => commandsFor(desk), []);
  useEffect(() => setAt(0), [q, wish]);

  const asked = q.toLocaleLowerCase();
  const narrowed = narrows(wish);
  const act = (/** @type {() => any} */ run) => () => { close(); run(); };
  /** @type {[string,Row[]][]} */
  const groups = [
    [t('search.contacts'), narrowed ? [] : found.contacts.map(({ contact }) => ({ key: 'c' + contact.id, view: html`<${ContactRow} contact=${contact} />`, run: act(() => openContact(desk, contact).catch(() => {})) }))],
    [t('search.messages'), found.messages.map((one) => ({ key: 'm' + one.message.id, view: html`<${MessageRow} found=${one} desk=${desk} />`, run: act(() => openAt(desk, one.message.conversation_id, one.message.id).catch(() => {})) }))],
    [t('search.actions'), narrowed ? [] : deeds.filter((d) => d.label.toLocaleLowerCase().includes(asked)).slice(0, q ? 6 : 30)
      .map((d) => ({ key: 'd' + d.name, view: html`${icon(d.sign)}<span class="found-words">${d.label}</span>${d.key ? html`<kbd>${d.key}</kbd>` : null}`, run: act(d.run) }))],
  ];
  const all = groups.flatMap(([, rows]) => rows);
  useEffect(() => list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' }), [at]);
  const key = (/** @type {KeyboardEvent} */ event) => {
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length }[event.key];
    if (event.key === 'Enter' && !event.isComposing) all[at]?.run();
    else if (to !== undefined && all.length) setAt(to % all.length);
    else return;
    event.preventDefault();
  };

  return html`<${Dialog} title=${t('search')} close=${close} kind="is-search">
    <div class="search-field">${icon('search')}<input autofocus value=${text} maxlength="200" placeholder=${t('search.field')} aria-label=${t('search.field')} autocomplete="off" enterkeyhint="search" dir="auto"
      role="combobox" aria-expanded="true" aria-controls="found" aria-activedescendant=${all[at] ? 'found-' + at : undefined} onInput=${(/** @type {Event} */ e) => setText(/** @type {HTMLInputElement} */ (e.target).value)} onKeyDown=${key} /></div>
    <${Wishes} desk=${desk} wish=${wish} change=${setWish} />
    <div class="found" id="found" role="listbox" aria-label=${t('search.found')} ref=${list}>
      ${groups.map(([title, rows]) => (rows.length ? html`<div role="group" aria-label=${title} key=${title}><h3 aria-hidden="true">${title}</h3>
        ${rows.map((row) => { const i = all.indexOf(row); return html`<div key=${row.key} id=${'found-' + i} class="found-row" role="option" aria-selected=${i === at} onClick=${row.run} onPointerMove=${() => { if (i !== at) setAt(i); }}>${row.view}</div>`; })}</div>` : null))}
      ${found.failed ? html`<p class="nothing" role="alert">${icon('alert')}${found.failed}</p>` : q && !found.busy && !all.length && !found.next ? html`<p class="nothing" role="status">${icon('search')}${t('search.nothing', { text: q })}</p>` : null}
      ${narrowed && !q ? html`<p class="nothing">${icon('search')}${t('search.write')}</p>` : null}
      ${found.next && q ? html`<button class="button" type="button" onClick=${more}>${t('more.older')}</button>` : null}
    </div>
  <//>`;
}
