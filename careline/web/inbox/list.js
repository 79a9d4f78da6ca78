// The conversations of a view, newest activity first, as far back as one scrolls.

import { html, useEffect, useRef } from '../vendor/preact.js';
import { contactIn } from '../lib/state.js';
import { activity, select, unreadIn, views } from '../lib/views.js';
import { Avatar } from '../parts/avatar.js';
import { gist } from '../parts/gist.js';
import { t } from '../parts/speech.js';
import { time } from '../parts/calendar.js';
import { Empty, Failed, Loading } from '../parts/states.js';
import { Account } from './account.js';

/** @typedef {import('./desk.js').Desk} Desk */
/** @typedef {import('../lib/shapes.js').Conversation} Conversation */

/** @param {{desk:Desk}} props */
function Views({ desk }) {
  const { conversations } = desk.state.value;
  return html`<nav class="views" aria-label=${t('views')}>
    ${views.map((view) => {
      const n = unreadIn(conversations, view, desk.me?.id);
      const here = view === desk.view.value;
      return html`<button key=${view} type="button" class=${here ? 'is-here' : ''} aria-current=${here ? 'page' : undefined} onClick=${() => desk.go(view, desk.id.value)}>
        ${t('view.' + view)}${n && view !== 'closed' && view !== 'archived' ? html`<span class="count">${n}</span>` : null}
      </button>`;
    })}
  </nav>`;
}

/** @param {{c:Conversation, desk:Desk}} props */
function Item({ c, desk }) {
  const { people, staff, typing } = desk.state.value;
  const contact = contactIn(c);
  const name = contact?.name || t('visitor');
  const assignee = c.assignee_id ? staff[c.assignee_id] : null;
  const last = c.last_message;
  const typist = Object.values(typing[c.id] ?? {}).find((who) => who.kind === 'contact');
  const classes = ['item', c.unread_count ? 'is-unread' : '', c.id === desk.id.value ? 'is-open' : '', c.id === desk.cursor.value ? 'is-at' : ''];
  return html`<a class=${classes.join(' ')} href=${'/inbox/' + desk.view.value + '/' + encodeURIComponent(c.id)} data-id=${c.id}
    aria-current=${c.id === desk.id.value ? 'true' : undefined}
    onClick=${(/** @type {MouseEvent} */ event) => { if (event.ctrlKey || event.metaKey || event.shiftKey) return; event.preventDefault(); desk.go(desk.view.value, c.id); }}>
    <${Avatar} name=${name} seed=${contact?.id} online=${contact && people['contact:' + contact.id]?.online} />
    <span class="item-name" dir="auto">${name}</span>
    <time datetime=${new Date(activity(c)).toISOString()}>${time().brief(activity(c))}</time>
    <span class="item-row"><span class="item-text" dir="auto">${typist ? html`<i class="item-typing">${t('typing.short')}</i>`
      : html`${c.subject ? html`<b>${c.subject}</b> · ` : null}${last?.sender_kind === 'staff' ? t('list.you', { name: last.sender_name ?? '' }) : ''}${last ? gist(last) : t('list.nothing')}`}</span>
    <span class="item-end">${c.status === 'pending' ? html`<em class="chip">${t('status.pending')}</em>` : null}
      ${c.unread_count ? html`<span class="badge">${c.unread_count > 99 ? '99+' : c.unread_count}</span>`
        : assignee && desk.view.value !== 'mine' ? html`<${Avatar} name=${assignee.name} seed=${assignee.id} />` : null}</span></span>
  </a>`;
}

/** @param {{desk:Desk}} props */
export function List({ desk }) {
  const view = desk.view.value;
  const listing = desk.listings.value[view];
  const items = select(desk.state.value.conversations, view, listing, desk.me?.id);
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  const more = () => desk.list(view).catch(() => {});
  const scrolled = () => {
    const el = box.current;
    if (el && listing?.next && el.scrollHeight - el.scrollTop - el.clientHeight < 600) more();
  };
  useEffect(() => {
    box.current?.querySelector('.is-at')?.scrollIntoView({ block: 'nearest' });
  }, [desk.cursor.value]);
  useEffect(scrolled, [items.length]);

  return html`<section class="pane list-pane" aria-label=${t('conversations')}>
    <${Account} desk=${desk} />
    <${Views} desk=${desk} />
    <div class="items" ref=${box} onScroll=${scrolled}>
      ${items.map((c) => html`<${Item} key=${c.id} c=${c} desk=${desk} />`)}
      ${desk.listFailed.value ? html`<${Failed} retry=${more} />`
        : !listing?.loaded ? html`<${Loading} lines=${items.length ? 1 : 7} kind="list" />`
        : !items.length ? html`<${Empty} icon="inbox" title=${t('empty.' + view)}><p>${t('empty.' + view + '.help')}</p><//>` : null}
    </div>
  </section>`;
}
