// In which language this page speaks.

import { choose, createWords, direction } from '../lib/words.js';
import { createTime } from '../lib/time.js';

/** @type {import('../lib/words.js').Translate} */
export let t = (key) => key;
export let time = createTime('en', () => Date.now());

/** Load the words of a language and point the page its way. @param {readonly string[]} wished @param {string[]} files e.g. ["chat"] */
export async function speak(wished, files) {
  const language = choose(wished);
  const load = (/** @type {string} */ name) => Promise.all(files.map(async (file) => (await import(`../words/${name}.${file}.js`)).default));
  const words = Object.assign({}, ...await load(language));
  t = createWords(language, words);
  // Dates in the reader's own region, when it is the same language.
  const region = wished.find((wish) => wish.toLowerCase().startsWith(language)) ?? language;
  time = createTime(region, () => Date.now());
  document.documentElement.lang = language;
  document.documentElement.dir = direction(language);
}
