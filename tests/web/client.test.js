import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Problem } from '../../careline/web/lib/api.js';
import { Client } from '../../careline/web/lib/client.js';
import { FakeSocket, conversation, fakeClock, fakeStorage, message, settle } from './world.js';

/** @param {any} [more] */
function stage(more = {}) {
  const clock = fakeClock();
  /** @type {FakeSocket[]} */ const sockets = [];
  /** @type {{name:string,data:any}[]} */ const asked = [];
  /** @type {any[]} */ const heard = [];
  /** @type {Record<string,(data:any)=>any>} */
  const answers = { 'message.list': () => ({ items: [], before: null, after: null }), 'message.send': (d) => message({ id: 'stored', ...d }), 'receipt.read': () => ({ unread_count: 0 }), ...more.answers };
  let n = 1;
  const client = new Client({
    clock, storage: more.storage ?? fakeStorage(), newId: () => 'k' + n++,
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    auth: { token: () => 'tok' },
    call: async (name, data) => {
      asked.push({ name, data });
      return answers[name]?.(data) ?? {};
    },
    refetch: async () => client.dispatch({ type: 'local.conversations', data: { items: more.conversations ?? [conversation()] } }),
    changed: () => {}, phase: () => {},
    incoming: (m) => heard.push(m.id),
    ...more.world,
  });
  client.begin({ kind: 'staff', id: 'ana', name: 'Ana' }, { id: 'w', name: 'W' }, 'w.ana');
  const socket = () => /** @type {FakeSocket} */ (sockets.at(-1));
  const connect = async () => {
    client.live.start();
    socket().hear({ type: 'hello' });
    socket().hear({ type: 'ready', epoch: 'e', cursor: 'k0', reset: false });
    await settle();
  };
  const of = (/** @type {string} */ name) => asked.filter((call) => call.name === name).map((call) => call.data);
  /** Answer what was asked over the socket. @param {string} type @param {any} data */
  const reply = async (type, data) => {
    socket().hear({ type: 'reply', id: socket().of(type).at(-1).id, data });
    await settle();
  };
  return { client, clock, socket, connect, asked, of, heard, answers, reply };
}
const sent = (/** @type {any} */ more = {}) => ({ type: 'message.sent', conversation_id: 'c1', cursor: 'k1', data: { message: message(more) } });

describe('sending', () => {
  test('goes over the socket while there is one, and the reply takes the place of what was shown', async () => {
    const s = stage();
    await s.connect();
    s.client.say('c1', 'hi');
    await settle();
    assert.deepEqual(s.socket().of('message.send')[0].data, { conversation_id: 'c1', body: 'hi', client_id: 'k1' });
    assert.equal(s.client.state.threads.c1?.pending.length, 1);
    await s.reply('message.send', message({ id: 'm9', client_id: 'k1', sender_kind: 'staff', sender_id: 'ana' }));
    assert.deepEqual(s.client.state.threads.c1?.messages.map((m) => m.id), ['m9']);
    assert.equal(s.client.state.threads.c1?.pending.length, 0);
  });

  test('goes by HTTP while there is none', async () => {
    const s = stage();
    s.client.say('c1', 'hi', { kind: 'note', reply_to: 'm1' });
    await settle();
    assert.deepEqual(s.of('message.send'), [{ conversation_id: 'c1', body: 'hi', client_id: 'k1', kind: 'note', reply_to: 'm1' }]);
  });

  test('whose answer was lost with the socket is settled by the event, and not sent again', async () => {
    const s = stage();
    await s.connect();
    s.client.say('c1', 'hi');
    await settle();
    s.socket().drop(4413);
    await settle();
    await s.clock.pass(400);
    s.socket().hear({ type: 'hello' });
    s.socket().hear({ type: 'ready', epoch: 'e', cursor: 'k0', reset: false });
    s.socket().hear(sent({ id: 'm9', client_id: 'k1', sender_kind: 'staff', sender_id: 'ana' }));
    await s.clock.pass(60_000);
    assert.deepEqual(s.client.state.threads.c1?.messages.map((m) => m.id), ['m9']);
    assert.equal(s.client.outbox?.size, 0);
  });

  test('of a first message finds its place first, and the words are kept when that fails', async () => {
    let down = true;
    const s = stage({ world: { place: async () => { if (down) throw new Problem({ status: 0, code: 'offline' }, true); return 'c7'; } } });
    s.client.say('new', 'hello');
    await settle();
    assert.equal(s.client.state.threads.new?.pending.length, 1);
    down = false;
    await s.clock.pass(2000);
    assert.deepEqual(s.of('message.send').map((d) => [d.conversation_id, d.client_id]), [['c7', 'k1']]);
    assert.equal(s.client.state.threads.new, undefined);
    assert.equal(s.client.state.threads.c7?.messages.length, 1);
  });
});

