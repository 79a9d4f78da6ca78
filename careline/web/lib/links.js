// Which parts of a text may be clicked, and where they lead: http, https, mailto and tel, nothing else.

/** @typedef {{text:string, href?:string}} Part */

// Every alternative begins with something fixed and runs over one character class: no backtracking over long texts.
const START = /https?:\/\/|www\.|mailto:|tel:|@/gi;
const STOP = /[\s<>"`{}|\\^\u0000-\u001f\u200b\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
const TRAIL = /[.,;:!?'"*_~\u2026\u3002]/;
const LONGEST = 2048;
const LOCAL = /[A-Za-z0-9._%+-]/;

/** @param {string} text @param {string} bracket */
const unopened = (text, bracket) => text.split(bracket).length > text.split(bracket === ')' ? '(' : '[').length;

/** Punctuation behind a link belongs to the sentence; so does a bracket that was not opened inside. @param {string} text */
function trimmed(text) {
  let end = text.length;
  for (; end > 0; end--) {
    const last = /** @type {string} */ (text[end - 1]);
    if (TRAIL.test(last)) continue;
    if ((last === ')' || last === ']') && unopened(text.slice(0, end), last)) continue;
    break;
  }
  return text.slice(0, end);
}

/** Where the unbroken run of characters ends. @param {string} text @param {number} from */
function endOfRun(text, from) {
  let end = from;
  while (end < text.length && !STOP.test(/** @type {string} */ (text[end]))) end++;
  return end;
}

/** Where one may be sent for it, or null. @param {string} text @returns {string|null} */
function target(text) {
  if (/^www\./i.test(text)) text = 'https://' + text;
  if (/^tel:\+?[0-9()./ -]{3,}$/i.test(text)) return text;
  if (/^mailto:[^@\s]+@[^@\s]+\.[^@\s.]+/i.test(text)) return text;
  if (!/^https?:\/\//i.test(text)) return null;
  try {
    const url = new URL(text);
    return url.hostname.length > 1 ? url.href : null;
  } catch {
    return null;
  }
}

/** @param {string} text @param {number} at index of the "@" @param {number} from not before this */
function mail(text, at, from) {
  let start = at;
  while (start > from && at - start < 64 && LOCAL.test(/** @type {string} */ (text[start - 1]))) start--;
  const found = start < at ? /^@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+/.exec(text.slice(at, at + 255)) : null;
  return found ? { start, text: text.slice(start, at) + found[0] } : null;
}

/** @param {string} text @returns {Part[]} joined, they are the text again */
export function parts(text) {
  /** @type {Part[]} */
  const out = [];
  let done = 0;
  // One run may begin many times over; it is walked through once.
  let end = 0;
  START.lastIndex = 0;
  for (let hit = START.exec(text); hit; hit = START.exec(text)) {
    const address = hit[0] === '@' ? mail(text, hit.index, done) : null;
    const start = address ? address.start : hit.index;
    const inWord = start > 0 && /[\p{L}\p{N}]/u.test(/** @type {string} */ (text[start - 1]));
    if (start >= end) end = endOfRun(text, start);
    const shown = address ? address.text : hit[0] === '@' || inWord || end - start > LONGEST ? '' : trimmed(text.slice(start, end));
    const href = address && !inWord ? 'mailto:' + address.text : shown ? target(shown) : null;
    if (!href) continue;
    if (start > done) out.push({ text: text.slice(done, start) });
    out.push({ text: shown, href });
    done = START.lastIndex = start + shown.length;
  }
  if (done < text.length || !out.length) out.push({ text: text.slice(done) });
  return out;
}
