// In which language this page speaks.

import { choose, createWords, direction } from '../lib/words.js';

/** @type {import('../lib/words.js').Translate} */
export let t = (key) => key;
/** The reader's own region, when it speaks the same language: for dates. */
export let region = 'en';

/** Load the words of a language and point the page its way. @param {readonly string[]} wished @param {string[]} files e.g. ["chat"] */
export async function speak(wished, files) {
  const language = choose(wished);
  const load = (/** @type {string} */ name) => Promise.all(files.map(async (file) => (await import(`../words/${name}.${file}.js`)).default));
  const words = Object.assign({}, ...await load(language));
  t = createWords(language, words);
  region = wished.find((wish) => wish.toLowerCase().startsWith(language)) ?? language;
  document.documentElement.lang = language;
  document.documentElement.dir = direction(language);
}
