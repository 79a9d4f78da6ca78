import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readAddress, writeAddress } from '../../careline/web/lib/address.js';
import { accentTokens, contrast, rgb } from '../../careline/web/lib/colour.js';
import { createDrafts } from '../../careline/web/lib/drafts.js';
import { parts } from '../../careline/web/lib/links.js';
import { atMost, createTyping } from '../../careline/web/lib/marks.js';
import { dayOf, rows } from '../../careline/web/lib/rows.js';
import { createTime } from '../../careline/web/lib/time.js';
import { belongs, extended, query, select, unreadIn, views } from '../../careline/web/lib/views.js';
import { conversation, fakeClock, fakeStorage, message } from './world.js';

describe('links', () => {
  const links = (/** @type {string} */ text) => parts(text).filter((part) => part.href).map((part) => [part.text, part.href]);

  test('of http, https, mailto and tel may be clicked', () => {
    assert.deepEqual(links('see https://a.example/x?y=1#z and http://b.example, www.c.example!'), [
      ['https://a.example/x?y=1#z', 'https://a.example/x?y=1#z'], ['http://b.example', 'http://b.example/'], ['www.c.example', 'https://www.c.example/']]);
    assert.deepEqual(links('mail ana@greenleaf.example or tel:+44-20-7946'), [['ana@greenleaf.example', 'mailto:ana@greenleaf.example'], ['tel:+44-20-7946', 'tel:+44-20-7946']]);
    assert.deepEqual(links('mailto:a@b.example'), [['mailto:a@b.example', 'mailto:a@b.example']]);
  });

  test('of anything else may not', () => {
    for (const text of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc', 'ftp://x.example', 'vbscript:x', 'JaVaScRiPt://x.example/%0aalert(1)', 'https://', 'http:///', 'a@b', '@here', 'tel:x', 'xhttps://a.example', 'blob:https:', 'https://[', 'mailto:x']) {
      assert.deepEqual(links(text), [], text);
    }
  });

  test('leave the sentence its punctuation and the address its brackets', () => {
    assert.deepEqual(links('(https://a.example/b_(c)).').map(([text]) => text), ['https://a.example/b_(c)']);
    assert.deepEqual(links('"https://a.example/x"…').map(([text]) => text), ['https://a.example/x']);
  });

  test('end where the direction of writing is tampered with', () => {
    assert.deepEqual(links('https://a.example/\u202egpj.exe').map(([text]) => text), ['https://a.example/']);
  });

  test('joined, the parts are the text again', () => {
    for (const text of ['', 'plain', 'a https://x.example/ b@c.example d\nwww.e.example', '@@@ https://https://a.example', '\u0000<b>']) {
      assert.equal(parts(text).map((part) => part.text).join(''), text);
    }
  });

  test('are found in no time, whatever the text', () => {
    for (const seed of ['https://', '@a.', 'www.', 'a@', '((((', 'mailto:a@', '....', 'tel:1']) {
      const text = seed.repeat(Math.ceil(32_768 / seed.length));
      const begin = performance.now();
      assert.equal(parts(text).map((part) => part.text).join(''), text);
      assert.ok(performance.now() - begin < 200, seed);
    }
  });
});

