import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Straight } from '../../careline/web/lib/straight.js';

const file = { name: 'scan.pdf', type: 'application/pdf', size: 5_000_000 };
const way = { attachment_id: 'a1', method: 'PUT', url: 'https://store.example/arriving/a1', headers: {}, closes_at: 1 };

/** @param {{upload?:any, digest?:string|null}} [more] */
function stage({ upload = way, digest = 'd1' } = {}) {
  /** @type {[string, any][]} */ const calls = [];
  const straight = new Straight({
    digest: async () => digest,
    call: async (name, data) => {
      calls.push([name, data]);
      return name === 'attachment.begin' ? { upload } : { id: data.attachment_id };
    },
  });
  return { straight, calls, names: () => calls.map(([name]) => name) };
}

test('a file that was taken by the store is completed', async () => {
  const s = stage();
  /** @type {any[]} */ const put = [];
  assert.deepEqual(await s.straight.send(file, async (to) => Boolean(put.push(to))), { id: 'a1' });
  assert.deepEqual(s.calls, [['attachment.begin', { ...file, sha256: 'd1' }], ['attachment.complete', { attachment_id: 'a1' }]]);
  assert.deepEqual(put, [way]);
});

test('where there is no way nobody is asked twice', async () => {
  const s = stage({ upload: null });
  for (let n = 0; n < 2; n++) assert.equal(await s.straight.send(file, async () => assert.fail()), null);
  assert.deepEqual(s.names(), ['attachment.begin']);
});

test('where the way leads nowhere the promise is given up, and files go as they always did', async () => {
  const s = stage();
  for (let n = 0; n < 2; n++) assert.equal(await s.straight.send(file, async () => false), null);
  assert.deepEqual(s.names(), ['attachment.begin', 'attachment.delete']);
});

test('a page that can make no digest asks for nothing', async () => {
  const s = stage({ digest: null });
  assert.equal(await s.straight.send(file, async () => assert.fail()), null);
  assert.deepEqual(s.calls, []);
});

test('one that was cancelled on its way says nothing of the way', async () => {
  const s = stage();
  await assert.rejects(s.straight.send(file, () => Promise.reject(new Error('aborted'))));
  assert.deepEqual(await s.straight.send(file, async () => true), { id: 'a1' });
});
