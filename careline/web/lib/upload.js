// Files on their way to the next message: refused early, sent a few at a time, tried again after a lost line, remembered once they are there.

import { Problem, backOff } from './api.js';

/** @typedef {import('./shapes.js').Attached} Attached */
/** @typedef {{name:string,type:string,size:number}} Picked what a browser's File tells of itself */
/** @typedef {{key:string,name:string,type:string,size:number,file:any,state:"waiting"|"sending"|"done"|"failed",part:number,problem:string|null,again:boolean,attached:Attached|null}} Item */
/** @typedef {{name:string,why:"type"|"empty"|"size"|"number"}} Refusal */
/**
 * @typedef {object} World
 * @property {import('./shapes.js').Store} storage
 * @property {string} prefix of the storage keys
 * @property {import('./shapes.js').Clock} clock
 * @property {() => string} newId
 * @property {(file:any, progress:(part:number) => void) => {done:Promise<any>, stop:() => void}} send
 * @property {() => void} changed
 */

export const MOST = 10;
export const extensions = ['jpg', 'jpeg', 'png', 'gif', 'webp', 'pdf', 'doc', 'docx', 'txt', 'svg'];
const AT_ONCE = 3;
const TRIES = 6;
const KEPT_MS = 23 * 3_600_000;
const PATIENCE_MS = 60_000;

/** What a message keeps of an attachment. @param {any} attachment @returns {Attached} */
const told = ({ id, name, type, size, width, height, thumbnail, state, url }) => ({ id, name, type, size, width, height, thumbnail, state, url });

/** @param {Attached} attached @returns {Item} */
const there = (attached) => ({ key: attached.id, name: attached.name, type: attached.type, size: attached.size, file: null, state: 'done', part: 1, problem: null, again: false, attached });

export class Tray {
  /** @type {Map<string,Item[]>} */ #trays = new Map();
  /** @type {Map<string,() => void>} */ #stops = new Map();
  /** @type {Map<string,any>} */ #timers = new Map();
  /** @type {Map<string,number>} */ #attempts = new Map();
  /** The smallest size that the server found too large. */ #tooLarge = Infinity;

  /** @param {World} world */
  constructor(world) {
    this.world = world;
  }

  /** What lies here for the next message. @param {string} id of the composer @returns {Item[]} */
  items(id) {
    let items = this.#trays.get(id);
    if (!items) this.#trays.set(id, items = this.#recall(id));
    return items;
  }

  /** Is anything still under way? @param {string} id */
  isBusy(id) {
    return this.items(id).some((item) => item.state === 'waiting' || item.state === 'sending');
  }

  /** @param {string} id @param {Iterable<Picked>} files @returns {Refusal[]} why some were not taken */
  add(id, files) {
    /** @type {Refusal[]} */ const refused = [];
    for (const file of files) {
      const why = this.#why(id, file);
      if (why) refused.push({ name: file.name, why });
      else {
        const { name, type, size } = file;
        this.items(id).push({ key: this.world.newId(), name, type, size, file, state: 'waiting', part: 0, problem: null, again: false, attached: null });
      }
    }
    this.#go();
    return refused;
  }

  /** @param {string} id @param {Picked} file @returns {Refusal["why"]|null} */
  #why(id, file) {
    const ending = file.name.includes('.') ? file.name.split('.').at(-1)?.toLowerCase() ?? '' : '';
    if (!extensions.includes(ending)) return 'type';
    if (!file.size) return 'empty';
    if (file.size >= this.#tooLarge) return 'size';
    return this.items(id).length >= MOST ? 'number' : null;
  }

  /** One that needs no upload. @param {string} id @param {any} attachment as the server tells of it */
  put(id, attachment) {
    this.items(id).push(there(told(attachment)));
    this.#keep(id);
    this.world.changed();
  }

  /** Not this one after all. @param {string} id @param {string} key @returns {Item|null} */
  cancel(id, key) {
    const item = this.items(id).find((one) => one.key === key) ?? null;
    this.#trays.set(id, this.items(id).filter((one) => one !== item));
    this.#stops.get(key)?.();
    this.#forget(key);
    this.#keep(id);
    this.#go();
    return item;
  }