describe('rows', () => {
  const at = (/** @type {number} */ day, /** @type {number} */ hour, minute = 0, second = 0) => new Date(2026, 2, day, hour, minute, second).getTime();
  const shapes = (/** @type {any[]} */ list, /** @type {string|null} */ unread = null) => rows(list, unread).map((row) => (row.type === 'group' ? row.messages.map((m) => m.id).join('+') : row.type));

  test('gather what one author said in one minute', () => {
    assert.deepEqual(shapes([message({ id: 'a', created_at: at(1, 9, 5, 1) }), message({ id: 'b', created_at: at(1, 9, 5, 59) }), message({ id: 'c', created_at: at(1, 9, 6) })]), ['day', 'a+b', 'c']);
  });

  test('part authors, notes from replies, and colleagues without ids by their names', () => {
    const staff = { sender_kind: /** @type {const} */ ('staff'), sender_id: null, created_at: at(1, 9) };
    assert.deepEqual(shapes([
      message({ id: 'a', ...staff, sender_name: 'Ana' }), message({ id: 'b', ...staff, sender_name: 'Ben' }),
      message({ id: 'c', ...staff, sender_name: 'Ben', kind: 'note' }), message({ id: 'd', created_at: at(1, 9) })]), ['day', 'a', 'b', 'c', 'd']);
  });

  test('begin each day with a line, at midnight of the reader', () => {
    assert.deepEqual(shapes([message({ id: 'a', created_at: at(1, 23, 59, 59) }), message({ id: 'b', created_at: at(2, 0) })]), ['day', 'a', 'day', 'b']);
    assert.notEqual(dayOf(at(1, 23, 59)), dayOf(at(2, 0)));
  });

  test('draw the line of the unread inside a group too', () => {
    assert.deepEqual(shapes([message({ id: 'a', created_at: at(1, 9) }), message({ id: 'b', created_at: at(1, 9) })], 'b'), ['day', 'a', 'unread', 'b']);
  });

  test('let the system speak alone', () => {
    assert.deepEqual(shapes([message({ id: 'a', created_at: at(1, 9) }), message({ id: 's', kind: 'system', created_at: at(1, 9) }), message({ id: 'b', created_at: at(1, 9) })]), ['day', 'a', 'system', 'b']);
  });

  test('keep their keys when a message is confirmed', () => {
    const keys = (/** @type {any} */ m) => rows([m]).map((row) => row.key);
    assert.deepEqual(keys(message({ id: 'k', client_id: 'k', created_at: 5 })), keys(message({ id: 'm7', client_id: 'k', created_at: 5 })));
  });

  test('have keys of their own each', () => {
    const list = Array.from({ length: 200 }, (_, i) => message({ id: 'm' + i, created_at: at(1 + Math.floor(i / 20), 9, i % 5), kind: i % 7 ? 'text' : 'system' }));
    const keys = rows(list, 'm100').map((row) => row.key);
    assert.equal(new Set(keys).size, keys.length);
  });
});

describe('time', () => {
  const now = new Date(2026, 2, 18, 12).getTime();
  const time = createTime('en-GB', () => now);
  const on = (/** @type {number} */ y, /** @type {number} */ m, /** @type {number} */ d, h = 9) => new Date(y, m, d, h, 5).getTime();

  test('names days', () => {
    assert.equal(time.day(on(2026, 2, 18)), 'Today');
    assert.equal(time.day(on(2026, 2, 17, 23)), 'Yesterday');
    assert.match(time.day(on(2026, 2, 3)), /Tuesday.*3 March/);
    assert.match(time.day(on(2019, 2, 3)), /3 March 2019/);
  });

  test('is brief in lists', () => {
    assert.equal(time.brief(on(2026, 2, 18)), '9:05');
    assert.equal(time.brief(on(2026, 2, 16)), 'Mon');
    assert.equal(time.brief(on(2026, 0, 3)), '3 Jan');
    assert.equal(time.brief(on(2019, 2, 3)), '03/03/2019');
    assert.equal(time.brief(now + 60_000), '12:01', 'a server whose clock is ahead');
  });

  test('counts back', () => {
    assert.equal(time.ago(now + 5000), 'this minute');
    assert.equal(time.ago(now - 5 * 60_000), '5 minutes ago');
    assert.equal(time.ago(now - 3 * 3_600_000), '3 hours ago');
    assert.equal(time.ago(on(2026, 2, 16)), '2 days ago');
  });

  test('says how long something still lasts', () => {
    const told = [1, 59_001, 60_000, 570_001, 5_400_000, 2 * 3_600_000 + 1, 40 * 3_600_000].map(time.lasting);
    assert.deepEqual(told, ['1 second', '60 seconds', '1 minute', '10 minutes', '2 hours', '3 hours', '2 days']);
    assert.equal(createTime('de', () => now).lasting(600_000), '10 Minuten');
  });

  test('speaks other languages', () => assert.equal(createTime('de', () => now).day(on(2026, 2, 17)), 'Gestern'));
});

