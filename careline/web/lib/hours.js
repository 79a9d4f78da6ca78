// When somebody is there, as a form has it: one line a day, such as 09:00-12:30, 13:30-18:00.

/** @typedef {{day:number, opens:string, closes:string}} Opening */

const SPAN = /^(\d{1,2})(?::(\d{2}))?\s*[-–—]\s*(\d{1,2})(?::(\d{2}))?$/;

/** @param {string} hour @param {string|undefined} minute */
const clock = (hour, minute) => hour.padStart(2, '0') + ':' + (minute ?? '00');

/** The line of a day; nothing where it is closed. @param {Opening[]} weekly @param {number} day */
export const lineOf = (weekly, day) => weekly.filter((o) => o.day === day).map((o) => `${o.opens}-${o.closes}`).join(', ');

/** What a line says; null where it cannot be read. @param {string} line @param {number} day 1 is Monday @returns {Opening[]|null} */
export function openings(line, day) {
  /** @type {Opening[]} */
  const out = [];
  for (const part of line.split(/[,;]/).map((p) => p.trim()).filter(Boolean)) {
    const [, h, m, h2, m2] = SPAN.exec(part) ?? [];
    if (!h || !h2) return null;
    const [opens, closes] = [clock(h, m), clock(h2, m2)];
    if (opens >= closes || closes > '24:00' || !/:[0-5]\d$/.test(opens) || !/:[0-5]\d$/.test(closes)) return null;
    out.push({ day, opens, closes });
  }
  return out;
}
