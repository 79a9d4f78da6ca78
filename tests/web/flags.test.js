import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byMessage, waiting } from '../../careline/web/lib/flags.js';
import { emptyState, reduce } from '../../careline/web/lib/state.js';
import { message } from './world.js';

/** @returns {import('../../careline/web/lib/flags.js').Flag} */
const flag = (/** @type {string} */ id, /** @type {string|null} */ of, /** @type {number|null} */ resolved_at = null) =>
  ({ id, message: of ? message({ id: of }) : null, flagger: { kind: 'contact', id: 'cara', name: 'Cara' }, reason: 'Rude', created_at: 1, resolved_at, resolved_by: null, resolution: null });

test('flags of one message are one case, in the order of the queue', () => {
  const cases = byMessage([flag('f3', 'm2'), flag('f2', 'm1'), flag('f1', 'm2', 5), flag('f0', null)]);
  assert.deepEqual(cases.map((one) => [one.message?.id, one.flags.map((f) => f.id)]), [['m2', ['f3', 'f1']], ['m1', ['f2']]]);
});

test('messages wait, not flags', () => {
  assert.equal(waiting([flag('f3', 'm2'), flag('f2', 'm2'), flag('f1', 'm1', 5)]), 1);
  assert.equal(waiting([]), 0);
});

test('that something was flagged or decided is noticed', () => {
  const after = ['message.flagged', 'flag.resolved'].reduce((state, type) => reduce(state, { type, data: {} }), emptyState());
  assert.equal(after.flagged, 2);
});