  /** @param {string} id @param {string} key */
  retry(id, key) {
    this.#attempts.delete(key);
    this.#change(id, key, { state: 'waiting', part: 0, problem: null });
    this.#go();
  }

  /** There is hope again: do not sit out the pauses. */
  resume() {
    for (const [key, timer] of this.#timers) {
      this.world.clock.clear(timer);
      this.#timers.delete(key);
    }
    this.#go();
  }

  /** What is there goes with the message; the tray is empty then. @param {string} id @returns {Attached[]} */
  take(id) {
    const items = this.items(id);
    const there = items.filter((item) => item.state === 'done');
    this.#trays.set(id, items.filter((item) => item.state !== 'done'));
    this.#keep(id);
    this.world.changed();
    return there.map((item) => /** @type {Attached} */ (item.attached));
  }

  #go() {
    const all = [...this.#trays].flatMap(([id, items]) => items.map((item) => ({ id, item })));
    let free = AT_ONCE - all.filter(({ item }) => item.state === 'sending').length;
    for (const { id, item } of all) {
      if (free <= 0) break;
      if (item.state !== 'waiting' || this.#timers.has(item.key)) continue;
      free -= 1;
      void this.#send(id, item);
    }
    this.world.changed();
  }

  /** @param {string} id @param {Item} item */
  async #send(id, { key, file }) {
    this.#change(id, key, { state: 'sending', part: 0 });
    try {
      const { done, stop } = this.world.send(file, (part) => this.#change(id, key, { part }));
      this.#stops.set(key, stop);
      const attached = told(await done);
      this.#forget(key);
      this.#change(id, key, { ...there(attached), key, file });
      this.#keep(id);
    } catch (error) {
      this.#stops.delete(key);
      this.#trouble(id, key, /** @type {Problem} */ (error));
    }
    this.#go();
  }

  /** @param {string} id @param {string} key @param {Problem} problem */
  #trouble(id, key, problem) {
    const item = this.items(id).find((one) => one.key === key);
    if (!item) return;
    const passing = !(problem instanceof Problem) || problem.passing;
    const attempt = this.#attempts.get(key) ?? 0;
    const wait = problem.retryAfter ?? 0;
    if (problem.code === 'too_large') this.#tooLarge = Math.min(this.#tooLarge, item.size);
    if (!passing || attempt >= TRIES || wait > PATIENCE_MS) {
      return this.#change(id, key, { state: 'failed', problem: problem.code ?? 'offline', again: passing, part: 0 });
    }
    this.#attempts.set(key, attempt + 1);
    this.#timers.set(key, this.world.clock.set(() => {
      this.#timers.delete(key);
      this.#go();
    }, wait + backOff(attempt, this.world.clock.random, 1000)));
    this.#change(id, key, { state: 'waiting', part: 0 });
  }

  /** @param {string} id @param {string} key @param {Partial<Item>} change */
  #change(id, key, change) {
    this.#trays.set(id, this.items(id).map((item) => (item.key === key ? { ...item, ...change } : item)));
    this.world.changed();
  }

  /** @param {string} key */
  #forget(key) {
    this.world.clock.clear(this.#timers.get(key));
    for (const all of [this.#stops, this.#timers, this.#attempts]) all.delete(key);
  }

  /** @param {string} id */
  #keep(id) {
    const { storage, prefix, clock } = this.world;
    const there = this.items(id).filter((item) => item.attached).map((item) => ({ at: clock.now(), attached: item.attached }));
    try {
      if (there.length) storage.setItem(prefix + id, JSON.stringify(there));
      else storage.removeItem(prefix + id);
    } catch { /* a reload would forget them, and the server gives them up after a day */ }
  }

  /** What an earlier page uploaded and did not send. @param {string} id @returns {Item[]} */
  #recall(id) {
    const { storage, prefix, clock } = this.world;
    try {
      /** @type {{at:number,attached:Attached}[]} */ const kept = JSON.parse(storage.getItem(prefix + id) ?? '[]');
      return kept.filter(({ at, attached }) => at > clock.now() - KEPT_MS && attached.id).map(({ attached }) => there(attached));
    } catch {
      return [];
    }
  }
}
