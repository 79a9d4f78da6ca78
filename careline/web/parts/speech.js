// In which language this page speaks.

import { choose, createWords, direction } from '../lib/words.js';

/** @type {import('../lib/words.js').Translate} */
export let t = (key) => key;
/** The reader's own region, when it speaks the same language: for dates. */
export let region = 'en';

/** @type {Record<string,any>} */ let words = {};
let language = 'en';

/** @param {string} file */
const load = async (file) => (await import(`../words/${language}.${file}.js`)).default;

/** Words that are needed from now on. @param {string[]} files */
export async function learn(...files) {
  words = Object.assign({}, words, ...await Promise.all(files.map(load)));
  t = createWords(language, words);
}

/** Load the words of a language and point the page its way. @param {readonly string[]} wished @param {string[]} files e.g. ["chat"] */
export async function speak(wished, files) {
  language = choose(wished);
  await learn(...files);
  region = wished.find((wish) => wish.toLowerCase().startsWith(language)) ?? language;
  document.documentElement.lang = language;
  document.documentElement.dir = direction(language);
}
