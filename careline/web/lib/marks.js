// Small news about oneself (typing, received, read), said seldom enough: the latest counts, at most one per interval.

/** @typedef {import('./shapes.js').Clock} Clock */

/**
 * `put(key, value)` says it at once, then at most every `ms` the latest value of that key.
 * @template T @param {Clock} clock @param {number} ms @param {(key:string, value:T)=>void} say
 */
export function atMost(clock, ms, say) {
  /** @type {Map<string,{next:{value:T}|null}>} */
  const resting = new Map();
  /** @param {string} key @param {T} value */
  function put(key, value) {
    const rest = resting.get(key);
    if (rest) {
      rest.next = { value };
      return;
    }
    resting.set(key, { next: null });
    clock.set(() => {
      const next = resting.get(key)?.next;
      resting.delete(key);
      if (next) put(key, next.value);
    }, ms);
    say(key, value);
  }
  /** What waits to be said under this key is not true any more. @param {string} key */
  function cancel(key) {
    const rest = resting.get(key);
    if (rest) rest.next = null;
  }
  return { put, cancel };
}

/** Says who has begun to type, says it again while it goes on, says it is over after a silence. @param {Clock} clock @param {(conversation_id:string, typing:boolean)=>void} say */
export function createTyping(clock, say, every = 2000, silence = 4000) {
  const { put, cancel } = atMost(clock, every, say);
  /** @type {Map<string,any>} */
  const typing = new Map();
  /** @param {string} id */
  function stopped(id) {
    if (!typing.has(id)) return;
    sent(id);
    put(id, false);
  }
  /** @param {string} id */
  function typed(id) {
    clock.clear(typing.get(id));
    typing.set(id, clock.set(() => stopped(id), silence));
    put(id, true);
  }
  /** A sent message says by itself that its typing is over. @param {string} id */
  function sent(id) {
    clock.clear(typing.get(id));
    typing.delete(id);
    cancel(id);
  }
  return { typed, stopped, sent };
}
