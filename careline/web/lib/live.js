// The connection: which events this client has heard, and how it comes to hear the next one without a gap.

import { Problem, backOff } from './api.js';

/** @typedef {import('./shapes.js').Frame} Frame */
/** @typedef {"idle"|"connecting"|"live"|"polling"|"waiting"|"lost"} Phase */
/** @typedef {{readyState:number,send:(text:string)=>void,close:(code?:number)=>void,onmessage:any,onclose:any,onerror:any}} Socket */
/**
 * @typedef {object} World
 * @property {() => Socket} open may throw where sockets are forbidden
 * @property {(since:string|null, seconds:number, signal:AbortSignal) => Promise<{items:Frame[],cursor:string,epoch:string,reset?:boolean}>} poll
 * @property {{token:()=>string|null, renew?:()=>Promise<string|null>}} auth
 * @property {import('./shapes.js').Clock} clock
 * @property {(frame:Frame) => void} event
 * @property {() => void} fresh everything held may be stale: fetch it again
 * @property {(phase:Phase, reason?:string) => void} phase
 */

const READY_MS = 10_000;
const BEAT_MS = 20_000;
const ANSWER_MS = 15_000;
const STEADY_MS = 10_000;

/** What a close code asks of us. @param {number} code @param {string} [reason] @returns {{next:"again"|"renew"|"lost",atLeast?:number,why?:string}} */
export function verdict(code, reason = '') {
  if (code === 1012) {
    let ms = 1000;
    try { ms = Number(JSON.parse(reason).retry_after_ms) || ms; } catch { /* an older server or a proxy spoke */ }
    return { next: 'again', atLeast: Math.min(ms, 60_000) };
  }
  if (code === 4401) return { next: 'renew', why: 'unauthenticated' };
  if (code === 4410) return { next: 'renew', why: 'revoked' };
  if (code === 4403) return { next: 'lost', why: 'forbidden' };
  if (code === 4429 || code === 1013) return { next: 'again', atLeast: 5000 };
  return { next: 'again' };
}

export class Live {
  /** @type {string|null} */
  cursor = null;
  /** @type {Phase} */
  phase = 'idle';
  /** @type {string|null} */
  #epoch = null;
  /** @type {Socket|null} */
  #socket = null;
  #ready = false;
  #readySince = 0;
  #attempt = 0;
  #neverOpened = 0;
  #mustRenew = false;
  #pinged = false;
  #id = 0;
  /** @type {Map<string,{done:(data:any)=>void,fail:(problem:Problem)=>void,timer:any}>} */
  #asked = new Map();
  /** @type {AbortController|null} */
  #poll = null;
  /** @type {any} */ #retry = null;
  /** @type {any} */ #beat = null;
  /** @type {any} */ #deadline = null;

  /** @param {World} world */
  constructor(world) {
    this.world = world;
    this.clock = world.clock;
  }

  start() {
    if (this.phase === 'idle' || this.phase === 'lost') this.#connect();
  }

