// What a conversation is about, how far it has come, who has it: each changed in one click.

import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { contactIn } from '../lib/state.js';
import { Avatar } from '../parts/avatar.js';
import { icon } from '../parts/icons.js';
import { Menu } from '../parts/menu.js';
import { t } from '../parts/speech.js';
import { time } from '../parts/calendar.js';

/** @typedef {import('./desk.js').Desk} Desk */
/** @typedef {import('../lib/shapes.js').Conversation} Conversation */

const statuses = ['open', 'pending', 'closed', 'archived'];

/** @param {{desk:Desk, c:Conversation}} props */
function Subject({ desk, c }) {
  // What is being typed: whatever happens meanwhile draws this anew, and must not take it away.
  const [draft, edit] = useState(/** @type {string|null} */ (null));
  const field = useRef(/** @type {HTMLInputElement|null} */ (null));
  const editing = draft !== null;
  useEffect(() => { if (editing) field.current?.focus(); }, [editing]);
  const save = () => {
    if (!field.current) return; // Escape takes the field away, which is no leaving it
    const subject = (draft ?? '').trim();
    edit(null);
    if (subject !== (c.subject ?? '')) desk.update(c.id, { subject }).catch(() => {});
  };
  const key = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Enter') /** @type {HTMLElement} */ (event.target).blur();
    if (event.key === 'Escape') { event.stopPropagation(); edit(null); }
  };
  if (editing) return html`<input class="subject-input" value=${draft} maxlength="200" aria-label=${t('subject')} autofocus ref=${field} onInput=${(/** @type {Event} */ e) => edit(/** @type {HTMLInputElement} */ (e.target).value)} onBlur=${save} onKeyDown=${key} />`;
  return html`<button class=${'subject' + (c.subject ? '' : ' is-none')} type="button" title=${t('subject.change')} onClick=${() => edit(c.subject ?? '')} dir="auto">${c.subject || t('subject.add')}</button>`;
}

/** @param {{desk:Desk, c:Conversation, handle:{current:(()=>void)|null}}} props */
function Assign({ desk, c, handle }) {
  const { staff } = desk.state.value;
  const me = desk.me?.id ?? '';
  const holder = c.assignee_id ? staff[c.assignee_id] : null;
  const give = (/** @type {string|null} */ id) => () => void desk.assign(c.id, id).catch(() => {});
  const everybody = Object.values(staff).filter((s) => !s.deactivated_at).sort((a, b) => Number(b.id === me) - Number(a.id === me) || a.name.localeCompare(b.name));
  const choices = [
    ...everybody.map((s) => ({ label: s.id === me ? t('assign.me', { name: s.name }) : s.name, sign: html`<${Avatar} name=${s.name} seed=${s.id} />`, chosen: s.id === c.assignee_id, run: give(s.id) })),
    { label: t('assign.nobody'), sign: icon('person'), chosen: !c.assignee_id, run: give(null) },
  ];
  return html`<${Menu} kind="menu-assign" end=${true} first=${!c.assignee_id} handle=${handle} title=${t('assign') + ': ' + (holder ? holder.name : t('assign.nobody'))} choices=${choices}
    label=${html`${holder ? html`<${Avatar} name=${holder.name} seed=${holder.id} />` : icon('person')}<span class="wide-only">${holder ? holder.name : t('assign.nobody')}</span>`} />`;
}

/** @param {{desk:Desk, conversation:Conversation|undefined, assign:{current:(()=>void)|null}}} props */
export function Head({ desk, conversation: c, assign }) {
  const contact = contactIn(c);
  const person = contact ? desk.state.value.people['contact:' + contact.id] : undefined;
  const there = person?.online ? t('online') : person?.last_seen_at ? t('seen', { when: time().ago(person.last_seen_at) }) : '';
  const done = c?.status === 'closed' || c?.status === 'archived';
  const set = (/** @type {string} */ status) => { if (c) desk.update(c.id, { status }).catch(() => {}); };
  return html`<header class="thread-head">
    <button class="sign-button back" type="button" aria-label=${t('back')} title=${t('back')} onClick=${() => desk.go(desk.view.value, null)}>${icon('back')}</button>
    <div class="thread-who">
      <h2><span dir="auto">${contact?.name || t('visitor')}</span>${there ? html`<small class=${person?.online ? 'is-there' : ''}>${there}</small>` : null}</h2>
      ${c ? html`<${Subject} key=${c.id} desk=${desk} c=${c} />` : null}
    </div>
    ${c ? html`<${Assign} desk=${desk} c=${c} handle=${assign} />
      <${Menu} kind=${'menu-status is-' + c.status} end=${true} title=${t('status') + ': ' + t('status.' + c.status)} label=${html`<i class="status-dot"></i><span class="wide-only">${t('status.' + c.status)}</span>`}
        choices=${statuses.map((s) => ({ label: t('status.' + s), sign: html`<i class=${'status-dot is-' + s}></i>`, chosen: s === c.status, run: () => set(s) }))} />
      <button class=${'button done' + (done ? '' : ' is-main')} type="button" aria-label=${t(done ? 'reopen' : 'done')} onClick=${() => set(done ? 'open' : 'closed')}>${icon(done ? 'reply' : 'check')}<span class="wide-only">${t(done ? 'reopen' : 'done')}</span></button>
      <button class="sign-button" type="button" aria-pressed=${desk.person.value} aria-label=${t('person')} title=${t('person')} onClick=${() => { desk.person.value = !desk.person.value; }}>${icon('person')}</button>` : null}
  </header>`;
}
