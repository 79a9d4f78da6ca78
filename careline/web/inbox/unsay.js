// Several messages of a conversation taken back at once, by administrators.

import { html, useState } from '../vendor/preact.js';
import { announce } from '../parts/announce.js';
import { time } from '../parts/calendar.js';
import { Dialog } from '../parts/dialog.js';
import { gist } from '../parts/gist.js';
import { icon } from '../parts/icons.js';
import { t } from '../parts/speech.js';
import { explain } from './signin.js';

/** As many as the server takes at once. */
const MOST = 100;

/** @param {{desk:import('./desk.js').Desk, c:import('../lib/shapes.js').Conversation, close:() => void}} props */
export function Show({ desk, c, close }) {
  const [picked, setPicked] = useState(/** @type {string[]} */ ([]));
  const [sure, ask] = useState(false);
  const [trouble, setTrouble] = useState('');
  const held = desk.passage.value?.id === c.id ? desk.passage.value.messages : desk.state.value.threads[c.id]?.messages ?? [];
  const all = held.filter((m) => !m.deleted_at && m.kind !== 'system').reverse();
  const pick = (/** @type {string} */ id) => () => {
    ask(false);
    setPicked(picked.includes(id) ? picked.filter((one) => one !== id) : [...picked, id]);
  };
  const go = () => {
    if (!sure) return ask(true);
    desk.call('message.delete_many', { message_ids: picked }).then(() => {
      announce(t('unsay.done', { n: picked.length }));
      close();
    }, (problem) => { setTrouble(explain(problem)); ask(false); });
  };
  return html`<${Dialog} title=${t('unsay')} close=${close}>
    <p class="fields-why">${t('unsay.why')}</p>
    ${all.length ? html`<ul class="unsay">${all.map((m) => html`<li key=${m.id}><label class="check"><input type="checkbox" checked=${picked.includes(m.id)} disabled=${picked.length >= MOST && !picked.includes(m.id)} onChange=${pick(m.id)} />
      <span><b dir="auto">${m.sender_name || t('visitor')}</b><small>${time().exact(m.created_at)}</small><span dir="auto">${gist(m)}</span></span></label></li>`)}</ul>`
      : html`<p class="nothing">${icon('chat')}${t('thread.nothing')}</p>`}
    ${trouble ? html`<p class="field-error" role="alert">${trouble}</p>` : null}
    <button class="button is-grave" type="button" disabled=${!picked.length} onClick=${go} onBlur=${() => ask(false)}>${t(!picked.length ? 'unsay' : sure ? 'unsay.sure' : 'unsay.go', { n: picked.length })}</button>
  <//>`;
}
