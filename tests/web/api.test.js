import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import '../../careline/web/lib/commands.staff.js';
import '../../careline/web/lib/commands.talk.js';
import { backOff, createApi, worded } from '../../careline/web/lib/api.js';
import { createSession } from '../../careline/web/lib/session.js';
import { deferred, fakeClock, refused, settle } from './world.js';

/** @param {any} body @param {number} [status] @param {any} [headers] */
const answer = (body, status = 200, headers = {}) => new Response(status === 204 ? null : JSON.stringify(body), { status, headers });

/** @param {(Response|Error)[]} answers @param {any} [auth] */
function stage(answers, auth = { token: () => 'tok' }) {
  const clock = fakeClock();
  /** @type {{url:string,init:any}[]} */ const asked = [];
  const api = createApi({
    clock, auth,
    fetch: /** @type {any} */ (async (/** @type {string} */ url, /** @type {any} */ init) => {
      asked.push({ url, init });
      const next = answers.shift();
      if (!next || next instanceof Error) throw next ?? new Error('nothing left to say');
      return next;
    }),
  });
  return { api, clock, asked };
}

describe('wording', () => {
  test('puts ids into the path, escaped, and the rest where it belongs', () => {
    assert.deepEqual(worded('message.send', { conversation_id: 'a/b', body: 'x' }), { method: 'POST', path: '/v1/conversations/a%2Fb/messages', body: '{"body":"x"}' });
    assert.equal(worded('message.list', { conversation_id: 'c', before: 'p', after: null }).path, '/v1/conversations/c/messages?before=p');
    assert.equal(worded('token.revoke', { token_id: 't' }).body, undefined);
  });

  test('keeps null in a body: it takes something away', () => {
    assert.equal(worded('conversation.assign', { conversation_id: 'c', staff_id: null }).body, '{"staff_id":null}');
  });

  test('knows no other commands', () => assert.throws(() => worded('toString', {})));

  test('carries the token and what tells our own pages from others', async () => {
    const { api, asked } = stage([answer({ ok: 1 })]);
    assert.deepEqual(await api.call('me.get'), { ok: 1 });
    assert.equal(asked[0]?.init.headers.Authorization, 'Bearer tok');
    assert.equal(asked[0]?.init.headers['X-Requested-With'], 'careline');
    assert.equal(asked[0]?.init.credentials, 'same-origin');
  });

  test('leaves the token at home where nobody is to be known', async () => {
    const { api, asked } = stage([answer({})]);
    await api.call('workspace.welcome', { workspace_id: 'w' }, { anonymous: true, idempotencyKey: 'k' });
    assert.equal(asked[0]?.init.headers.Authorization, undefined);
    assert.equal(asked[0]?.init.headers['Idempotency-Key'], 'k');
  });
});

describe('refusals', () => {
  test('become problems with code, field and what the server says', async () => {
    const { api } = stage([answer({ type: 'x', title: 'Invalid', status: 422, code: 'invalid', detail: 'No.', field: 'email' }, 422)]);
    await refused(api.call('me.update', {}), (p) => p.code === 'invalid' && p.field === 'email' && p.message === 'No.' && !p.passing && !p.unknown);
  });

  test('that are no problem documents are understood by their status', async () => {
    const { api } = stage([new Response('<html>', { status: 413 })]);
    await refused(api.call('message.send', { conversation_id: 'c' }), (p) => p.code === 'http_413' && !p.passing);
  });

  test('a 204 is an empty answer', async () => {
    const { api } = stage([answer(null, 204)]);
    assert.deepEqual(await api.call('token.revoke', { token_id: 't' }), {});
  });
});

describe('trying again', () => {
  test('what may be repeated is, after a pause, three times in all', async () => {
    const { api, asked, clock } = stage([new Error('x'), answer({}, 503), answer({ ok: 1 })]);
    const call = api.call('conversation.list');
    await clock.pass(10_000);
    assert.deepEqual(await call, { ok: 1 });
    assert.equal(asked.length, 3);
  });

  test('and then it gives up', async () => {
    const { api, asked, clock } = stage([new Error('x'), new Error('x'), new Error('x'), answer({})]);
    const call = api.call('conversation.list');
    call.catch(() => {});
    await clock.pass(60_000);
    await refused(call, (p) => p.status === 0 && p.unknown);
    assert.equal(asked.length, 3);
  });

  test('what may not be repeated is not: nobody knows whether it was done', async () => {
    const { api, asked } = stage([new Error('x'), answer({})]);
    await refused(api.call('token.issue', { contact_id: 'c' }), (p) => p.unknown);
    assert.equal(asked.length, 1);
  });

  test('unless it has a name by which the server knows it', async () => {
    const { api, clock } = stage([new Error('x'), answer({ ok: 1 })]);
    const call = api.call('visitor.start', {}, { idempotencyKey: 'k' });
    await clock.pass(5000);
    assert.deepEqual(await call, { ok: 1 });
  });

  test('waits as long as Retry-After says', async () => {
    const { api, asked, clock } = stage([answer({}, 429, { 'Retry-After': '7' }), answer({})]);
    const call = api.call('me.get');
    await clock.pass(6999);
    assert.equal(asked.length, 1);
    await clock.pass(600);
    assert.equal(asked.length, 2);
    await call;
  });

  test('never after a refusal', async () => {
    for (const status of [400, 403, 404, 409, 422]) {
      const { api, asked } = stage([answer({}, status), answer({})]);
      await refused(api.call('me.get'));
      assert.equal(asked.length, 1);
    }
  });

  test('not when it was called off', async () => {
    const stop = new AbortController();
    const { api, asked } = stage([new Error('aborted'), answer({})]);
    stop.abort();
    await refused(api.call('event.list', {}, { signal: stop.signal }), (p) => p.code === 'aborted');
    assert.equal(asked.length, 1);
  });

  test('a request without an answer is given up in time', async () => {
    const clock = fakeClock();
    const api = createApi({ clock, auth: { token: () => null }, fetch: /** @type {any} */ ((/** @type {string} */ _, /** @type {any} */ init) =>
      new Promise((_done, fail) => init.signal.addEventListener('abort', () => fail(new Error('aborted'))))) });
    const call = api.call('token.issue', { contact_id: 'c' });
    call.catch(() => {});
    await clock.pass(20_001);
    await refused(call, (p) => p.code === 'offline');
  });

  test('anywhere below a ceiling that doubles', () => {
    assert.equal(backOff(0, () => 1), 500);
    assert.equal(backOff(3, () => 1), 4000);
    assert.equal(backOff(30, () => 1), 30_000);
    assert.equal(backOff(3, () => 0), 0);
  });
});

