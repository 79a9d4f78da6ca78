// What was written here and is not yet known to be stored: kept across reloads, sent in order, never twice.

import { Problem, backOff } from './api.js';
import { keepItem, newItem } from './item.js';

/** @typedef {import('./item.js').Item} Item */
/**
 * @typedef {object} World
 * @property {import('./shapes.js').Store} storage
 * @property {string} prefix of the storage keys; names the actor, so that nobody sends what another wrote
 * @property {(item:Item) => Promise<any>} send answers the stored message
 * @property {import('./shapes.js').Clock} clock
 * @property {() => string} newId
 * @property {(item:Item) => void} changed
 * @property {(item:Item, message:any) => void} stored
 * @property {(item:Item) => void} dropped
 */

export class Outbox {
  /** @type {Map<string,Item>} */
  #items = new Map();
  /** Conversations with a request under way or a pause before the next. @type {Map<string,{timer:any,attempt:number}>} */
  #busy = new Map();
  #paused = false;

  /** @param {World} world */
  constructor(world) {
    this.world = world;
  }

  /** Take up what an earlier page left behind. */
  load() {
    const { storage, prefix } = this.world;
    for (const key of Array.from({ length: storage.length }, (_, i) => storage.key(i))) {
      if (!key?.startsWith(prefix)) continue;
      const item = readItem(storage.getItem(key));
      if (item) this.#items.set(item.client_id, item);
      else storage.removeItem(key);
    }
    this.#items = new Map([...this.#items].sort(([, a], [, b]) => a.order - b.order));
    for (const item of this.#items.values()) this.world.changed(item);
    this.#goAll();
  }

  /** @param {import('./item.js').Written} message @returns {Item} */
  add(message) {
    const item = this.#keep(newItem(this.world.newId(), this.world.clock.now(), message));
    this.#go(item.conversation_id);
    return item;
  }

  /** Try again what was refused, and what stood behind it. @param {string} client_id */
  retry(client_id) {
    const from = this.#items.get(client_id);
    if (!from) return;
    for (const item of this.#of(from.conversation_id)) {
      if (item.state === 'failed' && item.order >= from.order) this.#again(item);
    }
    this.#go(from.conversation_id);
  }

  /** @param {Item} item */
  #again(item) {
    if (item.problem !== 'client_id_reused') return this.#keep({ ...item, state: 'sending', problem: null });
    // This id is another message's for ever; only a new one can be stored.
    this.drop(item.client_id);
    return this.#keep({ ...item, client_id: this.world.newId(), state: 'sending', problem: null });
  }

  /** @param {string} client_id */
  drop(client_id) {
    const item = this.#remove(client_id);
    if (item) this.world.dropped(item);
  }

  /** The message was seen in the stream: its answer may have been lost, it was not. @param {string|null} client_id */
  settle(client_id) {
    if (client_id) this.#remove(client_id);
  }

  /** The conversation now has its id. @param {string} from @param {string} to */
  rebind(from, to) {
    for (const item of this.#of(from)) this.#keep({ ...item, conversation_id: to });
    const busy = this.#busy.get(from);
    this.#busy.delete(from);
    if (busy) this.#busy.set(to, busy);
    this.#go(to);
  }

  /** Nobody is signed in: keep everything, send nothing. */
  pause() {
    this.#paused = true;
  }

  /** There is hope again: do not sit out the pauses. */
  resume() {
    this.#paused = false;
    for (const [id, busy] of this.#busy) {
      if (busy.timer === null) continue;
      this.world.clock.clear(busy.timer);
      this.#busy.delete(id);
    }
    this.#goAll();
  }

  get size() {
    return this.#items.size;
  }

  /** @param {string} conversation_id */
  #of(conversation_id) {
    return [...this.#items.values()].filter((item) => item.conversation_id === conversation_id);
  }

  /** @param {Item} item */
  #keep(item) {
    this.#items.set(item.client_id, item);
    keepItem(this.world.storage, this.world.prefix, item);
    this.world.changed(item);
    return item;
  }

  /** @param {string} client_id */
  #remove(client_id) {
    const item = this.#items.get(client_id);
    this.#items.delete(client_id);
    try { this.world.storage.removeItem(this.world.prefix + client_id); } catch { /* as above */ }
    return item;
  }

  #goAll() {
    for (const id of new Set([...this.#items.values()].map((item) => item.conversation_id))) this.#go(id);
  }

  /** @param {string} conversation_id */
  #go(conversation_id) {
    if (this.#paused || this.#busy.has(conversation_id)) return;
    const item = this.#of(conversation_id).find((it) => it.state === 'sending');
    if (!item) return;
    const busy = { timer: null, attempt: 0 };
    this.#busy.set(conversation_id, busy);
    void this.#send(item.client_id, busy);
  }

  /** @param {string} client_id @param {{timer:any,attempt:number}} busy */
  async #send(client_id, busy) {
    const item = this.#items.get(client_id);
    let pause = -1;
    if (item && item.state === 'sending' && !this.#paused) {
      try {
        const message = await this.world.send(item);
        this.#remove(client_id);
        this.world.stored(item, message);
      } catch (error) {
        pause = this.#trouble(client_id, /** @type {Problem} */ (error), busy);
      }
    }
    const conversation_id = this.#items.get(client_id)?.conversation_id ?? this.#placeOf(busy) ?? '';
    if (pause < 0) {
      this.#busy.delete(this.#placeOf(busy) ?? '');
      return this.#go(conversation_id);
    }
    busy.timer = this.world.clock.set(() => {
      busy.timer = null;
      void this.#send(client_id, busy);
    }, pause);
  }

  /** @param {{timer:any,attempt:number}} busy */
  #placeOf(busy) {
    for (const [id, b] of this.#busy) if (b === busy) return id;
    return undefined;
  }

  /** How long to wait before trying again; below nought: not by itself. @param {string} client_id @param {Problem} problem @param {{attempt:number}} busy */
  #trouble(client_id, problem, busy) {
    if (!this.#items.has(client_id)) return -1;
    if (!(problem instanceof Problem) || problem.passing) {
      return (problem.retryAfter ?? 0) + backOff(busy.attempt++, this.world.clock.random, 1000);
    }
    if (problem.status === 401) {
      this.#paused = true;
      return -1;
    }
    const item = this.#items.get(client_id);
    // What stands behind it was written to be read after it.
    for (const later of item ? this.#of(item.conversation_id) : []) {
      if (later.state === 'sending') this.#keep({ ...later, state: 'failed', problem: later.client_id === client_id ? problem.code : 'behind' });
    }
    return -1;
  }
}

/** @param {string|null} text @returns {Item|null} */
function readItem(text) {
  try {
    const item = JSON.parse(text ?? '');
    return typeof item.client_id === 'string' && typeof item.body === 'string' && typeof item.conversation_id === 'string' ? item : null;
  } catch {
    return null;
  }
}
