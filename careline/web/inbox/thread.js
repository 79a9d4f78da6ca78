// The open conversation: what was said, what may be done with it, where one answers.

import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { createDrafts } from '../lib/drafts.js';
import { contactIn, emptyThread, shown } from '../lib/state.js';
import { Composer } from '../parts/composer.js';
import { icon } from '../parts/icons.js';
import { t } from '../parts/speech.js';
import { Empty } from '../parts/states.js';
import { Thread, useUnreadFrom } from '../parts/thread.js';
import { Typing } from '../parts/typing.js';
import { CannedBox } from './canned.js';
import { Head } from './head.js';
import { further, Onward, renewed } from './passage.js';
import { Triage } from './triage.js';

/** @typedef {import('./desk.js').Desk} Desk */
/** @typedef {import('../parts/bubble.js').Shown} Shown */

/** @param {{message:Shown, desk:Desk, done:()=>void}} props */
function Editor({ message, desk, done }) {
  const area = useRef(/** @type {HTMLTextAreaElement|null} */ (null));
  const [trouble, setTrouble] = useState('');
  useEffect(() => {
    area.current?.focus();
    area.current?.setSelectionRange(message.body.length, message.body.length);
  }, []);
  const save = () => {
    const body = area.current?.value.trim() ?? '';
    if (!body || body === message.body) return done();
    desk.change('message.edit', { message_id: message.id, body }).then(done, (problem) => setTrouble(problem.message));
  };
  /** @param {KeyboardEvent} event */
  const key = (event) => {
    if (event.key === 'Escape') done();
    else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) save();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return html`<div class="editor">
    <textarea ref=${area} rows=${Math.min(8, message.body.split('\n').length + 1)} maxlength="8000" dir="auto" aria-label=${t('edit')} onKeyDown=${key}>${message.body}</textarea>
    ${trouble ? html`<p class="field-error" role="alert">${trouble}</p>` : null}
    <div><button class="button is-main" type="button" onClick=${save}>${t('save')}</button><button class="button" type="button" onClick=${done}>${t('cancel')}</button></div>
  </div>`;
}

/** @param {Desk} desk @param {Shown} m @param {{reply:(m:Shown)=>void, edit:(id:string)=>void}} to @returns {import('../parts/bubble.js').Action[]} */
function actionsOn(desk, m, { reply, edit }) {
  if (m.state || m.deleted_at) return [];
  const mine = m.sender_kind === 'staff' && m.sender_id === desk.me?.id;
  const inTime = Date.now() - m.created_at < (desk.state.value.workspace?.edit_window_ms ?? 0);
  return [
    { icon: 'reply', label: t('reply'), run: () => reply(m) },
    { icon: 'copy', label: t('copy'), run: () => void navigator.clipboard?.writeText(m.body).catch(() => {}) },
    ...(mine && inTime ? [{ icon: 'edit', label: t('edit'), run: () => edit(m.id) }] : []),
    ...(mine || desk.me?.role === 'admin' ? [{ icon: 'trash', label: t('delete'), sure: t('delete.sure'), run: () => void desk.change('message.delete', { message_id: m.id }).catch(() => {}) }] : []),
  ];
}

/** A visitor may have said who they are after the first message. @param {import('../lib/shapes.js').Conversation|undefined} c @param {Shown} m */
function nameOf(c, m) {
  const person = m.sender_kind === 'contact' ? c?.participants.find((p) => p.kind === 'contact' && p.id === m.sender_id) : null;
  return person?.name || m.sender_name || t('visitor');
}

