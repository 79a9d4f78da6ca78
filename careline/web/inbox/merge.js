// Put all of a conversation into another one of the same contact.

import { html, useState } from '../vendor/preact.js';
import { contactIn } from '../lib/state.js';
import { activity, fellows } from '../lib/views.js';
import { Dialog } from '../parts/dialog.js';
import { icon } from '../parts/icons.js';
import { t } from '../parts/speech.js';
import { time } from '../parts/calendar.js';
import { Failed, Loading } from '../parts/states.js';
import { Choices } from './choices.js';
import { explain } from './signin.js';
import { useConversationsOf } from './theirs.js';

/** @typedef {import('../lib/shapes.js').Conversation} Conversation */

/** So many are seen at a glance; more are searched. */
const FEW = 8;

/** @param {Conversation} c */
const about = (c) => c.subject || c.last_message?.body || t('list.nothing');

/** @param {{desk:import('./desk.js').Desk, c:Conversation, close:() => void}} props */
export function Show({ desk, c, close }) {
  const [into, choose] = useState(/** @type {Conversation|null} */ (null));
  const [text, setText] = useState('');
  const [trouble, setTrouble] = useState('');
  // Closed ones may not have been listed yet.
  const { loaded, next, failed, more } = useConversationsOf(desk, contactIn(c)?.id ?? undefined);
  const merge = async () => {
    if (!into) return;
    try {
      await desk.treat('conversation.merge', c.id, { into: into.id });
      desk.client?.dispatch({ type: 'local.gone', data: { id: c.id } });
      close();
      desk.go(desk.view.value, into.id);
    } catch (problem) {
      setTrouble(explain(/** @type {any} */ (problem)));
    }
  };
  const others = fellows(desk.state.value.conversations, c);
  const sought = text.trim().toLocaleLowerCase();
  const items = others.filter((o) => `${o.subject ?? ''} ${o.last_message?.body ?? ''}`.toLocaleLowerCase().includes(sought)).map((o) => ({
    key: o.id, chosen: into?.id === o.id, sign: html`<i class=${'status-dot is-' + o.status}></i>`, label: about(o), hint: time().brief(activity(o)), run: () => choose(o),
  }));
  return html`<${Dialog} title=${t('merge')} close=${close}>
    <p class="fields-why">${t('merge.why', { name: contactIn(c)?.name || t('visitor') })}</p>
    ${others.length > FEW ? html`<input class="picker-field" type="search" value=${text} maxlength="200" placeholder=${t('merge.find')} aria-label=${t('merge.find')} autocomplete="off" dir="auto" onInput=${(/** @type {Event} */ e) => setText(/** @type {HTMLInputElement} */ (e.target).value)} />` : null}
    <div class="merge-found">
      ${items.length ? html`<${Choices} items=${items} quiet=${others.length > FEW} />` : null}
      ${failed ? html`<${Failed} retry=${more} />` : !loaded ? html`<${Loading} kind="list" lines=${2} />`
        : next ? html`<button class="button" type="button" onClick=${more}>${t('more.older')}</button>`
        : items.length ? null : html`<p class="nothing" role="status">${icon('merge')}${sought ? t('search.nothing', { text: text.trim() }) : t('merge.none')}</p>`}
    </div>
    ${into ? html`<div class="merge-end"><p>${t('merge.into', { name: about(into).slice(0, 80) })}</p><button class="button is-main" type="button" onClick=${() => void merge()}>${t('merge.go')}</button></div>` : null}
    ${trouble ? html`<p class="field-error" role="alert">${trouble}</p>` : null}
  <//>`;
}
