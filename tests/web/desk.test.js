import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asked, meant } from '../../careline/web/lib/canned.js';
import { average, kinds, most, span, total } from '../../careline/web/lib/figures.js';
import { lineOf, openings } from '../../careline/web/lib/hours.js';
import { changes, groups, shownValue, snippet } from '../../careline/web/lib/setup.js';
import { fieldTime, snoozes } from '../../careline/web/lib/snooze.js';
import { pieces } from '../../careline/web/lib/snippets.js';
import { createTime } from '../../careline/web/lib/time.js';
import { belongs, extended, fellows, listingKey, passes, query, select, withContact } from '../../careline/web/lib/views.js';
import { conversation } from './world.js';

describe('snoozing', () => {
  const at = (/** @type {number} */ day, /** @type {number} */ hour) => new Date(2026, 2, day, hour).getTime();
  const named = (/** @type {number} */ now) => Object.fromEntries(snoozes(now).map(({ key, at }) => [key, at]));

  test('offers the usual moments, by the calendar', () => {
    // A Wednesday.
    assert.deepEqual(named(at(4, 10)), { hour: at(4, 11), evening: at(4, 18), tomorrow: at(5, 9), week: at(9, 9) });
  });

  test('offers no evening that is as good as here', () => {
    assert.deepEqual(Object.keys(named(at(4, 17) + 1)), ['hour', 'tomorrow', 'week']);
  });

  test('takes the Monday after, on a Monday and on a Sunday', () => {
    assert.equal(named(at(2, 10)).week, at(9, 9));
    assert.equal(named(at(8, 10)).week, at(9, 9));
  });

  test('fills a field for date and time', () => assert.equal(fieldTime(new Date(2026, 2, 4, 9, 5).getTime()), '2026-03-04T09:05'));

  test('is told with the day only where it is another', () => {
    const time = createTime('en-GB', () => at(4, 10));
    assert.equal(time.soon(at(4, 18)), '18:00');
    assert.equal(time.soon(at(5, 9)), 'Thu 9:00');
    assert.equal(time.soon(at(20, 9)), '20 Mar 9:00');
  });
});

describe('snippets', () => {
  const told = (/** @type {string} */ text, /** @type {[number,number][]} */ marks) => pieces(text, marks).map((p) => (p.marked ? `[${p.text}]` : p.text)).join('|');

  test('are cut where the marks are', () => {
    assert.equal(told('have you sunscreen?', [[9, 18]]), 'have you |[sunscreen]|?');
    assert.equal(told('ab', [[0, 2]]), '[ab]');
    assert.equal(told('ab', []), 'ab');
    assert.equal(told('', []), '');
  });

  test('keep every letter once, whatever the marks say', () => {
    for (const marks of [[[2, 5], [0, 3]], [[1, 99]], [[3, 1]], [[0, 0]]]) {
      assert.equal(pieces('abcdef', /** @type {any} */ (marks)).map((p) => p.text).join(''), 'abcdef');
    }
  });

  test('count as the server does, in UTF-16 units', () => assert.equal(told('👋 hello', [[3, 8]]), '👋 |[hello]'));
});

describe('figures', () => {
  const day = (/** @type {any} */ more) => ({ day: '2026-03-04', contact_messages: 0, staff_messages: 0, active_contacts: 0, active_staff: 0, first_responses: 0, first_response_ms: null, resolutions: 0, resolution_ms: null, ...more });

  test('a day with many counts more than one with few', () => {
    const days = [day({ first_responses: 3, first_response_ms: 1000 }), day({}), day({ first_responses: 1, first_response_ms: 9000 })];
    assert.equal(average(days, kinds.response), 3000);
    assert.equal(average(days, kinds.resolution), null);
    assert.equal(total(days, 'first_responses'), 4);
  });

  test('a scale has always a height', () => assert.deepEqual([most([]), most([0, 0]), most([2, 7])], [1, 1, 7]));

  test('a span is told by its largest unit', () => {
    assert.deepEqual([45_000, 180_000, 2 * 3_600_000, 36 * 3_600_000, 3 * 86_400_000].map(span), [[45, 'second'], [3, 'minute'], [2, 'hour'], [1.5, 'day'], [3, 'day']]);
  });
});

describe('setting up', () => {
  const now = {
    name: 'Greenleaf', accent: '#1f6f5c', greeting: '', origins: ['https://shop.example'], threading: 'per_contact', contact_message_status: 'open',
    staff_reply_status: null, edit_window_ms: 600_000, auto_close_after_ms: null, auto_archive_after_ms: 86_400_000 / 3, contact_bytes_per_day: 104_857_600,
    keep_picture_metadata: false, svg_attachments: true, https_references: false, conversation_days: null, phone_codes: 'off', phone_region: null, attachment_days: 90, audit_days: 2192, time_zone: 'UTC',
  };
  const form = () => Object.fromEntries(groups.flatMap(([, all]) => all).flatMap((s) => {
    const value = /** @type {any} */ (now)[s.name];
    return s.kind === 'check' ? (value ? [[s.name, 'on']] : []) : [[s.name, shownValue(s, value)]];
  }));

  test('a form left as it was changes nothing', () => assert.deepEqual(changes(now, form()), {}));

  test('what is written is what the server counts in', () => {
    const next = { ...form(), edit_window_ms: '15', auto_close_after_ms: '2', attachment_days: '', origins: 'https://a.example\n https://b.example ', staff_reply_status: 'pending', contact_message_status: '', contact_bytes_per_day: '1' };
    assert.deepEqual(changes(now, next), {
      edit_window_ms: 900_000, auto_close_after_ms: 172_800_000, attachment_days: null, contact_bytes_per_day: 1_048_576,
      origins: ['https://a.example', 'https://b.example'], staff_reply_status: 'pending', contact_message_status: null,
    });
  });

  test('boxes are ticked and cleared', () => {
    const { svg_attachments: _, ...rest } = form();
    assert.deepEqual(changes(now, { ...rest, keep_picture_metadata: 'on' }), { keep_picture_metadata: true, svg_attachments: false });
  });
});

