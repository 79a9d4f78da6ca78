// What happens to messages that are held already: said differently, taken back, pinned, reacted to, quoted by others.

/** @typedef {import('./shapes.js').Message} Message */

const PREVIEW = 200;

/** What is told of a change leaves out who has received and read it. @param {Message} old @param {Message} now */
function renewed(old, now) {
  const { delivered_at, read_at, client_id } = old;
  return { ...now, delivered_at: now.delivered_at ?? delivered_at, read_at: now.read_at ?? read_at, client_id: now.client_id ?? client_id };
}

/** A message as it is now, and what quotes it. @param {Message[]} messages @param {Message} now @returns {Message[]} */
export function rewritten(messages, now) {
  const piece = { body: Array.from(now.body).slice(0, PREVIEW).join(''), deleted: now.deleted_at !== null };
  return messages.map((m) => {
    if (m.id === now.id) return renewed(m, now);
    return m.reply?.id === now.id ? { ...m, reply: { ...m.reply, ...piece } } : m;
  });
}

/** The event brings all that the message bears. @param {Message[]} messages @param {{message_id:string, reactions:import('./shapes.js').Reaction[]}} told */
export const reacted = (messages, { message_id, reactions }) => messages.map((m) => (m.id === message_id ? { ...m, reactions } : m));

/** Whether somebody's reaction is one's own; contacts are not told the ids of staff. @param {import('./shapes.js').Reactor} one @param {import('./shapes.js').Me|null} me */
export const isMine = (one, me) => one.kind === me?.kind && one.id === me.id;

/** What a list shows of it. @param {Message} m @returns {import('./shapes.js').LastMessage} */
export const summary = (m) => ({ id: m.id, kind: m.kind, sender_kind: m.sender_kind, sender_name: m.sender_name, body: m.body, attachment_count: m.attachments?.length ?? 0, created_at: m.created_at });
