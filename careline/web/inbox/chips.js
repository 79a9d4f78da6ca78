// How a conversation is sorted, as small signs: its labels, how pressing it is, until when it sleeps, that it is pinned.

import { html } from '../vendor/preact.js';
import { icon } from '../parts/icons.js';
import { t } from '../parts/speech.js';
import { time } from '../parts/calendar.js';

/** @typedef {import('../lib/shapes.js').Conversation} Conversation */
/** @typedef {import('../lib/shapes.js').Label} Label */

export const priorities = ['urgent', 'high', 'normal', 'low'];

/** @param {{colour:string}} props */
export const Dot = ({ colour }) => html`<i class="label-dot" style=${{ background: colour }}></i>`;

/** @param {Conversation} c @param {Record<string,Label>} labels those it bears, by name */
export const labelsOf = (c, labels) => (c.labels ?? []).flatMap((id) => labels[id] ?? []).sort((a, b) => a.name.localeCompare(b.name));

/** Something that can be taken off. @param {{off?:() => void, title?:string, children?:any, kind?:string}} props */
export const Chip = ({ off, title, children, kind = '' }) => html`<span class=${'tag ' + kind}>${children}
  ${off ? html`<button type="button" aria-label=${title} title=${title} onClick=${off}>${icon('close')}</button>` : null}</span>`;

/** @param {{priority?:string}} props */
export const Flag = ({ priority }) => html`<span class=${'flag is-' + priority} role="img" aria-label=${t('priority.' + priority)} title=${t('priority.' + priority)}>${icon('flag')}</span>`;

/** The signs at the end of a row of the list. @param {{c:Conversation, labels:Record<string,Label>}} props */
export function Signs({ c, labels }) {
  const borne = labelsOf(c, labels);
  const pressing = c.priority && c.priority !== 'normal';
  if (!borne.length && !pressing && !c.pinned_at && !c.snoozed_until) return null;
  return html`<span class="signs">
    ${pressing ? html`<${Flag} priority=${c.priority} />` : null}
    ${c.pinned_at ? html`<span class="sign-pin" role="img" aria-label=${t('top.pinned')} title=${t('top.pinned')}>${icon('pin')}</span>` : null}
    ${borne.length ? html`<span class="dots" role="img" aria-label=${borne.map((l) => l.name).join(', ')} title=${borne.map((l) => l.name).join(', ')}>${borne.slice(0, 4).map((l) => html`<${Dot} key=${l.id} colour=${l.colour} />`)}</span>` : null}
    ${c.snoozed_until ? html`<span class="sign-snooze" title=${t('snoozed', { when: time().exact(c.snoozed_until) })}>${icon('clock')}${time().soon(c.snoozed_until)}</span>` : null}
  </span>`;
}
