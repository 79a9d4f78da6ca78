// One person's Careline in one page: the state, and everything that keeps it true and tells others.

import { Live } from './live.js';
import { atMost, createTyping } from './marks.js';
import { Outbox } from './outbox.js';
import { emptyState, reduce } from './state.js';

/** @typedef {import('./shapes.js').Frame} Frame */
/** @typedef {import('./shapes.js').Message} Message */
/**
 * @typedef {object} World
 * @property {(name:string, data?:any, options?:any) => Promise<any>} call over HTTP
 * @property {() => any} open a socket
 * @property {{token:()=>string|null, renew?:()=>Promise<string|null>}} auth
 * @property {import('./shapes.js').Clock} clock
 * @property {import('./shapes.js').Store} storage
 * @property {() => string} newId
 * @property {() => Promise<void>} refetch the lists this page shows; threads are fetched here
 * @property {(id:string) => Promise<string>} [place] the real conversation of a provisional one, made if need be
 * @property {(state:import('./shapes.js').State) => void} changed
 * @property {(phase:import('./live.js').Phase, reason?:string) => void} phase
 * @property {(message:Message) => void} [incoming] something was said to this person just now
 * @property {(message:Message) => void} [called] a colleague has mentioned this person in a note
 */

export class Client {
  state = emptyState();
  /** @type {Outbox|null} */ outbox = null;
  /** @type {Map<string,Promise<void>>} */ #loading = new Map();
  /** @type {Set<string>} */ #open = new Set();
  /** @type {Set<string>} */ #fetching = new Set();
  /** @type {Record<string,string>} */ #readUpTo = {};

