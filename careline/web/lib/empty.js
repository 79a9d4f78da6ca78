// What a client knows before it was told anything.

/** @type {import('./shapes.js').Thread} */
export const emptyThread = { messages: [], pending: [], before: null, loaded: false, since: 0 };

/** @returns {import('./shapes.js').State} */
export const emptyState = () => ({ me: null, conversations: {}, threads: {}, people: {}, contacts: {}, staff: {}, labels: {}, canned: {}, workspace: null, typing: {}, stale: {}, wanted: [], flagged: 0 });