describe('accent', () => {
  const grounds = { light: /** @type {[number,number,number]} */ ([255, 255, 255]), dark: /** @type {[number,number,number]} */ ([21, 25, 29]) };

  test('of any colour can be read, by day and by night', () => {
    for (let i = 0; i < 4096; i += 7) {
      const hex = '#' + [i >> 8, (i >> 4) & 15, i & 15].map((v) => (v * 17).toString(16).padStart(2, '0')).join('');
      for (const dark of [false, true]) {
        const tokens = accentTokens(hex, dark) ?? {};
        const [fill, on, text] = ['--accent', '--on-accent', '--accent-text'].map((name) => rgb(tokens[name]) ?? grounds.light);
        const ground = dark ? grounds.dark : grounds.light;
        assert.ok(contrast(/** @type {any} */ (fill), /** @type {any} */ (on)) >= 4.5, `${hex} words on the button, dark ${dark}`);
        assert.ok(contrast(/** @type {any} */ (text), ground) >= 4.5, `${hex} as words, dark ${dark}`);
        assert.ok(contrast(/** @type {any} */ (fill), ground) >= 3, `${hex} as a button, dark ${dark}`);
      }
    }
  });

  test('that is none leaves ours', () => {
    for (const none of [null, undefined, '', 'red', '#12', '#12345g', 'url(x)']) assert.equal(accentTokens(none, false), null);
  });
});

describe('drafts', () => {
  test('are kept per conversation and gone when empty', () => {
    const storage = fakeStorage();
    const drafts = createDrafts(storage, 'd.');
    drafts.set('c1', 'half a sen');
    drafts.set('c2', 'other');
    assert.equal(createDrafts(storage, 'd.').get('c1'), 'half a sen');
    drafts.set('c1', '  \n');
    assert.equal(drafts.get('c1'), '');
    assert.equal(storage.length, 1);
  });

  test('never disturb the writing', () => {
    const broken = /** @type {any} */ ({ getItem() { throw new Error(); }, setItem() { throw new Error(); }, removeItem() { throw new Error(); } });
    const drafts = createDrafts(broken, 'd.');
    drafts.set('c', 'x');
    assert.equal(drafts.get('c'), '');
  });
});

describe('small news', () => {
  test('is said at once, then at most once an interval, the latest', async () => {
    const clock = fakeClock();
    /** @type {any[]} */ const said = [];
    const { put } = atMost(clock, 1000, (key, value) => said.push([key, value]));
    for (const value of [1, 2, 3]) put('a', value);
    put('b', 9);
    assert.deepEqual(said, [['a', 1], ['b', 9]]);
    await clock.pass(999);
    assert.equal(said.length, 2);
    await clock.pass(1);
    assert.deepEqual(said.at(-1), ['a', 3]);
    put('a', 4);
    assert.equal(said.length, 3);
    await clock.pass(1000);
    assert.deepEqual(said.at(-1), ['a', 4]);
  });

  test('of typing goes out at most every two seconds, however fast somebody types', async () => {
    const clock = fakeClock();
    /** @type {[number,boolean][]} */ const said = [];
    const begin = clock.now();
    const typing = createTyping(clock, (_, on) => said.push([clock.now() - begin, on]));
    for (let i = 0; i < 100; i++) {
      typing.typed('c1');
      await clock.pass(100);
    }
    await clock.pass(10_000);
    assert.ok(said.slice(1).every(([at], i) => at - (said[i]?.[0] ?? 0) >= 2000));
    assert.deepEqual(said.map(([, on]) => on), [true, true, true, true, true, true, false]);
  });

  test('of typing ends with the silence, and with the text taken away', async () => {
    const clock = fakeClock();
    /** @type {boolean[]} */ const said = [];
    const typing = createTyping(clock, (_, on) => said.push(on));
    typing.typed('c1');
    await clock.pass(3999);
    assert.deepEqual(said, [true]);
    await clock.pass(1);
    assert.deepEqual(said, [true, false]);
    await clock.pass(5000);
    typing.typed('c1');
    typing.stopped('c1');
    await clock.pass(2000);
    assert.deepEqual(said, [true, false, true, false]);
  });

  test('of typing is not said after the message', async () => {
    const clock = fakeClock();
    /** @type {boolean[]} */ const said = [];
    const typing = createTyping(clock, (_, on) => said.push(on));
    typing.typed('c1');
    typing.typed('c1');
    typing.sent('c1');
    typing.stopped('c1');
    await clock.pass(20_000);
    assert.deepEqual(said, [true]);
  });
});