  stop() {
    this.#hangUp();
    this.#stopPolling();
    this.clock.clear(this.#retry);
    this.cursor = this.#epoch = null;
    this.#attempt = this.#neverOpened = 0;
    this.#tell('idle');
  }

  get isLive() {
    return this.#ready;
  }

  /** The page saw or lost the network, came to the front or left. @param {{online?:boolean,visible?:boolean}} hint */
  hint({ online, visible }) {
    if (!online && !visible) return;
    if (this.phase === 'waiting') this.#wait(this.clock.random() * 500);
    else if (this.#ready) this.#ask(5000);
  }

  /** The access token was renewed. @param {string} token */
  reauth(token) {
    if (this.#ready) this.#say({ type: 'auth', token });
  }

  /** Ask over the socket. Refused at once when there is none; `unknown` when it fell before the answer. @param {string} type @param {object} data @returns {Promise<any>} */
  command(type, data) {
    if (!this.#ready) return Promise.reject(new Problem({ status: 0, code: 'offline' }));
    const id = String(++this.#id);
    return new Promise((done, fail) => {
      const timer = this.clock.set(() => this.#closed(1006, ''), ANSWER_MS);
      this.#asked.set(id, { done, fail, timer });
      this.#say({ type, id, data });
    });
  }

  /** @param {object} frame */
  #say(frame) {
    // One that is closing already would only complain: what is asked now fails when it has closed.
    if (this.#socket && this.#socket.readyState > 1) return;
    try { this.#socket?.send(JSON.stringify(frame)); } catch { this.#closed(1006, ''); }
  }

  /** @param {Phase} phase @param {string} [reason] */
  #tell(phase, reason) {
    if (phase === this.phase && !reason) return;
    this.phase = phase;
    this.world.phase(phase, reason);
  }

  async #connect() {
    this.clock.clear(this.#retry);
    if (this.phase !== 'polling') this.#tell('connecting');
    if (this.#mustRenew && !(await this.#renewed())) return;
    if (this.#socket) return;
    try {
      const socket = this.#socket = this.world.open();
      socket.onmessage = (/** @type {{data:any}} */ event) => { if (socket === this.#socket) this.#heard(event.data); };
      socket.onclose = (/** @type {{code:number,reason:string}} */ event) => { if (socket === this.#socket) this.#closed(event.code, event.reason); };
      // A proxy may accept the upgrade and then swallow every frame.
      this.#deadline = this.clock.set(() => this.#closed(1006, ''), READY_MS);
    } catch {
      this.#closed(1006, '');
    }
  }

  /** @returns {Promise<boolean>} */
  async #renewed() {
    const old = this.world.auth.token();
    try {
      const token = await this.world.auth.renew?.();
      this.#mustRenew = false;
      if (token && token !== old) return true;
      this.#lose('unauthenticated');
    } catch {
      this.#wait(backOff(this.#attempt++, this.clock.random));
    }
    return false;
  }

  /** @param {unknown} text */
  #heard(text) {
    /** @type {Frame} */
    let frame;
    try { frame = JSON.parse(String(text)); } catch { return; }
    this.#pinged = false;
    if (frame.type === 'hello') return this.#say({ type: 'auth', token: this.world.auth.token(), ...(this.cursor ? { since: this.cursor } : {}) });
    if (frame.type === 'ready') return this.#ready ? undefined : this.#opened(frame);
    if (frame.type === 'pong') return;
    if (frame.type === 'reply' || frame.type === 'error') return this.#answered(frame);
    this.#take(frame);
  }

  /** @param {Frame} frame */
  #take(frame) {
    this.world.event(frame);
    // Only after it was taken: an event that throws is asked for again by the next connection.
    if (frame.cursor) this.cursor = frame.cursor;
  }

  /** @param {Frame} frame */
  #opened(frame) {
    this.clock.clear(this.#deadline);
    this.#stopPolling();
    this.#ready = true;
    this.#readySince = this.clock.now();
    this.#neverOpened = 0;
    this.#ask(BEAT_MS);
    this.#began(frame);
    this.#tell('live');
  }

  /** A stream (re)starts: does it go on where ours ended? @param {{epoch?:string,cursor?:string|null,reset?:boolean}} start */
  #began({ epoch, cursor, reset }) {
    const fresh = this.cursor === null || reset || this.#epoch !== epoch;
    this.#epoch = epoch ?? null;
    // What follows this greeting follows this cursor.
    this.cursor = cursor ?? this.cursor;
    if (fresh) this.world.fresh();
  }

  /** @param {Frame} frame */
  #answered(frame) {
    const asked = this.#asked.get(frame.id);
    if (frame.cursor) this.cursor = frame.cursor;
    if (!asked) return;
    this.#asked.delete(frame.id);
    this.clock.clear(asked.timer);
    if (frame.type === 'reply') asked.done(frame.data);
    else asked.fail(new Problem(frame.error, frame.error.status >= 500));
  }

  /** Ping, and hang up when by `ms` nothing at all was heard. @param {number} ms */
  #ask(ms) {
    this.clock.clear(this.#beat);
    this.#pinged = true;
    this.#say({ type: 'ping' });
    this.#beat = this.clock.set(() => (this.#pinged ? this.#closed(1006, '') : this.#ask(BEAT_MS)), ms);
  }

  #hangUp() {
    const socket = this.#socket;
    this.#socket = null;
    this.#ready = false;
    this.clock.clear(this.#beat);
    this.clock.clear(this.#deadline);
    try { socket?.close(); } catch { /* already gone */ }
    for (const [, asked] of this.#asked) {
      this.clock.clear(asked.timer);
      asked.fail(new Problem({ status: 0, code: 'offline' }, true));
    }
    this.#asked.clear();
  }

  /** @param {number} code @param {string} reason */
  #closed(code, reason) {
    if (this.phase === 'idle' || this.phase === 'lost') return;
    const opened = this.#ready;
    // A server that falls over each greeting must not be greeted without end.
    if (opened && this.clock.now() - this.#readySince >= STEADY_MS) this.#attempt = 0;
    this.#hangUp();
    const { next, atLeast = 0, why } = verdict(code, reason);
    if (next === 'lost' || (next === 'renew' && !this.world.auth.renew)) return this.#lose(why ?? 'closed');
    this.#mustRenew = next === 'renew';
    if (this.#poll) return this.#trySocketLater();
    if (!opened && code < 4000 && code !== 1012 && code !== 1013) this.#neverOpened++;
    if (this.#neverOpened >= 2) return void this.#pollOn();
    // On top of what the server asks for, or all whom it asked the same come back in the same instant.
    this.#wait(atLeast + backOff(this.#attempt++, this.clock.random));
  }

  /** @param {string} reason */
  #lose(reason) {
    this.#hangUp();
    this.#stopPolling();
    this.clock.clear(this.#retry);
    this.#mustRenew = false;
    this.#tell('lost', reason);
  }

  /** @param {number} ms */
  #wait(ms) {
    this.#tell('waiting');
    this.clock.clear(this.#retry);
    this.#retry = this.clock.set(() => void this.#connect(), ms);
  }

  #trySocketLater() {
    this.clock.clear(this.#retry);
    this.#retry = this.clock.set(() => void this.#connect(), 60_000 + this.clock.random() * 60_000);
  }

  #stopPolling() {
    this.#poll?.abort();
    this.#poll = null;
  }

  /** @param {number} ms */
  #pause(ms) {
    return new Promise((done) => this.clock.set(() => done(undefined), ms));
  }

  async #pollOn() {
    const stop = this.#poll = new AbortController();
    this.#trySocketLater();
    try {
      // The first is not to wait: it tells whether this way is open at all.
      for (let seconds = 0; ; seconds = 25) {
        const asked = this.clock.now();
        const page = await this.world.poll(this.cursor, seconds, stop.signal);
        // The socket opened meanwhile: what this answer holds comes through it, in its order.
        if (stop.signal.aborted) return;
        const { epoch, reset } = page;
        this.#began({ epoch, reset, cursor: this.cursor ?? page.cursor });
        for (const frame of page.items) this.#take(frame);
        this.cursor = page.cursor;
        this.#attempt = 0;
        this.#tell('polling');
        if (seconds && !page.items.length && this.clock.now() - asked < 1000) await this.#pause(1000);
      }
    } catch (error) {
      if (stop.signal.aborted) return;
      this.#poll = null;
      const { status } = /** @type {Problem} */ (error);
      if (status === 401 || status === 403) return this.#lose('unauthenticated');
      this.#wait(backOff(this.#attempt++, this.clock.random));
    }
  }
}
