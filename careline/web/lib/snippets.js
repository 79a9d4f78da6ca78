// Where a found text matches, cut into what is marked and what is not.

/** @param {string} text @param {[number,number][]} marks offsets in UTF-16 units @returns {{text:string, marked:boolean}[]} */
export function pieces(text, marks) {
  /** @type {{text:string, marked:boolean}[]} */
  const out = [];
  let done = 0;
  const push = (/** @type {number} */ to, /** @type {boolean} */ marked) => {
    if (to > done) out.push({ text: text.slice(done, to), marked });
    done = Math.max(done, to);
  };
  for (const [from, to] of [...marks].sort((a, b) => a[0] - b[0])) {
    push(Math.min(from, text.length), false);
    push(Math.min(to, text.length), true);
  }
  push(text.length, false);
  return out;
}
