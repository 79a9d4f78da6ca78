import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Problem } from '../../careline/web/lib/api.js';
import { Outbox } from '../../careline/web/lib/outbox.js';
import { deferred, fakeClock, fakeStorage, settle } from './world.js';

const unknown = () => new Problem({ status: 0, code: 'offline' }, true);
const refused = (code = 'invalid', status = 422) => new Problem({ status, code });

/** @param {{storage?:Storage, first?:number}} [more] */
function stage({ storage = fakeStorage(), first = 1 } = {}) {
  const clock = fakeClock();
  /** @type {any[]} */ const asked = [];
  /** @type {any[]} */ const changes = [];
  /** @type {string[]} */ const stored = [];
  /** @type {string[]} */ const dropped = [];
  let n = first;
  const box = new Outbox({
    storage, clock, prefix: 'out.', newId: () => 'k' + n++,
    send: (item) => {
      const call = { item, ...deferred() };
      asked.push(call);
      return call.promise;
    },
    changed: (item) => changes.push([item.client_id, item.state, item.problem]),
    stored: (item) => stored.push(item.client_id),
    dropped: (item) => dropped.push(item.client_id),
  });
  /** Answer the newest request. @param {any} [error] */
  const answer = async (error) => {
    if (error) asked.at(-1).reject(error);
    else asked.at(-1).resolve({ id: 'm' });
    await settle();
  };
  const say = (/** @type {string} */ body, conversation_id = 'c1') => box.add({ body, conversation_id });
  const sentIds = () => asked.map((call) => call.item.client_id);
  return { box, clock, storage, asked, changes, stored, dropped, answer, say, sentIds };
}

describe('sending', () => {
  test('shows it at once, keeps it until it is stored', async () => {
    const s = stage();
    s.say('hello');
    assert.deepEqual(s.changes, [['k1', 'sending', null]]);
    assert.equal(s.storage.length, 1);
    await s.answer();
    assert.deepEqual(s.stored, ['k1']);
    assert.equal(s.storage.length, 0);
  });

  test('goes one by one within a conversation, in the order written', async () => {
    const s = stage();
    s.say('a');
    s.say('b');
    s.say('c');
    assert.deepEqual(s.sentIds(), ['k1']);
    await s.answer();
    assert.deepEqual(s.sentIds(), ['k1', 'k2']);
    await s.answer();
    await s.answer();
    assert.deepEqual(s.stored, ['k1', 'k2', 'k3']);
  });

  test('side by side in different conversations', () => {
    const s = stage();
    s.say('a', 'c1');
    s.say('b', 'c2');
    assert.deepEqual(s.sentIds(), ['k1', 'k2']);
  });

  test('keeps kind and quote', () => {
    const s = stage();
    s.box.add({ conversation_id: 'c1', body: 'n', kind: 'note', reply_to: 'm9' });
    assert.deepEqual([s.asked[0].item.kind, s.asked[0].item.reply_to], ['note', 'm9']);
  });

  test('without a working storage still sends', async () => {
    const storage = fakeStorage();
    storage.setItem = () => { throw new Error('full'); };
    const s = stage({ storage });
    s.say('a');
    await s.answer();
    assert.deepEqual(s.stored, ['k1']);
  });
});

describe('not knowing', () => {
  test('tries again with the same id until it is known', async () => {
    const s = stage();
    s.say('a');
    for (let i = 0; i < 5; i++) {
      await s.answer(unknown());
      await s.clock.pass(40_000);
    }
    assert.deepEqual(new Set(s.sentIds()), new Set(['k1']));
    assert.equal(s.asked.length, 6);
    await s.answer();
    assert.deepEqual(s.stored, ['k1']);
  });

  test('holds back what was written after it', async () => {
    const s = stage();
    s.say('a');
    s.say('b');
    await s.answer(unknown());
    await s.clock.pass(40_000);
    assert.deepEqual(s.sentIds(), ['k1', 'k1']);
  });

  test('waits as long as the server asks', async () => {
    const s = stage();
    s.say('a');
    await s.answer(new Problem({ status: 429, code: 'too_many', retry_after_ms: 9000 }));
    await s.clock.pass(8999);
    assert.equal(s.asked.length, 1);
    await s.clock.pass(1500);
    assert.equal(s.asked.length, 2);
  });

  test('waits longer each time, and not when there is hope again', async () => {
    const s = stage();
    s.say('a');
    for (let i = 0; i < 4; i++) {
      await s.answer(unknown());
      await s.clock.pass(s.clock.nextIn);
    }
    await s.answer(unknown());
    assert.ok(s.clock.nextIn > 4000);
    const before = s.asked.length;
    s.box.resume();
    assert.equal(s.asked.length, before + 1);
  });

  test('hope does not send twice what is under way', () => {
    const s = stage();
    s.say('a');
    s.box.resume();
    s.box.resume();
    assert.equal(s.asked.length, 1);
  });

  test('a message seen in the stream needs no answer', async () => {
    const s = stage();
    s.say('a');
    s.say('b');
    await s.answer(unknown());
    s.box.settle('k1');
    await s.clock.pass(40_000);
    assert.deepEqual(s.sentIds(), ['k1', 'k2']);
    assert.equal(s.storage.length, 1);
  });
});