describe('hearing', () => {
  test('tells the page of what others say, once', async () => {
    const s = stage();
    await s.connect();
    s.socket().hear(sent({ id: 'a' }));
    s.socket().hear(sent({ id: 'a' }));
    s.socket().hear(sent({ id: 'b', sender_kind: 'staff', sender_id: 'ben' }));
    assert.deepEqual(s.heard, ['a']);
  });

  test('says that it has them, together, at most once a second', async () => {
    const s = stage();
    await s.connect();
    for (const id of ['a', 'b', 'c', 'd']) s.socket().hear(sent({ id }));
    await s.clock.pass(1500);
    assert.deepEqual(s.socket().of('receipt.deliver').map((f) => f.data.up_to), ['a', 'd']);
  });

  test('fetches a conversation it did not know, once', async () => {
    const s = stage({ answers: { 'conversation.get': (/** @type {any} */ d) => conversation({ id: d.conversation_id, last_message: message({ id: 'b' }) }) } });
    await s.connect();
    s.socket().hear(sent({ id: 'a', conversation_id: 'zz' }));
    await settle();
    s.socket().hear(sent({ id: 'b', conversation_id: 'zz' }));
    await settle();
    assert.equal(s.of('conversation.get').length, 1);
    assert.ok(s.client.state.conversations.zz);
  });

  test('fetches a conversation again in which something was said while the answer was under way', async () => {
    const now = conversation({ id: 'zz', last_message: { ...message({ id: 'a' }) }, unread_count: 1 });
    const answers = [conversation({ id: 'zz' }), now];
    const s = stage({ answers: { 'conversation.get': () => answers.shift() } });
    await s.connect();
    s.socket().hear({ type: 'conversation.started', cursor: 'k', conversation_id: 'zz', data: { conversation: { id: 'zz' } } });
    s.socket().hear(sent({ id: 'a', conversation_id: 'zz' }));
    await settle();
    assert.equal(s.client.state.conversations.zz?.last_message?.id, 'a');
    assert.equal(s.client.state.conversations.zz?.unread_count, 1);
  });

  test('asks for a page anew when everything came into doubt while an earlier one was under way', async () => {
    /** @type {((page:any) => void)[]} */ const pages = [];
    const s = stage({ answers: { 'message.list': () => new Promise((done) => pages.push(done)) } });
    s.client.open('c1').catch(() => {});
    s.client.say('c1', 'hi');
    await settle();
    assert.deepEqual(s.client.state.threads.c1?.messages.map((m) => m.id), ['stored']);
    await s.connect();
    pages[0]?.({ items: [], before: null });
    await settle();
    pages[1]?.({ items: [message({ id: 'stored', client_id: 'k1' })], before: null });
    await settle();
    assert.deepEqual(s.client.state.threads.c1?.messages.map((m) => m.id), ['stored']);
  });

  test('does not take a conversation away because the network failed', async () => {
    const s = stage({ answers: { 'conversation.get': () => { throw new Problem({ status: 0, code: 'offline' }); } } });
    await s.connect();
    s.socket().hear({ type: 'conversation.started', cursor: 'k', data: { conversation: { id: 'zz' } } });
    await settle();
    assert.deepEqual(s.client.state.wanted, ['zz']);
  });

  test('forgets typing by itself', async () => {
    const s = stage();
    await s.connect();
    s.socket().hear({ type: 'typing', conversation_id: 'c1', data: { kind: 'contact', id: 'cara', name: 'Cara', typing: true } });
    assert.equal(Object.keys(s.client.state.typing.c1 ?? {}).length, 1);
    s.socket().hear({ type: 'pong' });
    await s.clock.pass(8000);
    assert.equal(Object.keys(s.client.state.typing.c1 ?? {}).length, 0);
  });
});

