import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { choose, createWords, direction, languages } from '../../careline/web/lib/words.js';

const web = new URL('../../careline/web/', import.meta.url);
const files = ['chat', 'talk', 'widget', 'code', 'inbox', 'desk', 'audit'];

/** @param {string} name @returns {Promise<Record<string,any>>} */
const load = async (name) => (await import(new URL(`words/${name}.js`, web).href)).default;
/** @param {any} entry */
const texts = (entry) => (typeof entry === 'string' ? [entry] : Object.values(entry));
/** @param {any} entry */
const holes = (entry) => [...new Set(texts(entry).flatMap((text) => text.match(/\{\w+\}/g) ?? []))].sort();

for (const file of files) {
  for (const language of languages) {
    test(`${language}.${file} says everything that English says, with the same holes`, async () => {
      const [english, other] = [await load('en.' + file), await load(`${language}.${file}`)];
      assert.deepEqual(Object.keys(other).sort(), Object.keys(english).sort());
      for (const [key, entry] of Object.entries(english)) {
        assert.deepEqual(holes(other[key]), holes(entry), key);
        assert.ok(texts(other[key]).every((text) => text.trim()), key);
      }
    });
  }
}

test('plurals have every form that their language counts in', async () => {
  for (const language of languages) {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    for (const file of files) {
      for (const [key, entry] of Object.entries(await load(`${language}.${file}`))) {
        if (typeof entry !== 'string') assert.deepEqual(Object.keys(entry).sort(), [...forms].sort(), `${language}.${file} ${key}`);
      }
    }
  }
});

/** The files whose words a surface loads. @type {Record<string,string[]>} */
const speakers = { widget: ['chat', 'talk', 'widget', 'code'], parts: ['chat', 'talk'], inbox: ['chat', 'talk', 'inbox', 'desk', 'audit'] };
test('no word is said by two files that one page loads', async () => {
  for (const own of Object.values(speakers)) {
    const keys = (await Promise.all(own.map((file) => load('en.' + file)))).flatMap(Object.keys);
    assert.deepEqual(keys.filter((key, i) => keys.indexOf(key) !== i), []);
  }
});

for (const [folder, own] of Object.entries(speakers)) {
  test(`every word that ${folder}/ says exists`, async () => {
    const known = Object.assign({}, ...await Promise.all(own.map((file) => load('en.' + file))));
    let said = 0;
    for (const name of readdirSync(new URL(folder + '/', web)).filter((file) => file.endsWith('.js'))) {
      const source = readFileSync(new URL(folder + '/' + name, web), 'utf8');
      for (const [, key] of source.matchAll(/\bt\('([^']+)'\s*[,)]/g)) {
        said++;
        assert.ok(key && key in known, `${folder}/${name} says ${key}`);
      }
    }
    assert.ok(said > 5);
  });
}

describe('translating', () => {
  const t = createWords('en', { plain: 'Hello', hole: 'Hi {name}, {n}', many: { one: '{n} day', other: '{n} days' } }, { only: 'English' });

  test('fills holes, and never what was put into them', () => {
    assert.equal(t('plain'), 'Hello');
    assert.equal(t('hole', { name: '{n}', n: 1234 }), 'Hi {n}, 1,234');
    assert.equal(t('hole', { name: '$&' }), 'Hi $&, {n}');
  });

  test('counts', () => {
    assert.equal(t('many', { n: 1 }), '1 day');
    assert.equal(t('many', { n: 2 }), '2 days');
  });

  test('falls back to English, then to the key', () => {
    assert.equal(t('only'), 'English');
    assert.equal(t('nowhere'), 'nowhere');
  });
});

test('the first wished-for language that there is', () => {
  assert.equal(choose(['', 'fr-FR', 'de-AT', 'en']), 'de');
  assert.equal(choose(['xx']), 'en');
  assert.equal(choose([]), 'en');
  assert.equal(direction('ar'), 'rtl');
  assert.equal(direction('de'), 'ltr');
});