describe('being refused', () => {
  test('stops, says why, and is not tried by itself again', async () => {
    const s = stage();
    s.say('a');
    await s.answer(refused('too_large', 413));
    assert.deepEqual(s.changes.at(-1), ['k1', 'failed', 'too_large']);
    await s.clock.pass(3_600_000);
    s.box.resume();
    assert.equal(s.asked.length, 1);
    assert.equal(s.storage.length, 1);
  });

  test('stops what was written to be read after it', async () => {
    const s = stage();
    s.say('a');
    s.say('b');
    await s.answer(refused());
    assert.deepEqual(s.changes.slice(-2), [['k1', 'failed', 'invalid'], ['k2', 'failed', 'behind']]);
    assert.equal(s.asked.length, 1);
  });

  test('is retried by hand, in order, with the same ids', async () => {
    const s = stage();
    s.say('a');
    s.say('b');
    await s.answer(refused());
    s.box.retry('k1');
    await s.answer();
    await s.answer();
    assert.deepEqual(s.stored, ['k1', 'k2']);
  });

  test('does not stop what is written later, nor another conversation', async () => {
    const s = stage();
    s.say('a');
    await s.answer(refused());
    s.say('b');
    s.say('x', 'c2');
    assert.deepEqual(s.sentIds(), ['k1', 'k2', 'k3']);
  });

  test('because the id is taken, it gets another', async () => {
    const s = stage();
    s.say('a');
    await s.answer(refused('client_id_reused', 409));
    s.box.retry('k1');
    assert.deepEqual(s.dropped, ['k1']);
    assert.equal(s.asked[1].item.client_id, 'k2');
    assert.equal(s.asked[1].item.body, 'a');
  });

  test('can be discarded for good', async () => {
    const s = stage();
    s.say('a');
    await s.answer(refused());
    s.box.drop('k1');
    assert.deepEqual(s.dropped, ['k1']);
    assert.equal(s.storage.length, 0);
    s.box.retry('k1');
    assert.equal(s.asked.length, 1);
  });

  test('for want of a session it is kept, and sent after signing in', async () => {
    const s = stage();
    s.say('a');
    await s.answer(refused('unauthenticated', 401));
    assert.deepEqual(s.changes.at(-1), ['k1', 'sending', null]);
    s.say('b');
    await s.clock.pass(100_000);
    assert.equal(s.asked.length, 1);
    s.box.resume();
    await s.answer();
    await s.answer();
    assert.deepEqual(s.stored, ['k1', 'k2']);
  });
});

describe('a reload', () => {
  test('takes up everything with the same ids, in the same order', async () => {
    const storage = fakeStorage();
    const one = stage({ storage });
    for (const body of ['a', 'b', 'c']) one.say(body);
    const two = stage({ storage, first: 50 });
    two.box.load();
    assert.deepEqual(two.changes.map(([id]) => id), ['k1', 'k2', 'k3']);
    await two.answer();
    await two.answer();
    await two.answer();
    assert.deepEqual(two.stored, ['k1', 'k2', 'k3']);
    assert.equal(storage.length, 0);
  });

  test('keeps refused ones refused', async () => {
    const storage = fakeStorage();
    const one = stage({ storage });
    one.say('a');
    await one.answer(refused());
    const two = stage({ storage });
    two.box.load();
    assert.deepEqual(two.changes, [['k1', 'failed', 'invalid']]);
    assert.equal(two.asked.length, 0);
  });

  test("leaves alone what is not its own, and clears what cannot be read", () => {
    const storage = fakeStorage({ 'other.k': '{}', 'out.bad': '{', 'out.odd': '{"client_id":1}' });
    const s = stage({ storage });
    s.box.load();
    assert.equal(s.asked.length, 0);
    assert.equal(storage.getItem('other.k'), '{}');
    assert.equal(storage.length, 1);
  });

  test('of one window does not erase what another wrote', async () => {
    const storage = fakeStorage();
    const one = stage({ storage });
    const two = stage({ storage, first: 50 });
    one.say('a');
    two.say('b');
    await one.answer();
    assert.equal(storage.key(0), 'out.k50');
  });
});

describe('a conversation that gets its id while the first message is under way', () => {
  test('takes the messages along and goes on in order', async () => {
    const s = stage();
    s.say('a', 'new');
    s.say('b', 'new');
    s.box.rebind('new', 'c7');
    assert.equal(s.asked.length, 1);
    await s.answer();
    assert.equal(s.asked[1].item.conversation_id, 'c7');
    s.say('c', 'c7');
    assert.equal(s.asked.length, 2);
    await s.answer();
    await s.answer();
    assert.deepEqual(s.stored, ['k1', 'k2', 'k3']);
  });

  test('retries in its new place', async () => {
    const s = stage();
    s.say('a', 'new');
    s.box.rebind('new', 'c7');
    await s.answer(unknown());
    await s.clock.pass(5000);
    assert.equal(s.asked[1].item.conversation_id, 'c7');
  });
});

describe('files of a message', () => {
  /** @type {any} */ const photo = { id: 'a1', name: 'photo.jpg', type: 'image/jpeg', size: 10, width: 4, height: 3, thumbnail: true, state: 'ready', url: null };

  test('go with it, also after a reload, in exactly one message', async () => {
    const first = stage();
    first.box.add({ body: '', conversation_id: 'c1', attachments: [photo] });
    await first.answer(unknown());
    const second = stage({ storage: first.storage });
    second.box.load();
    assert.equal(second.asked.length, 1);
    assert.equal(second.asked[0].item.client_id, 'k1');
    assert.deepEqual(second.asked[0].item.attachments, [photo]);
    await second.answer();
    assert.equal(second.storage.length, 0);
  });
});
