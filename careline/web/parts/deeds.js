// What may be done with a message by whoever reads it.

import { announce } from './announce.js';
import { t } from './speech.js';

/** @typedef {import('./bubble.js').Shown} Shown */
/** @typedef {import('./bubble.js').Action} Action */
/**
 * @typedef {object} Hand
 * @property {boolean} mine did its reader say it?
 * @property {boolean} [admin]
 * @property {number} edit_ms how long one's own may be edited
 * @property {(name:string, data:any) => Promise<any>} change
 * @property {(m:Shown) => void} reply
 * @property {(id:string) => void} edit
 */

/** @param {string} text */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Plain HTTP and strangers' frames have no clipboard; the old way works there.
    const area = Object.assign(document.createElement('textarea'), { value: text, className: 'unseen' });
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  announce(t('copied'));
}

/** @param {Shown} m @param {Hand} hand @returns {Action[]} */
export function actionsOn(m, { mine, admin = false, edit_ms, change, reply, edit }) {
  if (m.state || m.deleted_at || m.kind === 'system') return [];
  const inTime = Date.now() - m.created_at < edit_ms;
  /** @type {Action[]} */ const actions = [{ icon: 'reply', label: t('reply'), run: () => reply(m) }];
  if (m.body) actions.push({ icon: 'copy', label: t('copy'), run: () => void copy(m.body) });
  if (mine && inTime) actions.push({ icon: 'edit', label: t('edit'), run: () => edit(m.id) });
  if (mine || admin) actions.push({ icon: 'trash', label: t('delete'), sure: t('delete.sure'), run: () => void change('message.delete', { message_id: m.id }).catch(() => announce(t('deed.failed'))) });
  return actions;
}
