// Who is there and who is writing, as far as this client was told.

/** @typedef {import('./shapes.js').State} State */
/** @typedef {import('./shapes.js').Frame} Frame */

const TYPING_MS = 6000;

/** @param {string} kind @param {string|null} [id] @param {string|null} [name] A contact is not told the ids of staff. */
export const personKey = (kind, id, name) => kind + ':' + (id ?? name ?? '');

/** @template T @param {Record<string,T>} all @param {string} key @param {T} value @returns {Record<string,T>} */
export const put = (all, key, value) => ({ ...all, [key]: value });

/** @template T @param {Record<string,T>} all @param {string} key @returns {Record<string,T>} */
export function without(all, key) {
  if (!(key in all)) return all;
  const { [key]: _, ...rest } = all;
  return rest;
}

/** @param {State} state @param {Frame} event @returns {State} */
export function typed(state, event) {
  const { data: who, conversation_id: id = '' } = event;
  const key = personKey(who.kind, who.id, who.name);
  if (!id || (who.kind === state.me?.kind && who.id === state.me?.id)) return state;
  const others = without(state.typing[id] ?? {}, key);
  const all = who.typing ? put(others, key, { kind: who.kind, name: who.name ?? '', at: event.received_at ?? 0 }) : others;
  return { ...state, typing: put(state.typing, id, all) };
}

/** @param {State} state @param {number} now @returns {State} */
export function forgetTyping(state, now) {
  const stale = Object.values(state.typing).some((all) => Object.values(all).some((t) => t.at + TYPING_MS <= now));
  if (!stale) return state;
  const typing = Object.fromEntries(Object.entries(state.typing).map(([id, all]) =>
    [id, Object.fromEntries(Object.entries(all).filter(([, t]) => t.at + TYPING_MS > now))]));
  return { ...state, typing };
}

/** @param {State} state @param {any} about @returns {State} */
export function present(state, about) {
  const key = personKey(about.kind, about.id, about.name);
  const { kind, id = null, name = null, online = null, last_seen_at = null } = about;
  return { ...state, people: put(state.people, key, { ...state.people[key], kind, id, name, online, last_seen_at }) };
}
