// Whom a note calls by an @ and their name: found while it is written, and where they stand in what was written.

/** @typedef {import('./shapes.js').Staff} Staff */

const BEGUN = /(?:^|[\s(])@([^\s@]{0,40})$/u;
const MOST = 8;
/** As many as the server takes in one note. */
const CALLED = 20;

/** @param {string} text */
const folded = (text) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase();

/** What stands between an @ and the caret, and where the @ is; null where nobody is being called. @param {string} text @param {number} caret */
export function begun(text, caret) {
  const what = BEGUN.exec(text.slice(0, caret))?.[1];
  return what === undefined ? null : { what: folded(what), from: caret - what.length - 1 };
}

/** Who may be meant: a word of the name, or the address, begins so. @param {Staff[]} staff @param {string} what @param {string|undefined} me */
export function meantBy(staff, what, me) {
  const isMeant = (/** @type {Staff} */ one) => folded(one.name).split(/\s+/).some((word) => word.startsWith(what)) || folded(one.email ?? '').startsWith(what);
  return staff.filter((one) => !one.deactivated_at && one.id !== me && isMeant(one)).sort((a, b) => a.name.localeCompare(b.name)).slice(0, MOST);
}

/** The text with those cut out whom it calls; the longest name that fits is the one that is meant. @param {string} text @param {Staff[]} staff @returns {{text:string, staff:Staff[]}[]} `staff`: all who go by the name */
export function calls(text, staff) {
  const names = [...new Set(staff.filter((one) => one.name.trim()).map((one) => one.name))].sort((a, b) => b.length - a.length);
  if (!names.length) return [{ text, staff: [] }];
  const any = names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  const pattern = new RegExp(`(?<=^|[\\s(])@(?:${any})(?![\\p{L}\\p{N}])`, 'giu');
  /** @type {{text:string, staff:Staff[]}[]} */
  const out = [];
  let done = 0;
  for (const { 0: found, index } of text.matchAll(pattern)) {
    if (index > done) out.push({ text: text.slice(done, index), staff: [] });
    out.push({ text: found, staff: staff.filter((one) => one.name.toLocaleLowerCase() === found.slice(1).toLocaleLowerCase()) });
    done = index + found.length;
  }
  if (done < text.length) out.push({ text: text.slice(done), staff: [] });
  return out;
}

/** Ids of those whom a note calls, each once. @param {string} text @param {Staff[]} staff */
export function called(text, staff) {
  const all = calls(text, staff.filter((one) => !one.deactivated_at)).flatMap((part) => part.staff.map((one) => one.id));
  return [...new Set(all)].slice(0, CALLED);
}
