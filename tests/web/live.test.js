import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Problem } from '../../careline/web/lib/api.js';
import { Live, verdict } from '../../careline/web/lib/live.js';
import { FakeSocket, deferred, fakeClock, refused, settle } from './world.js';

/** @param {any} [more] */
function stage(more = {}) {
  const clock = more.clock ?? fakeClock();
  /** @type {FakeSocket[]} */ const sockets = [];
  /** @type {any[]} */ const events = [];
  /** @type {string[]} */ const phases = [];
  /** @type {any[]} */ const polls = [];
  let fresh = 0;
  const live = new Live({
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    poll: (since, seconds, signal) => {
      const asked = { since, seconds, signal, ...deferred() };
      polls.push(asked);
      return /** @type {any} */ (asked.promise);
    },
    auth: { token: () => 'tok' },
    clock,
    event: (frame) => events.push(frame),
    fresh: () => { fresh++; },
    phase: (phase, reason) => phases.push(reason ? phase + ':' + reason : phase),
    ...more.world,
  });
  const socket = () => /** @type {FakeSocket} */ (sockets.at(-1));
  /** Let in. @param {any} [ready] */
  const welcome = (ready = {}) => {
    socket().hear({ type: 'hello' });
    socket().hear({ type: 'ready', epoch: 'e1', cursor: 'k0', reset: false, ...ready });
  };
  return { live, clock, sockets, socket, events, phases, polls, welcome, get fresh() { return fresh; } };
}

/** @param {any} [more] */
function started(more) {
  const s = stage(more);
  s.live.start();
  s.welcome();
  return s;
}
const event = (/** @type {string} */ cursor) => ({ type: 'message.sent', cursor, data: {} });

describe('coming in', () => {
  test('says who one is after hello, not before, and without a cursor the first time', () => {
    const s = stage();
    s.live.start();
    assert.deepEqual(s.socket().said, []);
    s.socket().hear({ type: 'hello' });
    assert.deepEqual(s.socket().said, [{ type: 'auth', token: 'tok' }]);
  });

  test('fetches everything once it is ready', () => {
    const s = started();
    assert.equal(s.fresh, 1);
    assert.deepEqual(s.phases, ['connecting', 'live']);
    assert.equal(s.live.isLive, true);
  });

  test('a proxy that swallows frames is given up after ten seconds', async () => {
    const s = stage();
    s.live.start();
    await s.clock.pass(9_999);
    assert.equal(s.socket().closed, false);
    await s.clock.pass(2);
    assert.equal(s.sockets[0]?.closed, true);
  });

  test('what a dead socket still says is not heard', () => {
    const s = started();
    const old = s.socket();
    old.drop();
    old.hear(event('k9'));
    assert.deepEqual(s.events, []);
    assert.equal(s.live.cursor, 'k0');
  });

  test('noise is ignored', () => {
    const s = started();
    s.socket().hear('not json');
    assert.equal(s.live.isLive, true);
  });
});

describe('resuming', () => {
  test('goes on from the last event, and fetches nothing again', async () => {
    const s = started();
    s.socket().hear(event('k1'));
    s.socket().hear(event('k2'));
    s.socket().drop();
    await s.clock.pass(1000);
    s.socket().hear({ type: 'hello' });
    assert.equal(s.socket().of('auth')[0]?.since, 'k2');
    s.socket().hear({ type: 'ready', epoch: 'e1', cursor: 'k2', reset: false });
    assert.equal(s.fresh, 1);
    assert.equal(s.live.cursor, 'k2');
  });

  test('a cut in the middle of the replay loses nothing', async () => {
    const s = started();
    s.socket().hear(event('k1'));
    s.socket().drop();
    await s.clock.pass(1000);
    s.welcome({ cursor: 'k1' });
    s.socket().hear(event('k2'));
    s.socket().drop();
    await s.clock.pass(5000);
    s.socket().hear({ type: 'hello' });
    assert.equal(s.socket().of('auth')[0]?.since, 'k2');
  });

  test('an event that could not be taken is asked for again', () => {
    const s = started({ world: { event: () => { throw new Error('broken'); } } });
    assert.throws(() => s.socket().hear(event('k1')));
    assert.equal(s.live.cursor, 'k0');
  });

  test('reset and a new epoch fetch everything and take the new cursor', async () => {
    for (const ready of [{ reset: true, cursor: 'n' }, { epoch: 'e2', cursor: 'n' }]) {
      const s = started();
      s.socket().drop();
      await s.clock.pass(1000);
      s.welcome(ready);
      assert.equal(s.fresh, 2);
      assert.equal(s.live.cursor, 'n');
    }
  });

  test("the answer to one's own command moves the cursor like an event", async () => {
    const s = started();
    const sent = s.live.command('message.send', { body: 'x' });
    s.socket().hear({ type: 'reply', id: s.socket().of('message.send')[0].id, cursor: 'k5', data: { id: 'm' } });
    assert.deepEqual(await sent, { id: 'm' });
    assert.equal(s.live.cursor, 'k5');
  });
});