  /** @param {World} world */
  constructor(world) {
    const { clock } = this.world = world;
    this.live = new Live({
      open: world.open,
      poll: (since, wait, signal) => world.call('event.list', { since, wait }, { signal, tries: 1, timeout: 40_000 }),
      auth: world.auth,
      clock,
      event: (frame) => this.#heard(frame),
      fresh: () => void this.#fresh(),
      phase: (phase, reason) => {
        if (phase === 'live' || phase === 'polling') this.outbox?.resume();
        world.phase(phase, reason);
      },
    });
    this.typing = createTyping(clock, (conversation_id, typing) => this.#hint('typing.set', { conversation_id, typing }));
    this.#delivered = atMost(clock, 1000, (conversation_id, up_to) => this.#hint('receipt.deliver', { conversation_id, up_to }));
    this.#read = atMost(clock, 1000, (conversation_id, up_to) => void this.#sayRead(conversation_id, up_to));
    this.#tick = atMost(clock, 1000, () => this.#forgetTyping());
  }

  /** @type {{put:(id:string, up_to:string)=>void}} */ #delivered;
  /** @type {{put:(id:string, up_to:string)=>void}} */ #read;
  /** @type {{put:(id:string, on:boolean)=>void}} */ #tick;

  /** @param {Frame} event */
  dispatch(event) {
    const next = reduce(this.state, event);
    if (next === this.state) return;
    this.state = next;
    this.world.changed(next);
    for (const id of next.wanted) void this.#fetchConversation(id);
  }

  /** Somebody is here. @param {import('./shapes.js').Me} me @param {any} workspace @param {string} whose words the outbox keeps */
  begin(me, workspace, whose) {
    this.dispatch({ type: 'local.me', data: { me, workspace } });
    if (this.outbox) return this.outbox.resume();
    this.outbox = this.#makeOutbox(`careline.outbox.${whose}.`);
    this.outbox.load();
  }

  end() {
    this.live.stop();
    this.outbox?.pause();
  }

  /** @param {string} prefix */
  #makeOutbox(prefix) {
    const { storage, clock, newId } = this.world;
    return new Outbox({
      storage, prefix, clock, newId,
      send: (item) => this.#send(item),
      changed: (item) => this.dispatch({ type: 'local.pending', data: { message: this.#standIn(item) } }),
      stored: (item, message) => this.dispatch({ type: 'message.sent', conversation_id: message.conversation_id, data: { message } }),
      dropped: (item) => this.dispatch({ type: 'local.dropped', data: { id: item.conversation_id, client_id: item.client_id } }),
    });
  }

  /** @param {import('./outbox.js').Item} item */
  #standIn({ client_id, conversation_id, body, kind, reply_to = null, attachments = [], mentions = [], created_at, state, problem }) {
    const { me } = this.state;
    return {
      id: client_id, client_id, conversation_id, body, kind, reply_to, attachments, mentions, created_at, state, problem,
      sender_kind: me?.kind, sender_id: me?.id ?? null, sender_name: me?.name ?? null,
      edited_at: null, deleted_at: null, delivered_at: null, read_at: null,
    };
  }

  /** @param {import('./outbox.js').Item} item @returns {Promise<Message>} */
  async #send({ client_id, conversation_id: id, body, kind, reply_to, attachments, mentions }) {
    const conversation_id = this.world.place ? await this.world.place(id) : id;
    if (conversation_id !== id) {
      this.dispatch({ type: 'local.adopted', data: { from: id, to: conversation_id } });
      this.outbox?.rebind(id, conversation_id);
    }
    const { isLive } = this.live;
    const files = attachments?.length ? { attachment_ids: attachments.map((file) => file.id) } : {};
    const message = await this.ask('message.send', { conversation_id, body, client_id, ...(kind === 'text' ? {} : { kind }), ...(reply_to ? { reply_to } : {}), ...(mentions?.length ? { mentions } : {}), ...files });
    return isLive ? message : { ...message, unplaced: true };
  }

  /** @param {string} conversation_id @param {string} body @param {Partial<import('./item.js').Written>} [more] */
  say(conversation_id, body, more = {}) {
    this.typing.sent(conversation_id);
    return this.outbox?.add({ conversation_id, body, ...more });
  }

  /** Over the socket while there is one, else by HTTP. @param {string} name @param {any} data @returns {Promise<any>} */
  ask(name, data) {
    return this.live.isLive ? this.live.command(name, data) : this.world.call(name, data, { tries: 1 });
  }

  /** News that nobody waits for and that is stale when it fails. @param {string} name @param {any} data */
  #hint(name, data) {
    this.ask(name, data).catch(() => {});
  }

