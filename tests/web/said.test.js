import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isMine, reacted, rewritten } from '../../careline/web/lib/said.js';

/** @param {string} id @param {object} [more] @returns {any} */
const message = (id, more = {}) => ({ id, body: 'Hello', edited_at: null, deleted_at: null, delivered_at: 1, read_at: null, client_id: null, reply: null, reactions: [], ...more });

describe('a message said differently', () => {
  test('keeps who has it, and is said differently where it is quoted', () => {
    const quoting = message('b', { reply: { id: 'a', body: 'Hello', deleted: false } });
    const [first, second] = rewritten([message('a'), quoting], message('a', { body: '👍'.repeat(300), delivered_at: null }));
    assert.equal(first?.delivered_at, 1);
    assert.equal(second?.reply?.body, '👍'.repeat(200));
  });

  test('taken back, it is quoted by nothing', () => {
    const quoting = message('b', { reply: { id: 'a', body: 'Hello', deleted: false } });
    const [second] = rewritten([quoting], message('a', { body: '', deleted_at: 5 }));
    assert.deepEqual(second?.reply, { id: 'a', body: '', deleted: true });
  });
});

describe('reactions', () => {
  test('are what the event says, on that message alone', () => {
    const reactions = [{ emoji: '👍', count: 1, by: [] }];
    const [first, second] = reacted([message('a'), message('b')], { message_id: 'b', reactions });
    assert.deepEqual([first?.reactions, second?.reactions], [[], reactions]);
  });

  test('are mine by kind and id', () => {
    const me = { kind: /** @type {const} */ ('contact'), id: 'cara', name: 'Cara' };
    assert.ok(isMine({ kind: 'contact', id: 'cara', name: 'C', at: 1 }, me));
    assert.ok(!isMine({ kind: 'staff', id: null, name: 'Cara', at: 1 }, me));
  });
});