describe('backing off', () => {
  test('doubles its ceiling up to thirty seconds, anywhere below it', async () => {
    let chance = 0.999;
    const s = stage({ clock: fakeClock(() => chance) });
    s.live.start();
    s.welcome();
    /** @type {number[]} */ const pauses = [];
    for (let i = 0; i < 9; i++) {
      s.socket().drop(4408);
      pauses.push(Math.round(s.clock.nextIn));
      await s.clock.pass(s.clock.nextIn);
    }
    assert.deepEqual(pauses.slice(0, 4), [500, 999, 1998, 3996]);
    assert.ok(pauses.every((ms) => ms <= 30_000) && Number(pauses.at(-1)) > 29_000);
    chance = 0;
    s.socket().drop(4408);
    assert.equal(s.clock.nextIn, 0);
  });

  test('forgets its patience only after a while of steady connection', async () => {
    const s = started({ clock: fakeClock(() => 0.999) });
    for (let i = 0; i < 3; i++) {
      s.socket().drop();
      await s.clock.pass(s.clock.nextIn);
      s.welcome();
    }
    s.socket().drop();
    assert.ok(s.clock.nextIn > 3000, 'a server that falls over each greeting');
    await s.clock.pass(s.clock.nextIn);
    s.welcome();
    await s.clock.pass(10_001);
    s.socket().drop();
    assert.ok(s.clock.nextIn <= 500);
  });

  test('a restart is waited for as long as the server asks, and a little more by chance', () => {
    const s = started({ clock: fakeClock(() => 0.5) });
    s.socket().drop(1012, '{"retry_after_ms":8000}');
    assert.equal(s.clock.nextIn, 8250);
    assert.equal(s.phases.at(-1), 'waiting');
  });

  test('hope shortens the wait: the network is back, somebody looks', async () => {
    for (const hint of [{ online: true }, { visible: true }]) {
      const s = started();
      s.socket().drop(1012, '{"retry_after_ms":20000}');
      s.live.hint(hint);
      await s.clock.pass(500);
      assert.equal(s.sockets.length, 2);
    }
  });

  test('verdicts on close codes', () => {
    assert.deepEqual(verdict(1012, '{"retry_after_ms":5}'), { next: 'again', atLeast: 5 });
    assert.equal(verdict(1012, 'garbage').atLeast, 1000);
    assert.equal(verdict(1012, '{"retry_after_ms":9e9}').atLeast, 60_000);
    assert.equal(verdict(1006).next, 'again');
    assert.equal(verdict(4413).atLeast, undefined);
    assert.equal(verdict(4429).atLeast, 5000);
    assert.equal(verdict(4401).next, 'renew');
    assert.equal(verdict(4410).why, 'revoked');
    assert.equal(verdict(4403).next, 'lost');
  });
});

describe('a peer that is silent', () => {
  test('is asked, and given up when it does not answer', async () => {
    const s = started();
    await s.clock.pass(19_999);
    assert.equal(s.socket().of('ping').length, 1);
    await s.clock.pass(2);
    assert.equal(s.live.isLive, false);
    assert.equal(s.phases.at(-1), 'waiting');
  });

  test('is kept while anything at all is heard', async () => {
    const s = started();
    for (let i = 0; i < 10; i++) {
      s.socket().hear(i % 2 ? { type: 'pong' } : event('k' + i));
      await s.clock.pass(20_000);
    }
    assert.equal(s.live.isLive, true);
    assert.equal(s.socket().of('ping').length, 11);
  });

  test('is asked at once when the network changed, with less patience', async () => {
    const s = started();
    s.socket().hear({ type: 'pong' });
    s.live.hint({ online: true });
    await s.clock.pass(5001);
    assert.equal(s.live.isLive, false);
  });
});

