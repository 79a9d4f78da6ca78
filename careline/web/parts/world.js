// The outside world of one page: time, chance, storage and the network, as lib/ wants them handed in.

import { createApi } from '../lib/api.js';

/** @type {import('../lib/shapes.js').Clock} */
export const clock = {
  set: (fn, ms) => setTimeout(fn, ms),
  clear: (id) => clearTimeout(id),
  now: () => Date.now(),
  random: () => Math.random(),
};

/** Not crypto.randomUUID: that is missing on plain HTTP, as a first try in one's own network is. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @returns {import('../lib/shapes.js').Store} */
function memory() {
  /** @type {Map<string,string>} */
  const held = new Map();
  return {
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => void held.set(key, value),
    removeItem: (key) => void held.delete(key),
    key: (i) => [...held.keys()][i] ?? null,
    get length() { return held.size; },
  };
}

/** The browser's storage; where it is forbidden, one that lasts as long as the page. @param {"localStorage"|"sessionStorage"} which */
export function storage(which) {
  try {
    const found = window[which];
    found.setItem('careline.probe', '1');
    found.removeItem('careline.probe');
    return found;
  } catch {
    return memory();
  }
}

export const openSocket = () => new WebSocket(location.origin.replace(/^http/, 'ws') + '/v1/socket');

/** @param {import('../lib/api.js').Auth} auth */
export const browserApi = (auth) => createApi({ fetch: (input, init) => fetch(input, init), auth, clock });

/** Tell the connection what the page notices. @param {(hint:{online?:boolean,visible?:boolean}) => void} hint */
export function watchPage(hint) {
  addEventListener('online', () => hint({ online: true }));
  document.addEventListener('visibilitychange', () => { if (!document.hidden) hint({ visible: true }); });
  addEventListener('pageshow', (event) => { if (event.persisted) hint({ visible: true }); });
}
