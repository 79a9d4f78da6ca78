// Everything that the command bar can do: with the open conversation, with the list, with the workspace.

import { views } from '../lib/views.js';
import { t } from '../parts/speech.js';
import { canAlert } from './alerts.js';
import { attempt, openDeeds } from './deeds.js';

/** @typedef {import('./desk.js').Desk} Desk */
/** @typedef {import('./deeds.js').Deed} Deed */

/** The pages of the workspace, as far as somebody may see them. @param {Desk} desk @returns {Deed[]} */
export function pages(desk) {
  const show = (/** @type {string} */ name) => () => { desk.dialog.value = name; };
  const admin = desk.me?.role === 'admin';
  const n = desk.flags.value;
  const kept = [
    { name: 'flags', sign: 'flag', label: t('flags'), hint: n ? String(n) : undefined, run: show('flags') },
    { name: 'workspace', sign: 'gear', label: t('settings'), run: show('workspace') },
    { name: 'hours', sign: 'clock', label: t('hours'), run: show('hours') },
    { name: 'alllabels', sign: 'tag', label: t('labels'), run: show('alllabels') },
    { name: 'audit', sign: 'eye', label: t('audit'), run: show('audit') },
  ];
  const contacts = { name: 'contacts', key: 'C', sign: 'book', label: t('contacts'), run: () => desk.goContacts() };
  const alerts = canAlert ? [{ name: 'notify', sign: 'bell', label: t('alerts'), run: show('notify') }] : [];
  return [contacts, ...alerts, { name: 'canned', sign: 'chat', label: t('canned'), run: show('canned') }, { name: 'insight', sign: 'chart', label: t('insight'), run: show('insight') }, ...(admin ? kept : [])];
}

/** @param {Desk} desk @returns {Deed[]} */
export function commandsFor(desk) {
  const c = desk.id.value ? desk.state.value.conversations[desk.id.value] : undefined;
  const done = c?.status === 'closed' || c?.status === 'archived';
  const me = desk.me?.id ?? null;
  const own = c ? [
    { name: 'done', key: 'E', sign: done ? 'reply' : 'check', label: t(done ? 'reopen' : 'done'), run: () => attempt(desk.update(c.id, { status: done ? 'open' : 'closed' })) },
    ...(c.assignee_id === me ? [] : [{ name: 'take', sign: 'person', label: t('take'), run: () => attempt(desk.assign(c.id, me)) }]),
  ] : [];
  const goes = views.map((view) => ({ name: 'view.' + view, sign: 'inbox', label: t('goto', { view: t('view.' + view) }), run: () => desk.go(view, desk.id.value) }));
  return [...own, ...openDeeds(desk), ...goes, ...pages(desk)];
}
