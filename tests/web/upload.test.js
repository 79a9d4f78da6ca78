import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Problem } from '../../careline/web/lib/api.js';
import { MOST, Tray } from '../../careline/web/lib/upload.js';
import { deferred, fakeClock, fakeStorage, settle } from './world.js';

const file = (name = 'photo.jpg', size = 10) => ({ name, type: '', size });
const offline = () => new Problem({ status: 0, code: 'offline' }, true);

/** @param {{storage?:Storage}} [more] */
function stage({ storage = fakeStorage() } = {}) {
  const clock = fakeClock();
  /** @type {any[]} */ const asked = [];
  let n = 1;
  const tray = new Tray({
    storage, clock, prefix: 'files.', newId: () => 'f' + n++, changed() {},
    send(sent, progress) {
      const call = { file: sent, progress, stopped: false, ...deferred() };
      asked.push(call);
      return { done: call.promise, stop: () => { call.stopped = true; } };
    },
  });
  /** The server has it. @param {number} at */
  const arrive = async (at) => {
    const { name, size } = asked[at].file;
    asked[at].resolve({ id: 'a' + at, name, size, type: 'image/jpeg', width: 4, height: 3, thumbnail: true, state: 'ready', url: null, sha256: 'x', created_at: 1 });
    await settle();
  };
  /** @param {number} at @param {Problem} problem */
  const refuse = async (at, problem) => {
    asked[at].reject(problem);
    await settle();
  };
  const states = () => tray.items('c1').map((item) => item.state);
  return { tray, clock, storage, asked, arrive, refuse, states };
}

describe('what is taken', () => {
  test('is told by the name, and the rest is refused before a byte is sent', () => {
    const s = stage();
    assert.deepEqual(s.tray.add('c1', [file('film.mp4'), file('noending'), file('empty.txt', 0), file('A.PDF')]),
      [{ name: 'film.mp4', why: 'type' }, { name: 'noending', why: 'type' }, { name: 'empty.txt', why: 'empty' }]);
    assert.equal(s.asked.length, 1);
  });

  test('is only so many', () => {
    const s = stage();
    assert.deepEqual(s.tray.add('c1', Array.from({ length: MOST + 1 }, (_, i) => file(`${i}.jpg`))), [{ name: `${MOST}.jpg`, why: 'number' }]);
  });

  test('is no larger than what the server once found too large', async () => {
    const s = stage();
    s.tray.add('c1', [file('large.jpg', 500)]);
    await s.refuse(0, new Problem({ status: 413, code: 'too_large' }));
    assert.equal(s.tray.items('c1')[0]?.problem, 'too_large');
    assert.deepEqual(s.tray.add('c1', [file('larger.jpg', 501), file('smaller.jpg', 499)]), [{ name: 'larger.jpg', why: 'size' }]);
  });
});

describe('sending', () => {
  test('goes three at a time and tells how far each has come', async () => {
    const s = stage();
    s.tray.add('c1', [file('1.jpg'), file('2.jpg'), file('3.jpg'), file('4.jpg')]);
    assert.deepEqual(s.states(), ['sending', 'sending', 'sending', 'waiting']);
    s.asked[1].progress(0.5);
    assert.equal(s.tray.items('c1')[1]?.part, 0.5);
    await s.arrive(0);
    assert.deepEqual(s.states(), ['done', 'sending', 'sending', 'sending']);
    assert.ok(s.tray.isBusy('c1'));
  });

  test('is tried again after a lost line, later each time, and at last only when asked', async () => {
    const s = stage();
    s.tray.add('c1', [file()]);
    for (let attempt = 0; attempt < 6; attempt++) {
      await s.refuse(attempt, offline());
      assert.deepEqual(s.states(), ['waiting']);
      await s.clock.pass(30_000);
      assert.equal(s.asked.length, attempt + 2);
    }
    await s.refuse(6, offline());
    assert.deepEqual(s.states(), ['failed']);
    s.tray.retry('c1', 'f1');
    await s.arrive(7);
    assert.deepEqual(s.states(), ['done']);
  });

  test('does not sit out its pause when the line is back', async () => {
    const s = stage();
    s.tray.add('c1', [file()]);
    await s.refuse(0, offline());
    s.tray.resume();
    assert.equal(s.asked.length, 2);
  });

  test('gives up what the server refuses, and what it would take in an hour', async () => {
    const s = stage();
    s.tray.add('c1', [file('1.jpg'), file('2.jpg')]);
    await s.refuse(0, new Problem({ status: 415, code: 'file_type' }));
    await s.refuse(1, new Problem({ status: 429, code: 'too_many', retry_after_ms: 3_600_000 }));
    assert.deepEqual(s.tray.items('c1').map((item) => [item.problem, item.again]), [['file_type', false], ['too_many', true]]);
  });

  test('stops when it is cancelled, and lets the next go', async () => {
    const s = stage();
    s.tray.add('c1', [file('1.jpg'), file('2.jpg'), file('3.jpg'), file('4.jpg')]);
    s.tray.cancel('c1', 'f1');
    assert.ok(s.asked[0].stopped);
    assert.equal(s.asked.length, 4);
    await s.refuse(0, offline());
    assert.equal(s.tray.items('c1').length, 3);
  });
});

describe('what has arrived', () => {
  test('goes with the message, once, and what has not stays', async () => {
    const s = stage();
    s.tray.add('c1', [file('1.jpg'), file('2.jpg')]);
    await s.arrive(0);
    assert.deepEqual(s.tray.take('c1').map((a) => a.id), ['a0']);
    assert.deepEqual(s.states(), ['sending']);
    assert.equal(s.storage.length, 0);
  });

  test('is there after a reload, for a day', async () => {
    const first = stage();
    first.tray.add('c1', [file('1.jpg'), file('2.jpg')]);
    await first.arrive(1);
    const second = stage({ storage: first.storage });
    assert.deepEqual(second.tray.items('c1').map((item) => [item.name, item.state]), [['2.jpg', 'done']]);
    const third = stage({ storage: first.storage });
    await third.clock.pass(24 * 3_600_000);
    assert.deepEqual(third.tray.items('c1'), []);
  });

  test('is not believed when somebody else wrote it there', () => {
    for (const text of ['nonsense', '{}', '[{"at":9e15}]', '[null]']) {
      assert.deepEqual(stage({ storage: fakeStorage({ 'files.c1': text }) }).tray.items('c1'), []);
    }
  });

  test('belongs to its conversation alone', async () => {
    const s = stage();
    s.tray.add('c1', [file()]);
    await s.arrive(0);
    assert.deepEqual(s.tray.take('c2'), []);
  });
});
