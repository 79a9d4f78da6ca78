// What was begun and not sent, per conversation, kept across reloads.

const LIMIT = 8000;

/** @param {import('./shapes.js').Store} storage @param {string} prefix */
export function createDrafts(storage, prefix) {
  return {
    /** @param {string} id */
    get(id) {
      try { return storage.getItem(prefix + id) ?? ''; } catch { return ''; }
    },
    /** @param {string} id @param {string} text */
    set(id, text) {
      try {
        if (text.trim()) storage.setItem(prefix + id, text.slice(0, LIMIT));
        else storage.removeItem(prefix + id);
      } catch { /* a draft that cannot be kept is no reason to disturb the writing */ }
    },
  };
}