describe('a credential that is not good any more', () => {
  test("ends a contact's connection for good", async () => {
    for (const [code, phase] of /** @type {[number,string][]} */ ([[4410, 'lost:revoked'], [4401, 'lost:unauthenticated'], [4403, 'lost:forbidden']])) {
      const s = started();
      s.socket().drop(code);
      assert.equal(s.phases.at(-1), phase);
      await s.clock.pass(600_000);
      assert.equal(s.sockets.length, 1);
    }
  });

  test("is renewed for staff before the next try", async () => {
    let token = 'old';
    const s = started({ world: { auth: { token: () => token, renew: async () => (token = 'new') } } });
    s.socket().drop(4401);
    await s.clock.pass(500);
    s.socket().hear({ type: 'hello' });
    assert.equal(s.socket().of('auth')[0]?.token, 'new');
  });

  test('that cannot be renewed ends it; one that could not be asked does not', async () => {
    const gone = started({ world: { auth: { token: () => 'old', renew: async () => null } } });
    gone.socket().drop(4410);
    await gone.clock.pass(60_000);
    assert.equal(gone.phases.at(-1), 'lost:unauthenticated');
    assert.equal(gone.sockets.length, 1);

    let down = true;
    let token = 'old';
    const s = started({ world: { auth: { token: () => token, renew: async () => { if (down) throw new Problem({ status: 0, code: 'offline' }); return (token = 'new'); } } } });
    s.socket().drop(4401);
    await s.clock.pass(3000);
    assert.equal(s.phases.at(-1), 'waiting');
    down = false;
    await s.clock.pass(60_000);
    assert.equal(s.sockets.length > 1, true);
  });

  test('is replaced in-band without a new greeting', () => {
    const s = started();
    s.live.reauth('fresh');
    assert.deepEqual(s.socket().said.at(-1), { type: 'auth', token: 'fresh' });
    s.socket().hear({ type: 'ready', epoch: 'zzz', cursor: 'other', reset: true });
    assert.equal(s.fresh, 1);
    assert.equal(s.live.cursor, 'k0');
  });
});

describe('commands', () => {
  test('fail at once when there is no socket, surely not done', async () => {
    const s = stage();
    await refused(s.live.command('typing.set', {}), (problem) => problem.code === 'offline' && problem.unknown === false && problem.passing);
  });

  test('given to a socket that is closing are not said, and end when it has closed', async () => {
    const s = started();
    s.socket().readyState = 2;
    const before = s.socket().said.length;
    const asked = s.live.command('typing.set', {});
    assert.equal(s.socket().said.length, before);
    s.socket().drop();
    await refused(asked, (problem) => problem.passing);
  });

  test('under way when the socket falls end as unknown', async () => {
    const s = started();
    const asked = s.live.command('message.send', {});
    s.socket().drop();
    await refused(asked, (problem) => problem.unknown === true);
  });

  test('are refused with the problem', async () => {
    const s = started();
    const asked = s.live.command('message.send', {});
    s.socket().hear({ type: 'error', id: '1', error: { status: 422, code: 'invalid', field: 'body' } });
    await refused(asked, (problem) => problem.code === 'invalid' && problem.field === 'body' && !problem.passing);
  });

  test('that nobody answers bring the connection down', async () => {
    const s = started();
    const asked = s.live.command('message.send', {});
    asked.catch(() => {});
    s.socket().hear({ type: 'pong' });
    await s.clock.pass(15_001);
    assert.equal(s.live.isLive, false);
    await refused(asked, (problem) => problem.unknown);
  });

  test('their answers find them in any order', async () => {
    const s = started();
    const [a, b] = [s.live.command('x', {}), s.live.command('y', {})];
    s.socket().hear({ type: 'reply', id: '2', data: 'b' });
    s.socket().hear({ type: 'reply', id: '1', data: 'a' });
    assert.deepEqual([await a, await b], ['a', 'b']);
  });
});