describe('a token that has run out', () => {
  test('is renewed once, and the request repeated with the new one', async () => {
    let token = 'old';
    const { api, asked } = stage([answer({}, 401), answer({ ok: 1 })], { token: () => token, renew: async () => (token = 'new') });
    assert.deepEqual(await api.call('token.issue', { contact_id: 'c' }), { ok: 1 });
    assert.equal(asked[1]?.init.headers.Authorization, 'Bearer new');
  });

  test('that cannot be renewed is a refusal', async () => {
    const { api, asked } = stage([answer({ code: 'unauthenticated' }, 401), answer({})], { token: () => 'old', renew: async () => null });
    await refused(api.call('me.get'), (p) => p.code === 'unauthenticated');
    assert.equal(asked.length, 1);
  });

  test('and again after renewing is not renewed without end', async () => {
    let n = 0;
    const { api } = stage([answer({}, 401), answer({}, 401), answer({}, 401)], { token: () => 't' + n, renew: async () => 't' + ++n });
    await refused(api.call('me.get'), (p) => p.status === 401);
    assert.equal(n, 1);
  });

  test('that somebody else renewed meanwhile is taken as it is', async () => {
    let token = 'old';
    let renewals = 0;
    const first = deferred();
    const api = createApi({
      clock: fakeClock(),
      auth: { token: () => token, renew: async () => { renewals++; return null; } },
      fetch: /** @type {any} */ (async (/** @type {string} */ _, /** @type {any} */ init) => (init.headers.Authorization === 'Bearer new' ? answer({ ok: 1 }) : first.promise)),
    });
    const call = api.call('me.get');
    await settle();
    token = 'new';
    first.resolve(answer({}, 401));
    assert.deepEqual(await call, { ok: 1 });
    assert.equal(renewals, 0);
  });
});

describe('the session', () => {
  /** @param {any} [more] */
  function desk(more = {}) {
    const clock = fakeClock();
    /** @type {any[]} */ const asked = [];
    /** @type {string[]} */ const told = [];
    let locked = 0;
    const session = createSession({
      clock,
      refresh: (workspace_id) => {
        const call = { workspace_id, ...deferred() };
        asked.push(call);
        return /** @type {any} */ (call.promise);
      },
      lock: async (_, fn) => {
        locked++;
        assert.equal(locked, 1, 'two renewals at once would sign everybody out');
        try { return await fn(); } finally { locked--; }
      },
      onGrant: (grant) => told.push('grant ' + grant.access_token),
      onLost: () => told.push('lost'),
      ...more,
    });
    const grant = (/** @type {string} */ token, ms = 900_000) => ({ access_token: token, access_expires_at: clock.now() + ms, staff: {}, workspace: { id: 'w' }, workspaces: [] });
    return { session, clock, asked, told, grant };
  }

  test('is renewed once however many ask', async () => {
    const s = desk();
    const all = [s.session.renew(), s.session.renew(), s.session.renew()];
    await settle();
    s.asked[0].resolve(s.grant('a'));
    assert.deepEqual(await Promise.all(all), ['a', 'a', 'a']);
    assert.equal(s.asked.length, 1);
    assert.equal(s.session.token(), 'a');
  });

  test('is renewed by itself before it runs out, in the same workspace', async () => {
    const s = desk();
    s.session.accept(s.grant('a'));
    await s.clock.pass(839_999);
    assert.equal(s.asked.length, 0);
    await s.clock.pass(2);
    assert.equal(s.asked.length, 1);
    assert.equal(s.asked[0].workspace_id, 'w');
  });

  test('of a machine whose clock is wrong is not renewed in a loop', async () => {
    const s = desk();
    s.session.accept(s.grant('a', -5000));
    await s.clock.pass(29_999);
    assert.equal(s.asked.length, 0);
  });

  test('that is refused is over, and said so once', async () => {
    const s = desk();
    s.session.accept(s.grant('a'));
    const renewed = s.session.renew();
    await settle();
    s.asked[0].reject({ status: 401 });
    assert.equal(await renewed, null);
    assert.equal(s.session.token(), null);
    assert.deepEqual(s.told, ['grant a', 'lost']);
  });

  test('that could not be asked for is not over, and is asked for again', async () => {
    const s = desk();
    s.session.accept(s.grant('a'));
    await s.clock.pass(840_001);
    s.asked[0].reject({ status: 0 });
    await settle();
    assert.equal(s.session.token(), 'a');
    await s.clock.pass(15_001);
    assert.equal(s.asked.length, 2);
  });

  test('that never was is not lost', async () => {
    const s = desk();
    const renewed = s.session.renew();
    await settle();
    s.asked[0].reject({ status: 401 });
    assert.equal(await renewed, null);
    assert.deepEqual(s.told, []);
  });
});