/** @param {{desk:Desk, id:string, mode:{value:string}, composer:{current:{focus:()=>void}|null}, quoted:Shown|null, unquote:()=>void}} props */
function Answer({ desk, id, mode, composer, quoted, unquote }) {
  const note = mode.value === 'note';
  const drafts = useRef(createDrafts(desk.local, `careline.draft.${desk.grant.value?.workspace.id}.${desk.me?.id}.`)).current;
  const send = (/** @type {string} */ body) => {
    desk.client?.say(id, body, { kind: note ? 'note' : 'text', reply_to: quoted?.id ?? null });
    unquote();
  };
  const choose = (/** @type {string} */ wanted) => {
    mode.value = wanted;
    composer.current?.focus();
  };
  const above = html`<div class="answer-top">
    <div class="answer-tabs" role="group" aria-label=${t('answer.as')}>
      <button type="button" aria-pressed=${!note} onClick=${() => choose('reply')}>${t('reply')}</button>
      <button type="button" aria-pressed=${note} onClick=${() => choose('note')}>${icon('lock')}${t('note')}</button>
    </div>
    ${quoted ? html`<div class="answer-quote"><span><b>${nameOf(desk.state.value.conversations[id], quoted)}</b> ${quoted.body.slice(0, 120)}</span>
      <button type="button" aria-label=${t('cancel')} onClick=${unquote}>${icon('close')}</button></div>` : null}
  </div>`;
  return html`<div class=${'answer' + (note ? ' is-note' : '')}>
    <${CannedBox} desk=${desk} id=${id}><${Composer} id=${id + (note ? '.note' : '')} drafts=${drafts} send=${send} above=${above} handle=${composer} placeholder=${t(note ? 'write.note' : 'write.reply')}
      typed=${() => { if (!note) desk.client?.typing.typed(id); }} stopped=${() => desk.client?.typing.stopped(id)} /><//>
  </div>`;
}

/** @param {{desk:Desk, mode:{value:string}, composer:{current:{focus:()=>void}|null}, assign:{current:(()=>void)|null}, look:()=>void}} props */
export function ThreadPane({ desk, mode, composer, assign, look }) {
  const id = desk.id.value;
  const state = desk.state.value;
  const thread = (id && state.threads[id]) || emptyThread;
  const conversation = id ? state.conversations[id] : undefined;
  const unreadFrom = useUnreadFrom(id ?? '', thread, conversation?.unread_count ?? 0, 'staff');
  const [editing, edit] = useState(/** @type {string|null} */ (null));
  const [quoted, quote] = useState(/** @type {Shown|null} */ (null));
  useEffect(() => { edit(null); quote(null); }, [id]);
  useEffect(look);
  if (!id) return html`<section class="pane thread-pane is-empty"><${Empty} icon="chat" title=${t('pick')}><p>${t('pick.help')}</p><//></section>`;

  const name = (/** @type {Shown} */ m) => nameOf(conversation, m);
  const reply = (/** @type {Shown} */ m) => { quote(m); mode.value = m.kind === 'note' ? 'note' : mode.value; composer.current?.focus(); };
  const on = {
    own: (/** @type {Shown} */ m) => m.sender_kind !== 'contact',
    find: (/** @type {string} */ wanted) => thread.messages.find((m) => m.id === wanted),
    retry: (/** @type {Shown} */ m) => desk.client?.outbox?.retry(m.client_id ?? ''),
    drop: (/** @type {Shown} */ m) => desk.client?.outbox?.drop(m.client_id ?? ''),
    actions: (/** @type {Shown} */ m) => actionsOn(desk, m, { reply, edit }),
    editor: (/** @type {Shown} */ m) => (m.id === editing ? html`<${Editor} message=${m} desk=${desk} done=${() => edit(null)} />` : undefined),
    nameless: (/** @type {Shown} */ m) => m.sender_id === desk.me?.id,
    name,
  };
  const passage = desk.passage.value?.id === id ? desk.passage.value : null;
  const nothing = html`<div class="system">${thread.messages.length || thread.pending.length ? '' : t('thread.nothing')}</div>`;
  return html`<section class="pane thread-pane" aria-label=${t('conversation')}>
    <${Head} desk=${desk} conversation=${conversation} assign=${assign} />
    ${conversation ? html`<${Triage} desk=${desk} c=${conversation} />` : null}
    ${passage ? html`<${Thread} key=${id + passage.message_id} at=${passage.message_id} messages=${renewed(passage, thread.messages)} loaded=${passage.messages.length > 0} failed=${false} more=${Boolean(passage.before)}
      older=${() => void further(desk, 'before').catch(() => {})} retry=${() => {}} unreadFrom=${null} on=${on} seen=${() => {}} outro=${html`<${Onward} desk=${desk} />`} />` : html`<${Thread} key=${id} messages=${shown(thread)} loaded=${thread.loaded} failed=${desk.threadFailed.value} more=${Boolean(thread.before)}
      older=${() => desk.client?.loadOlder(id).catch(() => {})} retry=${() => desk.load()} unreadFrom=${unreadFrom} on=${on} seen=${look} intro=${nothing} />`}
    <${Typing} typists=${state.typing[id]} fallback=${contactIn(conversation)?.name || t('visitor')} />
    <${Answer} desk=${desk} id=${id} mode=${mode} composer=${composer} quoted=${quoted} unquote=${() => quote(null)} />
  </section>`;
}
