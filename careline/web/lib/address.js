// What the address bar says of the inbox: which list, through which filters, and what lies open; or the contacts, and whose page.

import { views } from './views.js';

/** `contact`: null where conversations are shown, '' where the contacts are and nobody's page lies open. @typedef {{view:import('./views.js').View, id:string|null, sieve:import('./views.js').Sieve, contact:string|null}} Place */

const CONTACTS = 'contacts';
const priorities = ['low', 'normal', 'high', 'urgent'];

/** @param {string|undefined} text */
function decoded(text) {
  try { return text ? decodeURIComponent(text) : null; } catch { return null; }
}

/** @param {string} search @returns {import('./views.js').Sieve} */
function readSieve(search) {
  const asked = new URLSearchParams(search);
  const [priority, label] = [asked.get('priority') ?? '', asked.get('label')];
  return {
    ...(asked.has('unread') ? { unread: true } : {}),
    ...(asked.has('pinned') ? { pinned: true } : {}),
    ...(priorities.includes(priority) ? { priority } : {}),
    ...(label ? { label } : {}),
  };
}

/** What nobody could have written leads to one's own list. @param {string} path @param {string} [search] the query @returns {Place} */
export function readAddress(path, search = '') {
  const [, , view, id] = path.split('/');
  if (view === CONTACTS) return { view: 'mine', id: null, sieve: {}, contact: decoded(id) ?? '' };
  return { view: views.find((v) => v === view) ?? 'mine', id: decoded(id), sieve: readSieve(search), contact: null };
}

/** @param {Place} place */
export function writeAddress({ view, id, sieve, contact }) {
  const open = contact ?? id;
  const query = new URLSearchParams(Object.entries(sieve).map(([key, value]) => [key, value === true ? '' : String(value)])).toString().replace(/=(?=&|$)/g, '');
  return `/inbox/${contact === null ? view : CONTACTS}` + (open ? '/' + encodeURIComponent(open) : '') + (contact === null && query ? '?' + query : '');
}
