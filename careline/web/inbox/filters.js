// What the list leaves through beside its view: filters one sees, and can take off.

import { html } from '../vendor/preact.js';
import { icon } from '../parts/icons.js';
import { Menu } from '../parts/menu.js';
import { t } from '../parts/speech.js';
import { Chip, Dot, Flag, priorities } from './chips.js';

/** @typedef {import('./desk.js').Desk} Desk */

/** @param {{desk:Desk}} props */
function FilterMenu({ desk }) {
  const sieve = desk.sieve.value;
  const labels = Object.values(desk.state.value.labels).sort((a, b) => a.name.localeCompare(b.name));
  const choices = [
    { label: t('filter.unread'), sign: icon('dot'), chosen: Boolean(sieve.unread), run: () => desk.filter({ unread: !sieve.unread }) },
    { label: t('filter.pinned'), sign: icon('pin'), chosen: Boolean(sieve.pinned), run: () => desk.filter({ pinned: !sieve.pinned }) },
    ...priorities.filter((p) => p !== 'normal').map((p) => ({ label: t('filter.priority', { value: t('priority.' + p) }), sign: html`<${Flag} priority=${p} />`, chosen: sieve.priority === p, run: () => desk.filter({ priority: sieve.priority === p ? undefined : p }) })),
    ...labels.map((l) => ({ label: l.name, sign: html`<${Dot} colour=${l.colour} />`, chosen: sieve.label === l.id, run: () => desk.filter({ label: sieve.label === l.id ? undefined : l.id }) })),
  ];
  const shown = desk.shown().items.map((c) => c.id);
  const all = shown.length ? [{ label: t('bulk.all'), sign: icon('check'), run: () => { desk.picked.value = new Set(shown); } }] : [];
  return html`<${Menu} kind="menu-filter" end=${true} first=${true} title=${t('filter')} label=${icon('filter')} choices=${[...choices, ...all]} />`;
}

/** The field that opens the search, and the filters beside it. @param {{desk:Desk}} props */
export function Finder({ desk }) {
  const mac = /Mac|iPhone|iPad/.test(navigator.platform);
  return html`<div class="finder">
    <button class="finder-field" type="button" onClick=${() => { desk.dialog.value = 'search'; }}>${icon('search')}<span>${t('search')}</span><kbd class="wide-only">${mac ? '⌘K' : 'Ctrl K'}</kbd></button>
    <${FilterMenu} desk=${desk} />
  </div>`;
}

/** @param {{desk:Desk}} props */
export function Filters({ desk }) {
  const { unread, pinned, priority, label } = desk.sieve.value;
  if (!unread && !pinned && !priority && !label) return null;
  const known = label ? desk.state.value.labels[label] : undefined;
  const off = t('filter.off');
  return html`<div class="filters">
    ${unread ? html`<${Chip} title=${off} off=${() => desk.filter({ unread: false })}>${t('filter.unread')}<//>` : null}
    ${pinned ? html`<${Chip} title=${off} off=${() => desk.filter({ pinned: false })}>${t('filter.pinned')}<//>` : null}
    ${priority ? html`<${Chip} title=${off} off=${() => desk.filter({ priority: undefined })}><${Flag} priority=${priority} />${t('priority.' + priority)}<//>` : null}
    ${label ? html`<${Chip} title=${off} off=${() => desk.filter({ label: undefined })}><${Dot} colour=${known?.colour ?? 'transparent'} />${known?.name ?? t('label')}<//>` : null}
  </div>`;
}
