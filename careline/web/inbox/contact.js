// One contact's page: what is known of them, everything that was said with them, and whether two records are one person.

import { html, useEffect, useState } from '../vendor/preact.js';
import { activity, withContact } from '../lib/views.js';
import { announce } from '../parts/announce.js';
import { Avatar } from '../parts/avatar.js';
import { icon } from '../parts/icons.js';
import { t } from '../parts/speech.js';
import { time } from '../parts/calendar.js';
import { Empty, Failed, Loading } from '../parts/states.js';
import { Block } from './earlier.js';
import { Links } from './links.js';
import { MergeContact } from './mergecontact.js';
import { Fields, More } from './person.js';
import { useConversationsOf } from './theirs.js';

/** @typedef {import('./desk.js').Desk} Desk */
/** @typedef {import('../lib/shapes.js').Contact} Contact */
/** @typedef {import('../lib/shapes.js').Conversation} Conversation */

/** @param {{desk:Desk, c:Conversation}} props */
function Row({ desk, c }) {
  const assignee = c.assignee_id ? desk.state.value.staff[c.assignee_id]?.name : null;
  return html`<li><button class="choice" type="button" onClick=${() => desk.go(desk.view.value, c.id)}>
    <i class=${'status-dot is-' + c.status}></i>
    <span class="said-words"><b dir="auto">${c.subject || c.last_message?.body || t('list.nothing')}</b><small>${[t('status.' + c.status), assignee].filter(Boolean).join(' · ')}</small></span>
    ${c.unread_count ? html`<span class="badge">${c.unread_count}</span>` : null}<small>${time().brief(activity(c))}</small></button></li>`;
}

/** @param {{desk:Desk, contact:Contact}} props */
function Said({ desk, contact }) {
  const { loaded, next, failed, more } = useConversationsOf(desk, contact.id);
  const all = withContact(desk.state.value.conversations, contact.id);
  return html`<section class="contact-said"><h3>${t('conversations')}</h3>
    <ul>${all.map((c) => html`<${Row} key=${c.id} desk=${desk} c=${c} />`)}</ul>
    ${failed ? html`<${Failed} retry=${more} />` : !loaded ? html`<${Loading} kind="list" lines=${2} />`
      : !all.length ? html`<p class="fields-why">${t('contact.silent')}</p>` : next ? html`<button class="button" type="button" onClick=${more}>${t('more.older')}</button>` : null}
  </section>`;
}

/** @param {{desk:Desk, contact:Contact}} props */
function Head({ desk, contact }) {
  const [merging, merge] = useState(false);
  const person = desk.state.value.people['contact:' + contact.id];
  const seen = person?.last_seen_at ?? contact.last_seen_at;
  const write = async () => {
    try {
      const conversation = await desk.call('conversation.start', { contact_id: contact.id });
      desk.client?.dispatch({ type: 'local.seen', data: { conversation } });
      desk.go(desk.view.value, conversation.id);
    } catch {
      announce(t('broken'));
    }
  };
  return html`<header class="thread-head">
    <button class="sign-button back" type="button" aria-label=${t('back')} title=${t('back')} onClick=${() => desk.goContacts()}>${icon('back')}</button>
    <${Avatar} name=${contact.name || t('visitor')} seed=${contact.id} online=${person?.online} />
    <div class="thread-who"><h2><span dir="auto">${contact.name || t('visitor')}</span>${contact.anonymous ? html`<em class="chip">${t('anonymous')}</em>` : null}</h2>
      <p class="contact-seen">${person?.online ? html`<span class="is-there">${t('online')}</span>` : seen ? t('seen', { when: time().ago(seen) }) : t('unseen')}</p></div>
    ${desk.me?.role === 'admin' ? html`<button class="button" type="button" aria-label=${t('contact.merge')} title=${t('contact.merge')} onClick=${() => merge(true)}>${icon('merge')}<span class="wide-only">${t('merge')}</span></button>` : null}
    <button class="button is-main" type="button" onClick=${() => void write()}>${icon('chat')}${t('contact.write')}</button>
    ${merging ? html`<${MergeContact} desk=${desk} contact=${contact} close=${() => merge(false)} />` : null}
  </header>`;
}

/** @param {{desk:Desk, id:string}} props */
export function ContactPage({ desk, id }) {
  const contact = desk.state.value.contacts[id];
  const [trouble, setTrouble] = useState(0);
  const load = () => {
    setTrouble(0);
    desk.call('contact.get', { contact_id: id }).then((found) => desk.client?.dispatch({ type: 'contact.updated', data: { contact: found } }), (problem) => setTrouble(problem.status || 1));
  };
  useEffect(() => { if (!contact) load(); }, [id]);
  if (!contact) {
    return html`<section class="pane thread-pane" aria-label=${t('person')}>${trouble === 404 ? html`<${Empty} icon="person" title=${t('contact.gone')}><button class="button" type="button" onClick=${() => desk.goContacts()}>${t('contacts.all')}</button><//>`
      : trouble ? html`<${Failed} retry=${load} />` : html`<${Loading} kind="list" lines=${4} />`}</section>`;
  }
  return html`<section class="pane thread-pane" aria-label=${t('person')}>
    <${Head} desk=${desk} contact=${contact} />
    <div class="contact-page">
      <${Fields} desk=${desk} contact=${contact} />
      <${Said} desk=${desk} contact=${contact} />
      <div class="contact-more">
        <${More} contact=${contact} />
        <${Links} desk=${desk} contact_id=${contact.id} />
        <${Block} desk=${desk} contact=${contact} />
      </div>
    </div>
  </section>`;
}
