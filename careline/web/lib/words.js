// Which words are shown: a language's data file, English where it is silent.

/** @typedef {string|Partial<Record<Intl.LDMLPluralRule,string>>} Entry */
/** @typedef {(key:string, values?:Record<string,string|number>) => string} Translate */

/** Languages that have their files in web/words. */
export const languages = ['en', 'de'];
const RIGHT_TO_LEFT = new Set(['ar', 'fa', 'he', 'ur']);

/** The first of the wished-for languages that there is. @param {readonly string[]} wished e.g. navigator.languages @param {readonly string[]} [known] */
export function choose(wished, known = languages) {
  for (const wish of wished) {
    const base = wish.toLowerCase().split('-')[0] ?? '';
    if (known.includes(base)) return base;
  }
  return 'en';
}

/** @param {string} language */
export const direction = (language) => (RIGHT_TO_LEFT.has(language.split('-')[0] ?? '') ? 'rtl' : 'ltr');

/** @param {string} language @param {Record<string,Entry>} words @param {Record<string,Entry>} [english] @returns {Translate} */
export function createWords(language, words, english = {}) {
  const plural = new Intl.PluralRules(language);
  const number = new Intl.NumberFormat(language);
  return (key, values = {}) => {
    const entry = words[key] ?? english[key] ?? key;
    const text = typeof entry === 'string' ? entry : entry[plural.select(Number(values.n))] ?? entry.other ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => {
      const value = values[name];
      return value === undefined ? whole : typeof value === 'number' ? number.format(value) : value;
    });
  };
}
