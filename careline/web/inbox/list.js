// The conversations of a view, newest activity first, as far back as one scrolls.

import { html, useEffect, useMemo, useRef } from '../vendor/preact.js';
import { writeAddress } from '../lib/address.js';
import { contactIn } from '../lib/state.js';
import { activity, unreadIn, views } from '../lib/views.js';
import { Avatar } from '../parts/avatar.js';
import { gist } from '../parts/gist.js';
import { icon } from '../parts/icons.js';
import { Menu } from '../parts/menu.js';
import { longPress } from '../parts/press.js';
import { t } from '../parts/speech.js';
import { time } from '../parts/calendar.js';
import { Empty, Failed, Loading } from '../parts/states.js';
import { Account } from './account.js';
import { Bulk, pick } from './bulk.js';
import { CallBar, CallSign } from './called.js';
import { Signs } from './chips.js';
import { Filters, Finder } from './filters.js';

/** @typedef {import('./desk.js').Desk} Desk */
/** @typedef {import('../lib/shapes.js').Conversation} Conversation */

/** @type {import('../lib/views.js').View[]} */
const FIRST = ['mine', 'unassigned', 'all'];
/** @type {Record<string,string>} */
const SIGNS = { snoozed: 'clock', closed: 'check', archived: 'box' };

/** @param {{desk:Desk}} props */
function Views({ desk }) {
  const { conversations } = desk.state.value;
  const rest = views.filter((view) => !FIRST.includes(view));
  const other = rest.find((view) => view === desk.view.value);
  return html`<nav class="views" aria-label=${t('views')}>
    ${FIRST.map((view) => {
      const n = unreadIn(conversations, view, desk.me?.id);
      const here = view === desk.view.value;
      return html`<button key=${view} type="button" class=${here ? 'is-here' : ''} aria-current=${here ? 'page' : undefined} onClick=${() => desk.go(view, desk.id.value)}>
        ${t('view.' + view)}${n ? html`<span class="count">${n}</span>` : null}
      </button>`;
    })}
    <${Menu} kind=${'menu-views' + (other ? ' is-here' : '')} end=${true} title=${t('view.others')} label=${html`${other ? t('view.' + other) : t('more.deeds')}${icon('caret')}`}
      choices=${rest.map((view) => ({ label: t('view.' + view), sign: icon(SIGNS[view] ?? 'inbox'), chosen: view === other, run: () => desk.go(view, desk.id.value) }))} />
  </nav>`;
}

/** @param {{c:Conversation, desk:Desk}} props */
function Item({ c, desk }) {
  const { people, staff, typing, labels } = desk.state.value;
  const picked = desk.picked.value.has(c.id);
  const contact = contactIn(c);
  const name = contact?.name || t('visitor');
  const assignee = c.assignee_id ? staff[c.assignee_id] : null;
  const last = c.last_message;
  const typist = Object.values(typing[c.id] ?? {}).find((who) => who.kind === 'contact');
  const open = (/** @type {MouseEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    // While a finger selects, each tap selects one more.
    if (desk.picked.value.size && !matchMedia('(hover: hover)').matches) pick(desk, c.id);
    else desk.go(desk.view.value, c.id);
  };
  const classes = ['item', c.unread_count ? 'is-unread' : '', c.id === desk.id.value ? 'is-open' : '', c.id === desk.cursor.value ? 'is-at' : '', picked ? 'is-picked' : ''];
  return html`<div class="item-box"><a class=${classes.join(' ')} href=${writeAddress({ ...desk.place, id: c.id })} data-id=${c.id}
    aria-current=${c.id === desk.id.value ? 'true' : undefined}
    onClick=${open}>
    <${Avatar} name=${name} seed=${contact?.id} online=${contact && people['contact:' + contact.id]?.online} />
    <span class="item-name" dir="auto">${name}</span>
    <time datetime=${new Date(activity(c)).toISOString()}>${time().brief(activity(c))}</time>
    <span class="item-row"><span class="item-text" dir="auto">${typist ? html`<i class="item-typing">${t('typing.short')}</i>`
      : html`${c.subject ? html`<b>${c.subject}</b> · ` : null}${last?.sender_kind === 'staff' ? t('list.you', { name: last.sender_name ?? '' }) : ''}${last ? gist(last) : t('list.nothing')}`}</span>
    <span class="item-end">${desk.called.ids.value.includes(c.id) ? html`<${CallSign} />` : null}<${Signs} c=${c} labels=${labels} />${c.status === 'pending' ? html`<em class="chip">${t('status.pending')}</em>` : null}
      ${c.unread_count ? html`<span class="badge">${c.unread_count > 99 ? '99+' : c.unread_count}</span>`
        : assignee && desk.view.value !== 'mine' ? html`<${Avatar} name=${assignee.name} seed=${assignee.id} />` : null}</span></span>
  </a>
    <label class=${'item-pick' + (picked ? ' is-on' : '')}><input type="checkbox" checked=${picked} aria-label=${t('pick.it', { name })} onChange=${() => pick(desk, c.id)} /></label>
  </div>`;
}

/** @param {{desk:Desk}} props */
export function List({ desk }) {
  const view = desk.view.value;
  const { listing, items } = desk.shown();
  // Nobody can have written yet: what comes first is the chat on a website.
  const { conversations, workspace } = desk.state.value;
  const begins = desk.me?.role === 'admin' && !workspace?.origins?.length && !Object.keys(conversations).length;
  const sieved = Object.keys(desk.sieve.value).length > 0;
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  const press = useMemo(() => longPress('.item', (item) => pick(desk, item.dataset.id ?? '')), []);
  const more = () => desk.list(view).catch(() => {});
  const scrolled = () => {
    const el = box.current;
    if (el && listing?.next && el.scrollHeight - el.scrollTop - el.clientHeight < 600) more();
  };
  useEffect(() => {
    box.current?.querySelector('.is-at')?.scrollIntoView({ block: 'nearest' });
  }, [desk.cursor.value]);
  useEffect(scrolled, [items.length, listing?.next]);

  return html`<section class="pane list-pane" aria-label=${t('conversations')}>
    <${Account} desk=${desk} />
    <${Finder} desk=${desk} />
    <${Views} desk=${desk} />
    <${Filters} desk=${desk} />
    <${CallBar} desk=${desk} />
    <div class=${'items' + (desk.picked.value.size ? ' is-picking' : '')} ref=${box} onScroll=${scrolled} ...${press}>
      ${items.map((c) => html`<${Item} key=${c.id} c=${c} desk=${desk} />`)}
      ${desk.listFailed.value ? html`<${Failed} retry=${more} />`
        : !listing?.loaded ? html`<${Loading} lines=${items.length ? 1 : 7} kind="list" />`
        : !items.length && sieved ? html`<${Empty} icon="filter" title=${t('empty.filter')}><button class="button" type="button" onClick=${() => { desk.filter({ unread: false, pinned: false, priority: undefined, label: undefined }); }}>${t('filter.none')}</button><//>`
        : !items.length ? html`<${Empty} icon="inbox" title=${t('empty.' + view)}><p>${t('empty.' + view + '.help')}</p>${begins ? html`<button class="button" type="button" onClick=${() => { desk.dialog.value = 'workspace'; }}>${icon('chat')}${t('snippet.begin')}</button>` : null}<//>` : null}
    </div>
    <${Bulk} desk=${desk} ids=${items.map((c) => c.id)} />
  </section>`;
}
