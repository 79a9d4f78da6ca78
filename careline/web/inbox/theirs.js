// Contacts as the server knows them: found by what is typed, and with all that was ever said with them.

import { useEffect, useState } from '../vendor/preact.js';

/** @typedef {import('./desk.js').Desk} Desk */
/** @typedef {import('../lib/shapes.js').Contact} Contact */

const WAIT = 180;
const PAGE = 50;

/** Contacts by name, address or number, misspelled too, asked once the typing pauses; null as long as nothing is known. @param {Desk} desk @param {string} q @returns {{items:Contact[]|null, failed:boolean}} */
export function useContactSearch(desk, q) {
  const [found, setFound] = useState({ q: '', items: /** @type {Contact[]|null} */ (null), failed: false });
  useEffect(() => {
    if (!q) return;
    const stop = new AbortController();
    const later = setTimeout(() => {
      desk.call('contact.search', { q, limit: PAGE }, { signal: stop.signal }).then((page) => {
        const items = page.items.map((/** @type {{contact:Contact}} */ one) => one.contact);
        desk.client?.dispatch({ type: 'local.contacts', data: { items } });
        setFound({ q, items, failed: false });
      }, () => { if (!stop.signal.aborted) setFound({ q, items: null, failed: true }); });
    }, WAIT);
    return () => { clearTimeout(later); stop.abort(); };
  }, [q]);
  // What was found for fewer letters stands until there is better.
  return q ? found : { items: null, failed: false };
}

/** Fetches a contact's conversations, closed and archived ones too, into what the desk knows. @param {Desk} desk @param {string|undefined} contact_id */
export function useConversationsOf(desk, contact_id) {
  const none = { loaded: false, next: /** @type {string|null} */ (null), failed: false };
  const [page, setPage] = useState(none);
  const more = async (/** @type {string|null} */ cursor) => {
    try {
      const found = await desk.call('contact.conversations', { contact_id, limit: PAGE, cursor });
      desk.client?.dispatch({ type: 'local.conversations', data: found });
      setPage({ loaded: true, next: found.next, failed: false });
    } catch {
      setPage({ ...page, failed: true });
    }
  };
  useEffect(() => {
    setPage(none);
    if (contact_id) void more(null);
  }, [contact_id]);
  return { ...page, more: () => void more(page.next) };
}

/** Their newest conversation, or where there is none their page. @param {Desk} desk @param {{id:string}} contact */
export async function openContact(desk, contact) {
  const { items: [conversation] } = await desk.call('contact.conversations', { contact_id: contact.id, limit: 1 });
  if (!conversation) return desk.goContacts(contact.id);
  desk.client?.dispatch({ type: 'local.seen', data: { conversation } });
  desk.go(desk.view.value, conversation.id);
}
