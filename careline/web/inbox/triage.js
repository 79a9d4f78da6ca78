// The strip under the head of a conversation: how it is sorted, and what else may be done with it.

import { html } from '../vendor/preact.js';
import { icon } from '../parts/icons.js';
import { Menu } from '../parts/menu.js';
import { t } from '../parts/speech.js';
import { time } from '../parts/calendar.js';
import { Chip, Dot, Flag, labelsOf } from './chips.js';
import { attempt, deeds } from './deeds.js';

/** @typedef {import('./desk.js').Desk} Desk */
/** @typedef {import('../lib/shapes.js').Conversation} Conversation */

/** Those that have a button of their own where there is room. */
const WIDE = ['priority', 'snooze', 'pin', 'unread', 'history'];

/** @param {{desk:Desk, c:Conversation}} props */
export function Triage({ desk, c }) {
  const all = deeds(desk, c);
  const labels = labelsOf(c, desk.state.value.labels);
  const triage = (/** @type {any} */ wishes) => () => attempt(desk.triage(c.id, wishes));
  const show = (/** @type {string} */ name) => () => { desk.dialog.value = name; };
  return html`<div class="triage" role="toolbar" aria-label=${t('triage')}>
    ${c.priority && c.priority !== 'normal' ? html`<${Chip} kind=${'is-' + c.priority} off=${triage({ priority: 'normal' })} title=${t('priority.off')}><${Flag} priority=${c.priority} />${t('priority.' + c.priority)}<//>` : null}
    ${c.snoozed_until ? html`<${Chip} off=${triage({ snoozed_until: null })} title=${t('wake')}>${icon('clock')}${t('snoozed', { when: time().soon(c.snoozed_until) })}<//>` : null}
    ${c.pinned_at ? html`<${Chip} off=${triage({ pinned: false })} title=${t('top.unpin')}>${icon('pin')}${t('top.pinned')}<//>` : null}
    ${labels.map((l) => html`<${Chip} key=${l.id} off=${triage({ labels: (c.labels ?? []).filter((id) => id !== l.id) })} title=${t('label.off', { name: l.name })}><${Dot} colour=${l.colour} /><span dir="auto">${l.name}</span><//>`)}
    <button class="tag tag-add" type="button" title=${t('labels.choose')} onClick=${show('labels')}>${icon('plus')}${t('label')}</button>
    <span class="triage-end">
      ${all.filter((d) => WIDE.includes(d.name)).map((d) => html`<button key=${d.name} class="sign-button room-only" type="button" aria-label=${d.label} title=${d.key ? `${d.label} (${d.key})` : d.label} onClick=${d.run}>${icon(d.sign)}</button>`)}
      <${Menu} kind="menu-more" end=${true} title=${t('more.deeds')} label=${icon('more')}
        choices=${all.map((d) => ({ label: d.label, sign: icon(d.sign), danger: d.danger, hint: d.key, run: d.run }))} />
    </span>
  </div>`;
}
