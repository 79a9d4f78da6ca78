// One message that was written and is not yet known to be stored.

/** `mentions`: staff whom a note calls. @typedef {{conversation_id:string,body:string,kind?:"text"|"note",reply_to?:string|null,attachments?:import('./shapes.js').Attached[],mentions?:string[]}} Written */
/** @typedef {Written & {client_id:string,kind:"text"|"note",created_at:number,order:number,state:"sending"|"failed",problem:string|null}} Item */

let count = 0;

/** @param {string} client_id @param {number} now @param {Written} message @returns {Item} */
export function newItem(client_id, now, message) {
  // Two in the same millisecond keep their order too.
  const order = now + (count++ % 1000) / 1000;
  return { kind: 'text', ...message, client_id, created_at: now, order, state: 'sending', problem: null };
}

/** @param {import('./shapes.js').Store} storage @param {string} prefix @param {Item} item */
export function keepItem(storage, prefix, item) {
  try {
    storage.setItem(prefix + item.client_id, JSON.stringify(item));
  } catch { /* storage is full or forbidden: it is sent all the same, only a reload would forget it */ }
}