describe('where no socket can be opened', () => {
  /** @param {any} [more] */
  async function falling(more) {
    const s = stage(more);
    s.live.start();
    s.socket().drop();
    await s.clock.pass(1000);
    s.socket().drop();
    await settle();
    return s;
  }
  const page = (/** @type {any} */ more = {}) => ({ items: [], cursor: 'p1', epoch: 'e1', reset: false, ...more });

  test('one failure is bad luck, two are a wall: then it polls', async () => {
    const s = stage();
    s.live.start();
    s.socket().drop();
    await s.clock.pass(1000);
    assert.equal(s.polls.length, 0);
    s.socket().drop();
    assert.equal(s.polls.length, 1);
    assert.deepEqual([s.polls[0].since, s.polls[0].seconds], [null, 0]);
  });

  test('also where the browser forbids sockets outright', async () => {
    const s = stage({ world: { open: () => { throw new Error('forbidden'); } } });
    s.live.start();
    await s.clock.pass(2000);
    assert.equal(s.polls.length, 1);
  });

  test('polls on from cursor to cursor, waiting for news', async () => {
    const s = await falling();
    s.polls[0].resolve(page());
    await settle();
    assert.equal(s.phases.at(-1), 'polling');
    assert.equal(s.fresh, 1);
    assert.deepEqual([s.polls[1].since, s.polls[1].seconds], ['p1', 25]);
    s.polls[1].resolve(page({ items: [event('p2')], cursor: 'p3' }));
    await settle();
    assert.equal(s.events.length, 1);
    assert.equal(s.polls[2].since, 'p3');
    assert.equal(s.fresh, 1);
  });

  test('fetches everything anew after a reset', async () => {
    const s = await falling();
    s.polls[0].resolve(page());
    await settle();
    s.polls[1].resolve(page({ reset: true, cursor: 'p9' }));
    await settle();
    assert.equal(s.fresh, 2);
    assert.equal(s.live.cursor, 'p9');
  });

  test('does not hammer a server that does not wait', async () => {
    const s = await falling();
    for (let i = 0; i < 5; i++) {
      s.polls.at(-1).resolve(page());
      await settle();
    }
    assert.equal(s.polls.length, 2);
    await s.clock.pass(1000);
    assert.equal(s.polls.length, 3);
  });

  test('tries the socket again now and then, and moves over without a gap or a double', async () => {
    const s = await falling();
    s.polls[0].resolve(page());
    await settle();
    await s.clock.pass(91_000);
    assert.equal(s.sockets.length, 3);
    assert.equal(s.phases.at(-1), 'polling');
    s.socket().hear({ type: 'hello' });
    assert.equal(s.socket().of('auth')[0]?.since, 'p1');
    const waiting = s.polls.at(-1);
    s.socket().hear({ type: 'ready', epoch: 'e1', cursor: 'p1' });
    assert.equal(waiting.signal.aborted, true);
    assert.equal(s.phases.at(-1), 'live');
    waiting.resolve(page({ items: [event('p2')], cursor: 'p2' }));
    await settle();
    assert.equal(s.events.length, 0);
    assert.equal(s.live.cursor, 'p1');
  });

  test('goes on polling when the socket fails again', async () => {
    const s = await falling();
    s.polls[0].resolve(page());
    await settle();
    await s.clock.pass(91_000);
    s.socket().drop();
    await settle();
    assert.equal(s.phases.at(-1), 'polling');
    assert.equal(s.polls.at(-1).signal.aborted, false);
  });

  test('waits and begins again when polling fails too', async () => {
    const s = await falling();
    const before = s.sockets.length;
    s.polls[0].reject(new Problem({ status: 0, code: 'offline' }));
    await settle();
    assert.equal(s.phases.at(-1), 'waiting');
    await s.clock.pass(5000);
    assert.ok(s.sockets.length > before);
  });

  test('ends when polling is refused', async () => {
    const s = await falling();
    s.polls[0].reject(new Problem({ status: 401, code: 'unauthenticated' }));
    await settle();
    assert.equal(s.phases.at(-1), 'lost:unauthenticated');
  });

  test('a server in restart is no wall', async () => {
    const s = stage();
    s.live.start();
    for (let i = 0; i < 4; i++) {
      s.socket().drop(1012, '{"retry_after_ms":100}');
      await s.clock.pass(s.clock.nextIn);
    }
    assert.equal(s.polls.length, 0);
  });
});

test('stop ends everything and forgets where it was', async () => {
  const s = started();
  s.socket().hear(event('k1'));
  s.live.stop();
  assert.equal(s.socket().closed, true);
  assert.equal(s.live.cursor, null);
  await s.clock.pass(600_000);
  assert.equal(s.sockets.length, 1);
  assert.equal(s.phases.at(-1), 'idle');
});
