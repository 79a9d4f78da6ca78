// What may be done with a message by whoever reads it.

import { announce } from './announce.js';
import { time } from './calendar.js';
import { leftToEdit } from './editor.js';
import { choose } from './reactions.js';
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
 * @property {(m:Shown, emoji:string) => void} react
 * @property {(m:Shown) => void} [forward] where there are other conversations to say it in
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

/** @param {Shown} m @param {Hand["change"]} change */
async function ask(m, change) {
  const { flag } = await import('./flag.js');
  flag(m, (reason) => change('message.flag', { message_id: m.id, reason }));
}

/** @param {Shown} m @param {Hand} hand @returns {Action[]} */
export function actionsOn(m, { mine, admin = false, edit_ms, change, reply, edit, react, forward }) {
  if (m.state || m.deleted_at || m.kind === 'system') return [];
  const left = leftToEdit(m, edit_ms);
  const failed = () => announce(t('deed.failed'));
  /** @type {Action[]} */ const actions = [];
  // Servers that know nothing of these say nothing of them.
  if (m.reactions) actions.push({ icon: 'smile', label: t('react'), run: (event) => void choose(event, (emoji) => react(m, emoji)) });
  actions.push({ icon: 'reply', label: t('reply'), run: () => reply(m) });
  if (m.body) actions.push({ icon: 'copy', label: t('copy'), run: () => void copy(m.body) });
  if (m.pinned_at !== undefined) actions.push({ icon: 'pin', label: t(m.pinned_at ? 'unpin' : 'pin'), run: () => void change(m.pinned_at ? 'message.unpin' : 'message.pin', { message_id: m.id }).catch(failed) });
  if (m.forwarded !== undefined && forward) actions.push({ icon: 'forward', label: t('forward'), run: () => forward(m) });
  if (m.forwarded !== undefined && !mine) actions.push({ icon: 'flag', label: t('flag'), run: () => void ask(m, change) });
  if (mine && left > 0) actions.push({ icon: 'edit', label: t('edit'), hint: t('edit.left', { span: time().lasting(left) }), run: () => edit(m.id) });
  if (mine || admin) actions.push({ icon: 'trash', label: t('delete'), sure: t('delete.sure'), run: () => void change('message.delete', { message_id: m.id }).catch(failed) });
  return actions;
}
