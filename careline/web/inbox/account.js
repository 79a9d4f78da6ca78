// Who is signed in where, and the little there is to set: colleagues, another workspace, the way out.

import { html, useState } from '../vendor/preact.js';
import { Avatar } from '../parts/avatar.js';
import { Dialog } from '../parts/dialog.js';
import { icon } from '../parts/icons.js';
import { Menu } from '../parts/menu.js';
import { t } from '../parts/speech.js';
import { pages } from './actions.js';
import { useForm } from './form.js';
import { Help } from './keys.js';
import { useReported } from './reported.js';
import { PASSWORD_LEAST } from './signin.js';

/** @typedef {import('./desk.js').Desk} Desk */

/** @param {{desk:Desk}} props */
export function Account({ desk }) {
  const [dialog, setDialog] = useState(/** @type {"people"|"help"|"new"|null} */ (null));
  const grant = desk.grant.value;
  const flags = useReported(desk);
  const others = (grant?.workspaces ?? []).filter((w) => w.id !== grant?.workspace.id);
  const choices = [
    { label: t('colleagues'), sign: icon('people'), run: () => setDialog('people') },
    ...pages(desk).map((p) => ({ label: p.label, sign: icon(p.sign), hint: p.hint, run: p.run })),
    { label: t('keys'), sign: icon('help'), run: () => setDialog('help') },
    ...others.map((w) => ({ label: w.name, sign: icon('inbox'), run: () => void desk.moveTo(w.id) })),
    { label: t('password.change'), sign: icon('lock'), run: () => { desk.dialog.value = 'password'; } },
    { label: t('signout'), sign: icon('out'), run: () => void desk.signOut() },
  ];
  return html`<header class="account">
    <div class="account-words"><h1>${desk.state.value.workspace?.name ?? grant?.workspace.name}</h1></div>
    <button class="sign-button" type="button" aria-label=${t('contacts')} title=${t('contacts')} onClick=${() => desk.goContacts()}>${icon('book')}</button>
    <button class="sign-button" type="button" aria-label=${t('new.conversation')} title=${t('new.conversation')} onClick=${() => setDialog('new')}>${icon('edit')}</button>
    <${Menu} end=${true} title=${t('account', { name: grant?.staff.name ?? '' }) + (flags ? ' · ' + t('flags.wait', { n: flags }) : '')} choices=${choices} label=${html`<${Avatar} name=${grant?.staff.name} seed=${grant?.staff.id} />${flags ? html`<b class="badge">${flags}</b>` : null}`} />
    ${dialog === 'people' ? html`<${Colleagues} desk=${desk} close=${() => setDialog(null)} />` : null}
    ${dialog === 'new' ? html`<${NewConversation} desk=${desk} close=${() => setDialog(null)} />` : null}
    ${dialog === 'help' ? html`<${Help} close=${() => setDialog(null)} />` : null}
  </header>`;
}

/** @param {{desk:Desk, close:()=>void}} props */
function Colleagues({ desk, close }) {
  const all = Object.values(desk.state.value.staff).filter((s) => !s.deactivated_at);
  const admin = desk.me?.role === 'admin';
  const form = useForm(async (values) => {
    const staff = await desk.call('staff.add', values.password ? values : { ...values, password: null });
    desk.client?.dispatch({ type: 'staff.added', data: { staff } });
  });
  return html`<${Dialog} title=${t('colleagues')} close=${close}>
    <ul class="people">${all.map((s) => html`<li key=${s.id}><${Avatar} name=${s.name} seed=${s.id} /><span><b>${s.name}</b><small>${s.email}</small></span>
      <em class="chip">${t('role.' + s.role)}</em></li>`)}</ul>
    ${admin ? html`<form class="fields" onSubmit=${form.submit}>
      <h3>${t('colleague.add')}</h3>
      <label><span>${t('name')}</span><input name="name" required autocomplete="off" /></label>
      <label><span>${t('email')}</span><input name="email" type="email" required autocomplete="off" /></label>
      <label><span>${t('colleague.password')}</span><input name="password" type="password" autocomplete="new-password" minlength=${PASSWORD_LEAST} /></label>
      <div class="fields-row">
        <label><span>${t('role')}</span><select name="role"><option value="agent">${t('role.agent')}</option><option value="admin">${t('role.admin')}</option></select></label>
        <label><span>${t('scope')}</span><select name="scope"><option value="all">${t('scope.all')}</option><option value="participating">${t('scope.participating')}</option></select></label>
      </div>
      ${form.trouble ? html`<p class="field-error" role="alert">${form.trouble}</p>` : null}
      <button class="button is-main" type="submit" disabled=${form.busy}>${t('add')}</button>
    </form>` : null}
  <//>`;
}

/** @param {{desk:Desk, close:()=>void}} props */
function NewConversation({ desk, close }) {
  const form = useForm(async ({ name, email, phone, subject }) => {
    const contact = await desk.call('contact.add', { name, ...(email ? { email } : {}), ...(phone ? { phone } : {}) });
    const conversation = await desk.call('conversation.start', { contact_id: contact.id, ...(subject ? { subject } : {}) });
    desk.client?.dispatch({ type: 'contact.added', data: { contact } });
    desk.client?.dispatch({ type: 'local.seen', data: { conversation } });
    close();
    desk.person.value = true;
    desk.go('all', conversation.id);
  });
  return html`<${Dialog} title=${t('new.conversation')} close=${close}>
    <form class="fields" onSubmit=${form.submit}>
      <p class="fields-why">${t('new.conversation.why')}</p>
      <label><span>${t('name')}</span><input name="name" required autocomplete="off" /></label>
      <label><span>${t('email')}</span><input name="email" type="email" autocomplete="off" /></label>
      <label><span>${t('phone')}</span><input name="phone" type="tel" autocomplete="off" /></label>
      <label><span>${t('subject')}</span><input name="subject" autocomplete="off" /></label>
      ${form.trouble ? html`<p class="field-error" role="alert">${form.trouble}</p>` : null}
      <button class="button is-main" type="submit" disabled=${form.busy}>${t('begin')}</button>
    </form>
  <//>`;
}
