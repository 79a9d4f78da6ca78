// Put all of a conversation into another one of the same contact.

import { html, useEffect, useState } from '../vendor/preact.js';
import { contactIn } from '../lib/state.js';
import { activity, fellows } from '../lib/views.js';
import { Dialog } from '../parts/dialog.js';
import { icon } from '../parts/icons.js';
import { t } from '../parts/speech.js';
import { time } from '../parts/calendar.js';
import { Loading } from '../parts/states.js';
import { Choices } from './choices.js';
import { explain } from './signin.js';

/** @typedef {import('../lib/shapes.js').Conversation} Conversation */

/** @param {{desk:import('./desk.js').Desk, c:Conversation, close:() => void}} props */
export function Show({ desk, c, close }) {
  const [into, choose] = useState(/** @type {Conversation|null} */ (null));
  const [looking, setLooking] = useState(true);
  const [trouble, setTrouble] = useState('');
  useEffect(() => {
    // Closed ones may not have been listed yet.
    desk.call('conversation.list', { view: 'all', status: 'any', limit: 100 })
      .then((page) => desk.client?.dispatch({ type: 'local.conversations', data: page })).catch(() => {}).finally(() => setLooking(false));
  }, [c.id]);
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
  const items = others.map((o) => ({
    key: o.id, chosen: into?.id === o.id, sign: html`<i class=${'status-dot is-' + o.status}></i>`,
    label: o.subject || o.last_message?.body || t('list.nothing'), hint: time().brief(activity(o)), run: () => choose(o),
  }));
  return html`<${Dialog} title=${t('merge')} close=${close}>
    <p class="fields-why">${t('merge.why', { name: contactIn(c)?.name || t('visitor') })}</p>
    ${items.length ? html`<${Choices} items=${items} />` : looking ? html`<${Loading} kind="list" lines=${2} />` : html`<p class="nothing">${icon('merge')}${t('merge.none')}</p>`}
    ${into ? html`<button class="button is-main" type="button" onClick=${() => void merge()}>${t('merge.go')}</button>` : null}
    ${trouble ? html`<p class="field-error" role="alert">${trouble}</p>` : null}
  <//>`;
}
