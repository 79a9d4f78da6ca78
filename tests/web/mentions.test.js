import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begun, called, calls, meantBy } from '../../careline/web/lib/mentions.js';

/** @returns {import('../../careline/web/lib/shapes.js').Staff} */
const staff = (/** @type {string} */ id, /** @type {string} */ name, /** @type {any} */ more = {}) =>
  ({ id, name, email: id + '@greenleaf.example', role: 'agent', scope: 'all', created_at: 0, deactivated_at: null, ...more });
const ana = staff('ana', 'Ana Lindqvist');
const ben = staff('ben', 'Ben');
const bernd = staff('bernd', 'Bernd Ångström');
const all = [ana, ben, bernd];

test('somebody is being called where an @ begins a word before the caret', () => {
  assert.deepEqual(begun('Ask @Be', 7), { what: 'be', from: 4 });
  assert.deepEqual(begun('@', 1), { what: '', from: 0 });
  assert.deepEqual(begun('(@ÅN', 4), { what: 'an', from: 1 });
  for (const [text, caret] of /** @type {[string, number][]} */ ([['Ask @Be', 3], ['cara@mail', 9], ['@Ben ', 5], ['@@', 2], ['Ask', 3]])) assert.equal(begun(text, caret), null, text);
});

test('whoever has a word of the name, or the address, that begins so is meant', () => {
  const meant = (/** @type {string} */ what, /** @type {string|undefined} */ me = undefined) => meantBy(all, what, me).map((one) => one.id);
  assert.deepEqual(meant('be'), ['ben', 'bernd']);
  assert.deepEqual(meant('lind'), ['ana']);
  assert.deepEqual(meant('ang'), ['bernd']);
  assert.deepEqual(meant('', 'ana'), ['ben', 'bernd']);
  assert.deepEqual(meantBy([staff('eve', 'Eve', { deactivated_at: 1 })], 'eve', undefined), []);
});

test('a note calls those whose whole name follows an @, the longest name first', () => {
  assert.deepEqual(called('@Ben and @ana lindqvist: see @Ben', all), ['ben', 'ana']);
  assert.deepEqual(called('@Bernd Ångström, please', all), ['bernd']);
  assert.deepEqual(called('@Benjamin, ben, mail@Ben', all), []);
  assert.deepEqual(called('@Al', [staff('a', 'Al'), staff('b', 'al'), staff('c', 'Al', { deactivated_at: 1 })]), ['a', 'b']);
  assert.deepEqual(called('anything', []), []);
});

test('what is called is cut out of the text and nothing is lost', () => {
  const told = (/** @type {string} */ text) => calls(text, all).map((part) => (part.staff.length ? `[${part.text}]` : part.text)).join('|');
  assert.equal(told('Ask @Ben, or (@Bernd Ångström).'), 'Ask |[@Ben]|, or (|[@Bernd Ångström]|).');
  assert.equal(told('nobody'), 'nobody');
  assert.equal(told(''), '');
  assert.deepEqual(calls('x @A.*B? y', [staff('odd', 'A.*B?')]).map((part) => part.text), ['x ', '@A.*B?', ' y']);
});
