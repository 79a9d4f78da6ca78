// Which conversations a view of the inbox shows, in which order, and how the view stands in the address bar.

/** @typedef {import('./shapes.js').Conversation} Conversation */
/** @typedef {"mine"|"unassigned"|"all"|"closed"|"archived"} View */
/** What was fetched of a view: where to go on, and how far back it is complete. @typedef {{next:string|null, floor:number, loaded:boolean}} Listing */

/** @type {View[]} */
export const views = ['mine', 'unassigned', 'all', 'closed', 'archived'];

/** @param {View} view */
export function query(view) {
  if (view === 'closed' || view === 'archived') return { view: 'all', status: view };
  return { view, status: 'active' };
}

/** @param {View} view @param {Conversation} c @param {string|null|undefined} me */
export function belongs(view, c, me) {
  if (view === 'closed' || view === 'archived') return c.status === view;
  if (c.status !== 'open' && c.status !== 'pending') return false;
  return view === 'all' || (view === 'mine' ? c.assignee_id === me : !c.assignee_id);
}

/** When something was last said in it. @param {Conversation} c */
export const activity = (c) => c.last_message?.created_at ?? c.created_at;

/** @param {Listing|undefined} before @param {{items:Conversation[], next:string|null}} page @returns {Listing} */
export function extended(before, page) {
  const last = page.items.at(-1);
  // Older ones may be known from another view; shown here they would hide that those between are not.
  return { next: page.next, loaded: true, floor: page.next ? (last ? activity(last) : null) ?? before?.floor ?? 0 : 0 };
}

/** @param {Record<string,Conversation>} conversations @param {View} view @param {Listing|undefined} listing @param {string|null|undefined} me */
export function select(conversations, view, listing, me) {
  const floor = listing?.floor ?? 0;
  return Object.values(conversations)
    .filter((c) => activity(c) >= floor && belongs(view, c, me))
    .sort((a, b) => activity(b) - activity(a) || (a.id < b.id ? 1 : -1));
}

/** @param {Record<string,Conversation>} conversations @param {View} view @param {string|null|undefined} me */
export const unreadIn = (conversations, view, me) => Object.values(conversations).filter((c) => c.unread_count > 0 && belongs(view, c, me)).length;

/** @param {string|undefined} text */
function decoded(text) {
  try { return text ? decodeURIComponent(text) : null; } catch { return null; }
}

/** @param {string} path @returns {{view:View, id:string|null}} */
export function readPath(path) {
  const [, , view, id] = path.split('/');
  return { view: views.find((v) => v === view) ?? 'mine', id: decoded(id) };
}

/** @param {View} view @param {string|null} id */
export const writePath = (view, id) => `/inbox/${view}` + (id ? '/' + encodeURIComponent(id) : '');