describe('sieves', () => {
  test('leave through what the server would', () => {
    const c = conversation({ unread_count: 1, labels: ['l1'], priority: 'high' });
    assert.ok(passes({}, c) && passes({ unread: true, label: 'l1', priority: 'high' }, c));
    assert.ok(!passes({ pinned: true }, c) && !passes({ label: 'l2' }, c) && !passes({ priority: 'low' }, c));
    assert.deepEqual(query('snoozed', { unread: true }), { view: 'all', status: 'active', snoozed: true, unread: true });
    assert.notEqual(listingKey('all', { unread: true }), listingKey('all'));
  });

  test('what sleeps stands in one view only', () => {
    const c = conversation({ snoozed_until: 5 });
    assert.deepEqual(['mine', 'unassigned', 'all', 'snoozed'].filter((view) => belongs(/** @type {any} */ (view), c, 'ana')), ['snoozed']);
  });

  test('what is pinned stands above, however old', () => {
    const old = conversation({ id: 'old', created_at: 1, pinned_at: 9 });
    const all = { old, c1: conversation({ created_at: 50 }) };
    const listing = extended(undefined, { items: [all.c1], next: 'more' });
    assert.deepEqual(select(all, 'all', listing, 'ana').map((c) => c.id), ['old', 'c1']);
  });
});

describe('canned responses', () => {
  const all = ['opening-times', 'refund', 'late-opening'].map((shortcut) => ({ id: shortcut, shortcut, title: shortcut === 'refund' ? 'Money back when open' : '', body: '', created_by: null, created_at: 1, updated_at: 1 }));

  test('are asked for by a slash alone at the beginning', () => {
    assert.deepEqual(['/', '/Re', 'and/or', '/a b', '', '/a/b'].map(asked), ['', 're', null, null, null, null]);
  });

  test('those that begin so come first', () => {
    assert.deepEqual(meant(all, 'open').map((one) => one.id), ['opening-times', 'late-opening', 'refund']);
    assert.deepEqual(meant(all, 'nothing'), []);
    assert.equal(meant(all, '').length, 3);
  });
});

test('fellows are conversations of the same contacts', () => {
  const c = conversation();
  const all = { c1: c, c2: conversation({ id: 'c2' }), c3: conversation({ id: 'c3', participants: [{ kind: 'contact', id: 'dev', name: 'Dev' }] }) };
  assert.deepEqual(fellows(all, c).map((o) => o.id), ['c2']);
});

test('a contact\'s conversations are those they take part in, newest first', () => {
  const both = /** @type {import('../../careline/web/lib/shapes.js').Conversation["participants"]} */ ([{ kind: 'contact', id: 'cara', name: 'Cara' }, { kind: 'contact', id: 'dev', name: 'Dev' }]);
  const all = { c1: conversation({ created_at: 1 }), c2: conversation({ id: 'c2', created_at: 3, participants: both }), c3: conversation({ id: 'c3', created_at: 2 }) };
  assert.deepEqual(withContact(all, 'cara').map((c) => c.id), ['c2', 'c3', 'c1']);
  assert.deepEqual(withContact(all, 'dev').map((c) => c.id), ['c2']);
});

describe('hours', () => {
  test('are read from a line and written as one', () => {
    const day = openings('9-12:30, 13:30 – 18:00', 2);
    assert.deepEqual(day, [{ day: 2, opens: '09:00', closes: '12:30' }, { day: 2, opens: '13:30', closes: '18:00' }]);
    assert.equal(lineOf(day ?? [], 2), '09:00-12:30, 13:30-18:00');
    assert.equal(lineOf(day ?? [], 3), '');
    assert.deepEqual(openings(' ', 1), []);
  });

  test('that make no sense are refused', () => {
    for (const line of ['nine to five', '18-9', '9:00', '9-25', '9:75-10']) assert.equal(openings(line, 1), null, line);
    assert.ok(openings('0-24', 1));
  });
});

test('the line for a website names the server and the workspace, whatever stands in its id', () => {
  assert.equal(snippet('https://chat.example', 'greenleaf'), '<script src="https://chat.example/widget.js" data-workspace="greenleaf" async></script>');
  assert.match(snippet('https://chat.example', '"><b>&'), /data-workspace="&quot;><b>&amp;" async/);
});