describe('threads', () => {
  test('are loaded once however many ask, and again after a reset while they are open', async () => {
    const s = stage();
    await s.connect();
    await Promise.all([s.client.open('c1'), s.client.open('c1')]);
    await s.client.open('c1');
    assert.equal(s.of('message.list').length, 1);
    s.client.close('c1');
    s.socket().drop(4413);
    await s.clock.pass(500);
    s.socket().hear({ type: 'hello' });
    s.socket().hear({ type: 'ready', epoch: 'other', cursor: 'z', reset: true });
    await settle();
    assert.equal(s.of('message.list').length, 1);
    await s.client.open('c1');
    assert.equal(s.of('message.list').length, 2);
  });

  test('go back page by page until there is nothing older', async () => {
    const s = stage({ answers: { 'message.list': (/** @type {any} */ d) => (d.before ? { items: [message({ id: 'old' })], before: null } : { items: [message({ id: 'new' })], before: 'p' }) } });
    await s.client.open('c1');
    await Promise.all([s.client.loadOlder('c1'), s.client.loadOlder('c1')]);
    await s.client.loadOlder('c1');
    assert.deepEqual(s.of('message.list').map((d) => d.before), [undefined, 'p']);
    assert.deepEqual(s.client.state.threads.c1?.messages.map((m) => m.id), ['old', 'new']);
  });

  test('a failed refetch is tried until it succeeds', async () => {
    let down = true;
    const s = stage({ world: { refetch: async () => { if (down) throw new Error('down'); } } });
    await s.connect();
    assert.deepEqual(s.client.state.conversations, {});
    down = false;
    s.socket().hear({ type: 'pong' });
    await s.clock.pass(3001);
    assert.deepEqual(s.client.state.stale, {});
  });
});

describe('reading', () => {
  test('is said up to the last message of the other side, and not again', async () => {
    const s = stage();
    await s.connect();
    await s.client.open('c1');
    s.socket().hear(sent({ id: 'a' }));
    s.socket().hear(sent({ id: 'b', created_at: 1001 }));
    s.socket().hear(sent({ id: 'own', sender_kind: 'staff', sender_id: 'ben', created_at: 1002 }));
    s.client.markRead('c1');
    s.client.markRead('c1');
    await s.reply('receipt.read', { unread_count: 0 });
    s.client.markRead('c1');
    s.socket().hear({ type: 'pong' });
    await s.clock.pass(3000);
    assert.deepEqual(s.socket().of('receipt.read').map((f) => f.data.up_to), ['b', 'b']);
    assert.equal(s.client.state.conversations.c1?.unread_count, 0);
  });

  test('is said up to a note that mentions one, and up to no other note', async () => {
    const s = stage();
    await s.connect();
    await s.client.open('c1');
    const note = { kind: 'note', sender_kind: 'staff', sender_id: 'ben' };
    s.socket().hear(sent({ id: 'a' }));
    s.socket().hear(sent({ ...note, id: 'for me', mentions: ['ana'], created_at: 1001 }));
    s.socket().hear(sent({ ...note, id: 'for others', mentions: ['gus'], created_at: 1002 }));
    s.client.markRead('c1');
    await s.reply('receipt.read', { unread_count: 0 });
    s.client.markRead('c1');
    assert.deepEqual(s.socket().of('receipt.read').map((f) => f.data.up_to), ['for me']);
  });

  test('nothing to read, nothing to say', async () => {
    const s = stage();
    await s.connect();
    s.client.markRead('c1');
    assert.equal(s.socket().of('receipt.read').length, 0);
  });
});

test('the end stops sending and hearing', async () => {
  const s = stage();
  await s.connect();
  s.client.end();
  s.client.say('c1', 'later');
  await settle();
  assert.equal(s.socket().of('message.send').length, 0);
  assert.equal(s.of('message.send').length, 0);
  assert.equal(s.client.outbox?.size, 1);
});
