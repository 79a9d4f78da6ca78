import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { find, groups, quick } from '../../careline/web/lib/emoji.js';
import { FileLinks, ending, isOpen, isPicture, room, sizeText } from '../../careline/web/lib/files.js';
import { fakeClock, settle } from './world.js';

/** @param {object} [more] @returns {any} */
const file = (more = {}) => ({ id: 'a', name: 'photo.jpg', type: 'image/jpeg', size: 10, width: 800, height: 600, thumbnail: true, state: 'ready', url: null, ...more });

describe('a file', () => {
  test('is shown as a picture when it is one, lies here and may be had', () => {
    assert.ok(isPicture(file()) && isPicture(file({ state: 'unscanned' })));
    for (const more of [{ state: 'pending' }, { state: 'infected' }, { state: 'expired' }, { type: 'image/svg+xml' }, { type: 'application/pdf' }, { url: 'https://chat.example/a.jpg' }]) assert.ok(!isPicture(file(more)));
    assert.ok(isOpen(file({ type: 'application/pdf' })) && !isOpen(file({ state: 'infected' })));
  });

  test('has its room before it is there', () => {
    assert.deepEqual(room(file()), { width: 300, height: 225 });
    assert.deepEqual(room(file({ width: null })), { width: 240, height: 180 });
    assert.deepEqual(room(file({ width: 10, height: 10 })), { width: 96, height: 48 });
  });

  test('is so large', () => {
    assert.deepEqual([0, 999, 1200, 45_000, 999_600, 1_250_000, 10_485_760].map((n) => sizeText(n)), ['0 bytes', '999 bytes', '1.2 kB', '45 kB', '1 MB', '1.3 MB', '10 MB']);
    assert.equal(sizeText(1200, 'de'), '1,2 kB');
  });

  test('ends in something', () => assert.deepEqual(['a.pdf', 'b.c.docx', 'none'].map((name) => ending({ name })), ['PDF', 'DOCX', '']));
});

describe('addresses of files', () => {
  function stage() {
    const clock = fakeClock();
    /** @type {any[]} */ const asked = [];
    let changes = 0;
    const links = new FileLinks({
      clock, changed: () => { changes++; },
      ask: async (data) => {
        asked.push(data);
        return { items: data.attachment_ids.filter((/** @type {string} */ id) => id !== 'gone').map((/** @type {string} */ id) =>
          ({ attachment_id: id, url: `https://chat.example/v1/files/${id}${asked.length}`, thumbnail_url: null, expires_at: clock.now() + 300_000 })) };
      },
    });
    return { links, clock, asked, changes: () => changes };
  }

  test('are asked for all at once, of the server this page came from', async () => {
    const s = stage();
    assert.equal(s.links.get('c1', 'a'), null);
    s.links.get('c1', 'b');
    s.links.get('c1', 'a');
    await s.clock.pass(0);
    assert.deepEqual(s.asked, [{ conversation_id: 'c1', attachment_ids: ['a', 'b'] }]);
    assert.equal(s.links.get('c1', 'a')?.url, '/v1/files/a1');
    assert.equal(s.changes(), 1);
  });

  test('are asked anew when they are over', async () => {
    const s = stage();
    s.links.get('c1', 'a');
    await s.clock.pass(0);
    assert.ok(s.links.isFresh('a'));
    await s.clock.pass(290_000);
    assert.ok(!s.links.isFresh('a'));
    const fresh = s.links.fresh('c1', 'a');
    await s.clock.pass(0);
    assert.equal((await fresh)?.url, '/v1/files/a2');
  });

  test('are not asked for again and again where there are none', async () => {
    const s = stage();
    s.links.get('c1', 'gone');
    await s.clock.pass(0);
    s.links.get('c1', 'gone');
    await s.clock.pass(1000);
    assert.equal(s.asked.length, 1);
    await s.clock.pass(5000);
    s.links.get('c1', 'gone');
    await s.clock.pass(0);
    assert.equal(s.asked.length, 2);
  });

  test('that lead nowhere are given up and looked for a little later', async () => {
    const s = stage();
    s.links.get('c1', 'a');
    await s.clock.pass(0);
    s.links.broken('a');
    assert.equal(s.links.get('c1', 'a'), null);
    await s.clock.pass(5001);
    s.links.get('c1', 'a');
    await s.clock.pass(0);
    assert.equal(s.asked.length, 2);
  });

  test('of very many are asked for in pages', async () => {
    const s = stage();
    for (let i = 0; i < 150; i++) s.links.get('c1', 'x' + i);
    await s.clock.pass(0);
    await settle();
    assert.deepEqual(s.asked.map((data) => data.attachment_ids.length), [100, 50]);
  });
});

describe('emoji', () => {
  test('are each one emoji with words to find it by', () => {
    const segments = new Intl.Segmenter();
    for (const { emoji, words } of groups.flatMap(({ all }) => all)) {
      assert.equal([...segments.segment(emoji)].length, 1, emoji);
      assert.match(emoji, /\p{Extended_Pictographic}/u);
      assert.ok(words.trim(), emoji);
    }
  });

  test('are found by words begun, in English and German, whatever the accents', () => {
    assert.equal(find('thumbs up')[0]?.emoji, '👍');
    assert.equal(find('herz')[0]?.emoji, '❤️');
    assert.ok(find('fruh').length === 0 && find('KASE').some(({ emoji }) => emoji === '🧀'));
    assert.deepEqual(find('mask').map(({ emoji }) => emoji), ['😷']);
    assert.equal(find('zzz').length, 0);
  });

  test('used most are among them', () => {
    const all = new Set(groups.flatMap((group) => group.all.map(({ emoji }) => emoji)));
    for (const emoji of quick) assert.ok(all.has(emoji), emoji);
  });
});
