// What may be done with one conversation beside answering it: one table for the menu, the keyboard and the command bar.

import { announce } from '../parts/announce.js';
import { t } from '../parts/speech.js';

/** @typedef {import('./desk.js').Desk} Desk */
/** @typedef {import('../lib/shapes.js').Conversation} Conversation */
/** @typedef {{name:string, key?:string, sign:string, label:string, danger?:boolean, hint?:string, run:() => void}} Deed */

/** @param {Promise<any>} work @param {string} [said] */
export const attempt = (work, said) => void work.then(() => { if (said) announce(said); }, () => announce(t('broken')));

/** @param {Desk} desk @param {Conversation} c @returns {Deed[]} */
export function deeds(desk, c) {
  const show = (/** @type {string} */ name) => () => { desk.dialog.value = name; };
  const sleeps = Boolean(c.snoozed_until);
  const done = c.status === 'closed' || c.status === 'archived';
  const again = sleeps ? [{ name: 'wake', sign: 'clock', label: t('wake'), run: () => attempt(desk.triage(c.id, { snoozed_until: null }), t('wake')) }] : [];
  const removal = desk.me?.role === 'admin' ? [{ name: 'unsay', sign: 'trash', label: t('unsay'), danger: true, run: show('unsay') }, { name: 'remove', key: '#', sign: 'trash', label: t('remove.it'), danger: true, run: show('remove') }] : [];
  return [
    { name: 'labels', key: 'L', sign: 'tag', label: t('labels.choose'), run: show('labels') },
    { name: 'priority', key: 'P', sign: 'flag', label: t('priority.choose'), run: show('priority') },
    ...(done ? [] : [{ name: 'snooze', key: 'S', sign: 'clock', label: t('snooze.choose'), run: show('snooze') }]),
    ...again,
    { name: 'pin', key: 'T', sign: 'pin', label: t(c.pinned_at ? 'top.unpin' : 'top.pin'), run: () => attempt(desk.triage(c.id, { pinned: !c.pinned_at })) },
    { name: 'unread', key: 'U', sign: 'dot', label: t('unread.mark'), run: () => unread(desk, c) },
    { name: 'history', key: 'H', sign: 'list', label: t('history'), run: show('history') },
    { name: 'transcript', key: 'D', sign: 'down', label: t('transcript.get'), run: show('transcript') },
    { name: 'elsewhere', sign: 'clip', label: t('elsewhere'), run: show('elsewhere') },
    { name: 'merge', key: 'M', sign: 'merge', label: t('merge'), run: show('merge') },
    ...removal,
  ];
}

/** What lies open is read at once: so it is shut first. @param {Desk} desk @param {Conversation} c */
function unread(desk, c) {
  desk.go(desk.view.value, null);
  attempt(desk.treat('conversation.unread', c.id), t('unread.marked'));
}

/** The deeds of whatever lies open. @param {Desk} desk */
export function openDeeds(desk) {
  const c = desk.id.value ? desk.state.value.conversations[desk.id.value] : undefined;
  return c ? deeds(desk, c) : [];
}
