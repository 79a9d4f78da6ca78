// The contacts, last added first or found by what is typed; beside them whose page lies open.

import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { writeAddress } from '../lib/address.js';
import { Avatar } from '../parts/avatar.js';
import { icon } from '../parts/icons.js';
import { t } from '../parts/speech.js';
import { time } from '../parts/calendar.js';
import { Empty, Failed, Loading } from '../parts/states.js';
import { ContactPage } from './contact.js';
import { useContactSearch } from './theirs.js';

/** @typedef {import('./desk.js').Desk} Desk */
/** @typedef {import('../lib/shapes.js').Contact} Contact */

const NEAR = 600;

/** All of them, page by page; whoever is added meanwhile stands first. @param {Desk} desk */
function useContacts(desk) {
  const [known, setKnown] = useState({ ids: /** @type {string[]} */ ([]), next: /** @type {string|null} */ (null), loaded: false, failed: false });
  const asking = useRef(false);
  const more = async () => {
    if (asking.current || (known.loaded && !known.next)) return;
    asking.current = true;
    try {
      const page = await desk.call('contact.list', { limit: 50, cursor: known.next });
      desk.client?.dispatch({ type: 'local.contacts', data: page });
      setKnown({ ids: [...known.ids, ...page.items.map((/** @type {Contact} */ c) => c.id)], next: page.next, loaded: true, failed: false });
    } catch {
      setKnown({ ...known, failed: true });
    }
    asking.current = false;
  };
  useEffect(() => void more(), []);
  const { contacts } = desk.state.value;
  const listed = new Set(known.ids);
  const newest = contacts[known.ids[0] ?? '']?.created_at ?? Infinity;
  const added = Object.values(contacts).filter((c) => !listed.has(c.id) && c.created_at >= newest).sort((a, b) => b.created_at - a.created_at);
  return { ...known, more, items: [...added, ...known.ids.flatMap((id) => contacts[id] ?? [])] };
}

/** @param {{desk:Desk, contact:Contact}} props */
function Row({ desk, contact }) {
  const name = contact.name || t('visitor');
  const here = desk.contact.value === contact.id;
  const open = (/** @type {MouseEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    desk.goContacts(contact.id);
  };
  return html`<a class=${'item' + (here ? ' is-open' : '')} href=${writeAddress({ ...desk.place, contact: contact.id })} aria-current=${here ? 'true' : undefined} onClick=${open}>
    <${Avatar} name=${name} seed=${contact.id} online=${desk.state.value.people['contact:' + contact.id]?.online} />
    <span class="item-name" dir="auto">${name}</span>
    ${contact.last_seen_at ? html`<time title=${t('seen', { when: time().ago(contact.last_seen_at) })}>${time().brief(contact.last_seen_at)}</time>` : null}
    <span class="item-row"><span class="item-text" dir="auto">${[contact.email, contact.phone].filter(Boolean).join(' · ') || t('contact.nothing')}</span>
      ${contact.blocked_at ? html`<span class="item-end"><em class="chip is-danger">${t('contact.blocked')}</em></span>` : null}</span>
  </a>`;
}

/** @param {{desk:Desk}} props */
function ContactList({ desk }) {
  const [text, setText] = useState('');
  const q = text.trim();
  const all = useContacts(desk);
  const found = useContactSearch(desk, q);
  const { contacts } = desk.state.value;
  const items = q ? (found.items ?? []).flatMap((one) => contacts[one.id] ?? []) : all.items;
  const failed = q ? found.failed : all.failed;
  const waiting = q ? !found.items : !all.loaded;
  const scrolled = (/** @type {Event} */ event) => {
    const el = /** @type {HTMLElement} */ (event.currentTarget);
    if (!q && el.scrollHeight - el.scrollTop - el.clientHeight < NEAR) void all.more();
  };
  return html`<section class="pane list-pane" aria-label=${t('contacts')}>
    <header class="account">
      <button class="sign-button" type="button" aria-label=${t('contacts.leave')} title=${t('contacts.leave')} onClick=${() => desk.go(desk.view.value, null)}>${icon('back')}</button>
      <div class="account-words"><h1>${t('contacts')}</h1></div>
    </header>
    <div class="finder"><label class="finder-field">${icon('search')}<input type="search" value=${text} maxlength="200" placeholder=${t('contacts.find')} aria-label=${t('contacts.find')} autocomplete="off" dir="auto"
      onInput=${(/** @type {Event} */ e) => setText(/** @type {HTMLInputElement} */ (e.target).value)} /></label></div>
    <div class="items" onScroll=${scrolled}>
      ${items.map((contact) => html`<${Row} key=${contact.id} desk=${desk} contact=${contact} />`)}
      ${failed ? html`<${Failed} retry=${q ? undefined : () => void all.more()} />`
        : waiting ? html`<${Loading} lines=${items.length ? 1 : 7} kind="list" />`
        : items.length ? null
        : q ? html`<${Empty} icon="search" title=${t('search.nothing', { text: q })} />` : html`<${Empty} icon="book" title=${t('contacts.none')}><p>${t('contacts.none.help')}</p><//>`}
    </div>
  </section>`;
}

/** @param {{desk:Desk}} props */
export function Contacts({ desk }) {
  const id = desk.contact.value;
  return html`<${ContactList} desk=${desk} />${id ? html`<${ContactPage} key=${id} desk=${desk} id=${id} />`
    : html`<section class="pane thread-pane is-empty"><${Empty} icon="book" title=${t('contacts.pick')}><p>${t('contacts.pick.help')}</p><//></section>`}`;
}
