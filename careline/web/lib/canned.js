// Which of the things that are often said somebody means who begins with a slash.

/** @typedef {import('./shapes.js').Canned} Canned */

const BEGUN = /^\/([^\s/]*)$/;
const MOST = 8;

/** What stands behind the slash; null where nobody asks. @param {string} text */
export const asked = (text) => BEGUN.exec(text)?.[1]?.toLocaleLowerCase() ?? null;

/** Those whose shortcut begins so, then those that say it in shortcut or title. @param {Canned[]} all @param {string} what */
export function meant(all, what) {
  const rank = (/** @type {Canned} */ one) => (one.shortcut.startsWith(what) ? 0 : one.shortcut.includes(what) || one.title.toLocaleLowerCase().includes(what) ? 1 : 2);
  return all.filter((one) => rank(one) < 2).sort((a, b) => rank(a) - rank(b) || a.shortcut.localeCompare(b.shortcut)).slice(0, MOST);
}
