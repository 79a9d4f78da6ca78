// A world that stands still until a test moves it: clock, chance, storage, sockets and answers, all in the test's hands.

import assert from 'node:assert/strict';

/** A clock that only `pass` moves; timers fire in their order, and promises settle in between. */
export function fakeClock(random = () => 0.5) {
  let now = 1_700_000_000_000;
  let next = 0;
  /** @type {Map<number,{at:number,fn:()=>void}>} */
  const timers = new Map();
  const clock = {
    set(/** @type {() => void} */ fn, /** @type {number} */ ms) {
      timers.set(++next, { at: now + ms, fn });
      return next;
    },
    clear: (/** @type {any} */ id) => void timers.delete(id),
    now: () => now,
    random: () => random(),
    /** @param {number} ms */
    async pass(ms) {
      const end = now + ms;
      for (;;) {
        await settle();
        const due = [...timers].filter(([, t]) => t.at <= end).sort(([a, x], [b, y]) => x.at - y.at || a - b)[0];
        if (!due) break;
        timers.delete(due[0]);
        now = Math.max(now, due[1].at);
        due[1].fn();
      }
      now = end;
      await settle();
    },
    /** How long until the next timer. */
    get nextIn() {
      return Math.min(...[...timers.values()].map((t) => t.at)) - now;
    },
  };
  return clock;
}

/** Let everything that has been promised happen. */
export async function settle() {
  for (let i = 0; i < 40; i++) await Promise.resolve();
}

/** @param {Record<string,string>} [held] @returns {Storage} */
export function fakeStorage(held = {}) {
  const map = new Map(Object.entries(held));
  return /** @type {any} */ ({
    getItem: (/** @type {string} */ key) => map.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void map.set(key, value),
    removeItem: (/** @type {string} */ key) => void map.delete(key),
    key: (/** @type {number} */ i) => [...map.keys()][i] ?? null,
    get length() { return map.size; },
  });
}

export class FakeSocket {
  /** @type {any[]} */ said = [];
  closed = false;
  readyState = 1;
  /** @type {any} */ onmessage = null;
  /** @type {any} */ onclose = null;
  /** @type {any} */ onerror = null;

  /** @param {string} text */
  send(text) { this.said.push(JSON.parse(text)); }
  close() { this.closed = true; }
  /** The server says. @param {any} frame */
  hear(frame) { this.onmessage?.({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) }); }
  /** The server hangs up. @param {number} [code] @param {string} [reason] */
  drop(code = 1006, reason = '') { this.onclose?.({ code, reason }); }
  /** @param {string} type */
  of(type) { return this.said.filter((frame) => frame.type === type); }
}

/** A promise whose end the test decides. @template T @returns {{promise:Promise<T>,resolve:(value:T)=>void,reject:(error:any)=>void}} */
export function deferred() {
  /** @type {any} */ let resolve;
  /** @type {any} */ let reject;
  const promise = new Promise((yes, no) => { resolve = yes; reject = no; });
  return { promise: /** @type {any} */ (promise), resolve, reject };
}

/** It is refused, with such a problem. @param {Promise<unknown>} promise @param {(problem:import('../../careline/web/lib/api.js').Problem) => boolean} [such] */
export function refused(promise, such = () => true) {
  return assert.rejects(promise, (error) => such(/** @type {any} */ (error)));
}

/** @param {Partial<import('../../careline/web/lib/shapes.js').Message>} [more] @returns {import('../../careline/web/lib/shapes.js').Message} */
export function message(more = {}) {
  return {
    id: 'm1', conversation_id: 'c1', kind: 'text', sender_kind: 'contact', sender_id: 'cara', sender_name: 'Cara', body: 'Hello', reply_to: null,
    created_at: 1000, edited_at: null, deleted_at: null, delivered_at: null, read_at: null, client_id: null, ...more,
  };
}

/** @param {Partial<import('../../careline/web/lib/shapes.js').Conversation>} [more] @returns {import('../../careline/web/lib/shapes.js').Conversation} */
export function conversation(more = {}) {
  return {
    id: 'c1', subject: null, status: 'open', assignee_id: null, participants: [{ kind: 'contact', id: 'cara', name: 'Cara' }], unread_count: 0,
    message_count: 0, last_message: null, created_at: 100, updated_at: 100, ...more,
  };
}
