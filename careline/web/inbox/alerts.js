// News by way of the system, for whoever asked for it by a button: that somebody wrote, never what.

import { signal } from '../vendor/preact.js';
import { storage } from '../parts/world.js';
import { t } from '../parts/speech.js';

/** @typedef {import('./desk.js').Desk} Desk */

const KEY = 'careline.alerts';
const kept = storage('localStorage');
const can = typeof Notification !== 'undefined';

/** Wished for here, and allowed by the browser. */
export const alerting = signal(can && Notification.permission === 'granted' && kept.getItem(KEY) === 'on');
export const canAlert = can;

/** The button: only it may ask the browser's question. @returns {Promise<"on"|"off"|"denied">} */
export async function toggleAlerts() {
  if (alerting.value) {
    alerting.value = false;
    kept.removeItem(KEY);
    return 'off';
  }
  const answer = Notification.permission === 'default' ? await Notification.requestPermission() : Notification.permission;
  if (answer !== 'granted') return 'denied';
  kept.setItem(KEY, 'on');
  alerting.value = true;
  return 'on';
}

/** Whom it concerns: what one has taken, and what nobody has. @param {Desk} desk @param {import('../lib/shapes.js').Message} message */
export function alertOf(desk, message) {
  const c = desk.state.value.conversations[message.conversation_id];
  const others = c?.assignee_id && c.assignee_id !== desk.me?.id;
  if (!others && message.sender_kind === 'contact') notice(desk, t('alert.title', { name: message.sender_name || t('visitor') }), message.conversation_id);
}

/** Where it is wished for, and nobody looks. @param {Desk} desk @param {string} title @param {string} id of the conversation */
export function notice(desk, title, id) {
  if (!alerting.value || (!document.hidden && document.hasFocus())) return;
  try {
    const news = new Notification(title, { body: t('alert.body'), tag: id });
    news.onclick = () => {
      focus();
      desk.go(desk.view.value, id);
      news.close();
    };
  } catch { /* some phones have the constructor and refuse to use it */ }
}
