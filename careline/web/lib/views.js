// Which conversations a view of the inbox shows, and in which order.

/** @typedef {import('./shapes.js').Conversation} Conversation */
/** @typedef {"mine"|"unassigned"|"all"|"snoozed"|"closed"|"archived"} View */
/** What was fetched of a view: where to go on, and how far back it is complete. @typedef {{next:string|null, floor:number, loaded:boolean}} Listing */

/** What else a conversation must be, as far as it is given. @typedef {{unread?:boolean, pinned?:boolean, priority?:string, label?:string}} Sieve */

/** @type {View[]} */
export const views = ['mine', 'unassigned', 'all', 'snoozed', 'closed', 'archived'];

/** @param {View} view @param {Sieve} [sieve] */
export function query(view, sieve = {}) {
  return { ...placeOf(view), ...sieve };
}

/** Under which name what was fetched of it is kept. @param {View} view @param {Sieve} [sieve] */
export const listingKey = (view, sieve = {}) => new URLSearchParams(/** @type {any} */ ({ view, ...sieve })).toString();

/** @param {View} view */
function placeOf(view) {
  if (view === 'snoozed') return { view: 'all', status: 'active', snoozed: true };
  if (view === 'closed' || view === 'archived') return { view: 'all', status: view };
  return { view, status: 'active' };
}

/** @param {View} view @param {Conversation} c @param {string|null|undefined} me */
export function belongs(view, c, me) {
  if (view === 'closed' || view === 'archived') return c.status === view;
  if (c.status !== 'open' && c.status !== 'pending') return false;
  if (view === 'snoozed') return Boolean(c.snoozed_until);
  if (c.snoozed_until) return false;
  return view === 'all' || (view === 'mine' ? c.assignee_id === me : !c.assignee_id);
}

/** @param {Sieve} sieve @param {Conversation} c */
export function passes(sieve, c) {
  return (!sieve.unread || c.unread_count > 0) && (!sieve.pinned || Boolean(c.pinned_at))
    && (!sieve.priority || c.priority === sieve.priority) && (!sieve.label || Boolean(c.labels?.includes(sieve.label)));
}

/** When something was last said in it. @param {Conversation} c */
export const activity = (c) => c.last_message?.created_at ?? c.created_at;

/** @param {Listing|undefined} before @param {{items:Conversation[], next:string|null}} page @returns {Listing} */
export function extended(before, page) {
  const last = page.items.at(-1);
  // Older ones may be known from another view; shown here they would hide that those between are not.
  return { next: page.next, loaded: true, floor: page.next ? (last ? activity(last) : null) ?? before?.floor ?? 0 : 0 };
}

/** @param {Record<string,Conversation>} conversations @param {View} view @param {Listing|undefined} listing @param {string|null|undefined} me @param {Sieve} [sieve] */
export function select(conversations, view, listing, me, sieve = {}) {
  const floor = listing?.floor ?? 0;
  const pinned = (/** @type {Conversation} */ c) => Number(Boolean(c.pinned_at));
  // What is pinned stands above all others, however long nothing was said in it.
  return Object.values(conversations)
    .filter((c) => (pinned(c) || activity(c) >= floor) && belongs(view, c, me) && passes(sieve, c))
    .sort((a, b) => pinned(b) - pinned(a) || activity(b) - activity(a) || (a.id < b.id ? 1 : -1));
}

/** @param {Record<string,Conversation>} conversations @param {View} view @param {string|null|undefined} me */
export const unreadIn = (conversations, view, me) => Object.values(conversations).filter((c) => c.unread_count > 0 && belongs(view, c, me)).length;

/** @param {Conversation} c */
const contacts = (c) => c.participants.filter((p) => p.kind === 'contact').map((p) => p.id).sort().join(' ');

/** Theirs, newest first. @param {Record<string,Conversation>} all @param {string} contact_id */
export const withContact = (all, contact_id) => Object.values(all).filter((c) => c.participants.some((p) => p.kind === 'contact' && p.id === contact_id)).sort((a, b) => activity(b) - activity(a));

/** Of the same contacts, newest first. @param {Record<string,Conversation>} all @param {Conversation} c */
export const fellows = (all, c) => Object.values(all).filter((o) => o.id !== c.id && contacts(o) === contacts(c)).sort((a, b) => activity(b) - activity(a));