describe('views', () => {
  const said = (/** @type {number} */ at) => /** @type {any} */ ({ id: 'm' + at, created_at: at });
  const all = Object.fromEntries([
    conversation({ id: 'mine', assignee_id: 'ana', last_message: said(50), unread_count: 2 }),
    conversation({ id: 'free', last_message: said(70), unread_count: 1 }),
    conversation({ id: 'bens', assignee_id: 'ben', status: 'pending', last_message: said(60) }),
    conversation({ id: 'done', status: 'closed', last_message: said(90) }),
    conversation({ id: 'old', status: 'archived', created_at: 10 }),
  ].map((c) => [c.id, c]));
  const shown = (/** @type {any} */ view, /** @type {any} */ listing = undefined) => select(all, view, listing, 'ana').map((c) => c.id);

  test('show what belongs to them, newest activity first', () => {
    assert.deepEqual(shown('mine'), ['mine']);
    assert.deepEqual(shown('unassigned'), ['free']);
    assert.deepEqual(shown('all'), ['free', 'bens', 'mine']);
    assert.deepEqual(shown('closed'), ['done']);
    assert.deepEqual(shown('archived'), ['old']);
  });

  test('every conversation is in the view that the server would list it in', () => {
    for (const view of views) assert.equal(typeof query(view).status, 'string');
    assert.equal(belongs('all', conversation({ status: 'closed' }), 'ana'), false);
    assert.deepEqual(query('closed'), { view: 'all', status: 'closed' });
  });

  test('hide what another view knows beyond the point fetched', () => {
    const listing = extended(undefined, { items: [conversation({ last_message: said(60) })], next: 'more' });
    assert.deepEqual(shown('all', listing), ['free', 'bens']);
    assert.deepEqual(shown('all', extended(listing, { items: [], next: null })), ['free', 'bens', 'mine']);
  });

  test('count conversations that wait, not messages', () => {
    assert.equal(unreadIn(all, 'all', 'ana'), 2);
    assert.equal(unreadIn(all, 'mine', 'ana'), 1);
  });
});

describe('the address bar', () => {
  const place = (/** @type {any} */ more) => ({ view: 'mine', id: null, sieve: {}, contact: null, ...more });
  const back = (/** @type {any} */ p) => readAddress(.../** @type {[string, string]} */ (writeAddress(p).split(/(?=\?)/)));

  test('says which list, through which filters, and what lies open', () => {
    assert.equal(writeAddress(place({ view: 'all', id: 'c1', sieve: { unread: true, priority: 'high' } })), '/inbox/all/c1?unread&priority=high');
    for (const sieve of [{}, { unread: true }, { unread: true, pinned: true, priority: 'urgent', label: 'l=1&é' }]) {
      const one = place({ view: 'closed', id: 'a/b c', sieve });
      assert.deepEqual(back(one), one);
    }
  });

  test('says whose page lies open among the contacts', () => {
    assert.equal(writeAddress(place({ contact: '', view: 'all', sieve: { unread: true } })), '/inbox/contacts');
    for (const contact of ['', 'cara/1']) assert.deepEqual(back(place({ contact })), place({ contact }));
  });

  test('leads to one\'s own list from what nobody could have written', () => {
    assert.deepEqual(readAddress('/inbox'), place({}));
    assert.deepEqual(readAddress('/inbox/nonsense/x', '?priority=nonsense&label=&other=1'), place({ id: 'x' }));
    assert.deepEqual(readAddress('/inbox/all/%E0%A4%A'), place({ view: 'all' }));
  });
});
