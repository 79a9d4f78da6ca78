// The chat links of one contact: made, copied once, seen in use, revoked.

import { html, useEffect, useState } from '../vendor/preact.js';
import { icon } from '../parts/icons.js';
import { t } from '../parts/speech.js';
import { time } from '../parts/calendar.js';
import { CopyBox } from './copybox.js';
import { explain } from './signin.js';

/** @typedef {{id:string,label:string|null,created_at:number,expires_at:number|null,revoked_at:number|null,last_used_at:number|null}} Link */

/** @param {{link:Link, revoke:()=>void}} props */
function Row({ link, revoke }) {
  const [sure, ask] = useState(false);
  const used = link.last_used_at ? t('link.used', { when: time().ago(link.last_used_at) }) : t('link.unused');
  return html`<li>
    ${icon('link')}<span><b>${link.label || t('link.made', { when: time().exact(link.created_at) })}</b><small>${used}</small></span>
    <button class=${'text-button' + (sure ? ' is-danger' : '')} type="button" onClick=${() => (sure ? revoke() : ask(true))} onBlur=${() => ask(false)}>${t(sure ? 'link.sure' : 'link.revoke')}</button>
  </li>`;
}

/** @param {{desk:import('./desk.js').Desk, contact_id:string}} props */
export function Links({ desk, contact_id }) {
  const [links, setLinks] = useState(/** @type {Link[]|null} */ (null));
  const [fresh, setFresh] = useState(/** @type {string|null} */ (null));
  const [trouble, setTrouble] = useState('');
  const attempt = (/** @type {Promise<any>} */ work) => work.then(() => setTrouble(''), (problem) => setTrouble(explain(problem)));
  const load = () => attempt(desk.call('token.list', { contact_id }).then((page) => setLinks(page.items)));
  const make = () => attempt(desk.call('token.issue', { contact_id }).then((issued) => { setFresh(issued.url); return load(); }));
  const revoke = (/** @type {string} */ token_id) => () => attempt(desk.call('token.revoke', { token_id }).then(() => { setFresh(null); return load(); }));
  useEffect(() => void load(), [contact_id]);
  const now = Date.now();
  const live = (links ?? []).filter((l) => !l.revoked_at && (!l.expires_at || l.expires_at > now));
  return html`<section class="links">
    <h3>${t('links')}</h3>
    <p class="fields-why">${t('links.why')}</p>
    ${fresh ? html`<div class="fresh-link"><p>${t('link.once')}</p><${CopyBox} text=${fresh} label=${t('link')} main=${true} /></div>` : null}
    ${live.length ? html`<ul>${live.map((l) => html`<${Row} key=${l.id} link=${l} revoke=${revoke(l.id)} />`)}</ul>` : null}
    ${trouble ? html`<p class="field-error" role="alert">${trouble}</p>` : null}
    <button class="button" type="button" onClick=${make}>${icon('plus')}${t('link.make')}</button>
  </section>`;
}
