// How messages are laid out: a line per day, a group per author and minute, a line where the unread begins.

/** @typedef {import('./shapes.js').Message} Message */
/**
 * @typedef {{type:"day",key:string,at:number} | {type:"unread",key:string} | {type:"system",key:string,message:Message}
 *   | {type:"group",key:string,messages:Message[],kind:string,sender_kind:string,sender_id:string|null,sender_name:string|null,at:number}} Row
 */

const MINUTE = 60_000;

/** The day by the reader's own calendar. @param {number} at */
export function dayOf(at) {
  const d = new Date(at);
  return d.getFullYear() * 10_000 + (d.getMonth() + 1) * 100 + d.getDate();
}

/**
 * Messages as they are laid out: a line per new day, a group per author and minute.
 * @param {Message[]} messages oldest first @param {string|null} [unreadFrom] id of the first message to stand under "new messages"
 * @returns {Row[]}
 */
export function rows(messages, unreadFrom = null) {
  /** @type {Row[]} */
  const out = [];
  let day = 0;
  /** @type {Extract<Row,{type:"group"}>|null} */
  let group = null;
  for (const message of messages) {
    const key = message.client_id ?? message.id;
    if (dayOf(message.created_at) !== day) {
      day = dayOf(message.created_at);
      out.push({ type: 'day', key: 'day' + day + key, at: message.created_at });
      group = null;
    }
    if (unreadFrom && message.id === unreadFrom) {
      out.push({ type: 'unread', key: 'unread' });
      group = null;
    }
    if (message.kind === 'system') {
      out.push({ type: 'system', key, message });
      group = null;
    } else if (group && belongs(group, message)) {
      group.messages.push(message);
    } else {
      const { kind, sender_kind, sender_id, sender_name } = message;
      group = { type: 'group', key, messages: [message], kind, sender_kind, sender_id, sender_name, at: message.created_at };
      out.push(group);
    }
  }
  return out;
}

/** @param {Extract<Row,{type:"group"}>} group @param {Message} message */
function belongs(group, message) {
  return group.kind === message.kind && group.sender_kind === message.sender_kind && group.sender_id === message.sender_id
    && group.sender_name === message.sender_name && Math.floor(group.at / MINUTE) === Math.floor(message.created_at / MINUTE);
}
