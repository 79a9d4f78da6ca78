// Reads cases on standard input: what was known before, the frames that came, what the server says afterwards. Applies
// the frames with the client's own reducer and says where the result differs from what a fresh reading would give.

import { readFileSync } from 'node:fs';
import { emptyState, reduce } from '../../careline/web/lib/state.js';

const cases = JSON.parse(readFileSync(0, 'utf8'));

/** @param {any} known */
function load(known) {
  let state = reduce(emptyState(), { type: 'local.me', data: { me: known.me, workspace: known.me.workspace } });
  state = reduce(state, { type: 'local.conversations', data: { items: known.conversations } });
  for (const [id, page] of Object.entries(known.messages)) {
    state = reduce(state, { type: 'local.newest', data: { id, items: page.items, before: page.before } });
  }
  return state;
}

/** Times of acts are the server's; whether they happened is what both must agree on. @param {any} message */
const told = (message) => ({
  id: message.id, kind: message.kind, body: message.body, sender: message.sender_name,
  edited: message.edited_at !== null, deleted: message.deleted_at !== null,
  delivered: message.delivered_at !== null, read: message.read_at !== null,
  reply: message.reply, reactions: message.reactions, pinned: message.pinned_at !== null, forwarded: message.forwarded, mentions: message.mentions,
});

/** @param {[string, any][]} entries */
const byId = (entries) => Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));

/** @param {any} state */
const picture = (state) => ({
  conversations: byId(Object.values(state.conversations).map((/** @type {any} */ c) => [c.id, {
    subject: c.subject, status: c.status, assignee: c.assignee_id, unread: c.unread_count, metadata: c.metadata,
    sorted: [c.labels, c.priority, c.pinned_at, c.snoozed_until],
    last: c.last_message && [c.last_message.id, c.last_message.body],
    people: c.participants.map((/** @type {any} */ p) => p.kind + ':' + (p.id ?? p.name)).sort(),
  }])),
  threads: byId(Object.entries(state.threads).map(([id, t]) => [id, /** @type {any} */ (t).messages.map(told)])),
});

const wrong = [];
for (const { name, before, frames, after } of cases) {
  const reduced = JSON.stringify(picture(frames.reduce(reduce, load(before))));
  const fresh = JSON.stringify(picture(load(after)));
  if (reduced !== fresh) wrong.push(`${name}\n  reduced ${reduced}\n  fresh   ${fresh}`);
}
console.log(wrong.join('\n'));