  /** @param {Frame} frame */
  #heard(frame) {
    frame.received_at = this.world.clock.now();
    const message = frame.type === 'message.sent' ? /** @type {Message} */ (frame.data.message) : null;
    const known = message && this.state.threads[message.conversation_id]?.messages.some((m) => m.id === message.id);
    if (message?.client_id) this.outbox?.settle(message.client_id);
    this.dispatch(frame);
    if (frame.type === 'typing') this.#tick.put('', true);
    if (!message || known) return;
    if (message.sender_kind === this.state.me?.kind) {
      if (message.mentions?.includes(this.state.me?.id ?? '')) this.world.called?.(message);
      return;
    }
    this.#delivered.put(message.conversation_id, message.id);
    this.world.incoming?.(message);
  }

  #forgetTyping() {
    this.dispatch({ type: 'local.tick', data: { now: this.world.clock.now() } });
    if (Object.values(this.state.typing).some((all) => Object.keys(all).length)) this.#tick.put('', true);
  }

  async #fresh() {
    this.dispatch({ type: 'local.reset' });
    try {
      await this.world.refetch();
      this.dispatch({ type: 'local.settled' });
      await Promise.all([...this.#open].map((id) => this.load(id, true)));
    } catch {
      // Without the lists this page is worth nothing, however live it is.
      this.world.clock.set(() => void this.#fresh(), 3000);
    }
  }

  /** @param {string} id */
  async #fetchConversation(id) {
    if (this.#fetching.has(id)) return;
    this.#fetching.add(id);
    try {
      const before = this.#lastSaid(id);
      let conversation = await this.world.call('conversation.get', { conversation_id: id });
      // What was said while the answer was under way may not be in it.
      const last = this.#lastSaid(id);
      if (last !== before && last?.id !== conversation.last_message?.id) conversation = await this.world.call('conversation.get', { conversation_id: id });
      this.dispatch({ type: 'local.seen', data: { conversation } });
    } catch (error) {
      const { status } = /** @type {import('./api.js').Problem} */ (error);
      if (status === 403 || status === 404) this.dispatch({ type: 'local.gone', data: { id } });
    } finally {
      this.#fetching.delete(id);
    }
  }

  /** @param {string} id */
  #lastSaid(id) {
    return this.state.threads[id]?.messages.findLast((m) => m.kind !== 'note');
  }

  /** Show a thread and keep it; `close` when it is not shown any more. @param {string} id */
  open(id) {
    this.#open.add(id);
    return this.load(id);
  }

  /** @param {string} id */
  close(id) {
    this.#open.delete(id);
    this.typing.stopped(id);
  }

  /** The newest page, unless nothing in it can be in doubt. @param {string} id @param {boolean} [again] @returns {Promise<void>} */
  load(id, again = false) {
    const thread = this.state.threads[id];
    if (!again && thread?.loaded && thread.since === null) return Promise.resolve();
    // A page asked for before the doubt arose does not dispel it.
    const earlier = again ? this.#loading.get('new' + id) : null;
    if (earlier) return earlier.then(() => this.load(id, true), () => this.load(id, true));
    return this.#once('new' + id, async () => {
      const page = await this.world.call('message.list', { conversation_id: id, limit: 50 });
      this.dispatch({ type: 'local.newest', data: { id, ...page } });
      const theirs = this.#lastOfOthers(id);
      if (theirs && !theirs.delivered_at) this.#delivered.put(id, theirs.id);
    });
  }

  /** One page further back. @param {string} id @returns {Promise<void>} */
  loadOlder(id) {
    return this.#once('old' + id, async () => {
      const { before } = this.state.threads[id] ?? {};
      if (!before) return;
      const page = await this.world.call('message.list', { conversation_id: id, before, limit: 50 });
      this.dispatch({ type: 'local.older', data: { id, ...page } });
    });
  }

  /** @param {string} key @param {() => Promise<void>} work */
  #once(key, work) {
    const running = this.#loading.get(key) ?? work().finally(() => this.#loading.delete(key));
    this.#loading.set(key, running);
    return running;
  }

  /** @param {string} id */
  #lastOfOthers(id) {
    return this.state.threads[id]?.messages.findLast((m) => m.sender_kind !== this.state.me?.kind && m.kind !== 'note') ?? null;
  }

  /** What is there to be read: what the others said, and the notes that mention this person. @param {string} id */
  #lastToRead(id) {
    const { me, threads } = this.state;
    const isFor = (/** @type {Message} */ m) => (m.kind === 'note' ? m.mentions?.includes(me?.id ?? '') : m.sender_kind !== me?.kind);
    return threads[id]?.messages.findLast(isFor) ?? null;
  }

  /** What this thread shows is before somebody's eyes. @param {string} id */
  markRead(id) {
    const last = this.#lastToRead(id);
    const unread = this.state.conversations[id]?.unread_count ?? 0;
    if (!last || (this.#readUpTo[id] === last.id && !unread) || (last.read_at && !unread)) return;
    this.#read.put(id, last.id);
  }

  /** @param {string} id @param {string} up_to */
  async #sayRead(id, up_to) {
    const { me } = this.state;
    try {
      const { unread_count } = await this.ask('receipt.read', { conversation_id: id, up_to });
      this.#readUpTo[id] = up_to;
      this.dispatch({ type: 'message.read', conversation_id: id, data: { reader: me, up_to, at: this.world.clock.now(), unread_count } });
    } catch { /* said again when something new is seen, or when the thread is looked at again */ }
  }
}
