// One contact's chat in this page: who they are here, which conversation is shown, what is known of it.

import { signal } from '../vendor/preact.js';
import { emptyState } from '../lib/empty.js';
import { keepItem, newItem } from '../lib/item.js';
import { browserApi, clock, newId, openSocket, watchPage } from '../parts/world.js';

export const NEW = 'new';

export class Room {
  state = signal(emptyState());
  phase = signal(/** @type {string} */ ('idle'));
  face = signal(/** @type {import('./shapes.js').Face|null} */ (null));
  screen = signal(/** @type {import('./shapes.js').Screen} */ ('loading'));
  id = signal(NEW);
  failed = signal(false);
  asking = signal(false);
  busy = signal(false);
  quoted = signal(/** @type {import('../parts/bubble.js').Shown|null} */ (null));
  editing = signal(/** @type {string|null} */ (null));
  code = signal(/** @type {typeof import('./code.js')|null} */ (null));
  talk = signal(/** @type {typeof import('./talk.js')|null} */ (null));
  /** @type {string|null} */ page = null;
  /** The conversation that NEW has just become. @type {string|null} */
  placed = null;
  /** @type {() => void} */ begun = () => {};
  /** @type {() => void} */ focus = () => {};
  /** @type {import('./shapes.js').Client|null} */ #client = null;
  /** @type {Promise<string>|null} */ #placing = null;
  /** @type {any} */ #soon = null;

  /** @param {import('./shapes.js').World} world */
  constructor(world) {
    this.world = world;
    this.memory = this.#recall();
    if (world.token) this.#remember({ token: world.token });
    this.api = browserApi({ token: () => this.memory.token ?? null });
  }

  /** @returns {import('./shapes.js').Memory} */
  #recall() {
    try { return JSON.parse(this.world.memory.getItem(this.world.key) ?? '{}') ?? {}; } catch { return {}; }
  }

  /** @param {import('./shapes.js').Memory} change */
  #remember(change) {
    this.memory = { ...this.memory, ...change };
    try { this.world.memory.setItem(this.world.key, JSON.stringify(this.memory)); } catch { /* lasts as long as the page */ }
  }

  /** May somebody who was here before say so by phone? */
  get mayAskCode() {
    return Boolean(this.world.workspace && this.face.value?.phone_codes && !this.memory.signed);
  }

  get known() {
    return Boolean(this.memory.token);
  }

  /** Come in as whoever we were; a stranger stays one until the first message. */
  async enter() {
    this.screen.value = 'loading';
    try {
      if (this.known) return await this.#enterKnown();
      this.face.value = await this.api.call('workspace.welcome', { workspace_id: this.world.workspace }, { anonymous: true });
      this.screen.value = 'thread';
      if (this.#unsent()) await this.warm();
    } catch (error) {
      const { status } = /** @type {import('../lib/api.js').Problem} */ (error);
      this.screen.value = status === 401 || status === 403 || status === 404 ? 'ended' : 'failed';
    }
  }

  async #enterKnown() {
    const [me, client] = await Promise.all([this.api.call('me.get'), this.#makeClient()]);
    this.face.value = me.workspace;
    this.#welcome(me.workspace.id);
    client.begin({ kind: me.kind, id: me.id, name: me.name }, me.workspace, this.#whose(me));
    client.live.start();
  }

  /** @param {string} workspace_id */
  #welcome(workspace_id) {
    this.api.call('workspace.welcome', { workspace_id }, { anonymous: true }).then((face) => { this.face.value = face; }, () => {});
  }

  /** A link's contact has an outbox of their own; the visitors of one browser are one. @param {{id:string,workspace:{id:string}}} me */
  #whose(me) {
    return this.world.workspace ? this.world.workspace + '.visitor' : me.workspace.id + '.' + me.id;
  }

  get #outbox() {
    return `careline.outbox.${this.world.workspace}.visitor.`;
  }

  #unsent() {
    const { storage } = this.world;
    return Array.from({ length: storage.length }, (_, i) => storage.key(i)).some((key) => key?.startsWith(this.#outbox));
  }

  /** Everything that is needed once somebody writes. */
  async warm() {
    const client = await this.#makeClient();
    if (!client.outbox) {
      client.begin({ kind: 'contact', id: null, name: null }, { id: this.world.workspace, ...this.face.value }, this.world.workspace + '.visitor');
    }
    return client;
  }

  async #makeClient() {
    const [{ Client }, talk] = await Promise.all([import('../lib/client.js'), import('./talk.js')]);
    this.talk.value = talk;
    if (this.#client) return this.#client;
    const client = this.#client = new Client({
      call: this.api.call,
      open: openSocket,
      auth: { token: () => this.memory.token ?? null },
      clock, newId,
      storage: this.world.storage,
      refetch: () => this.#refetch(),
      place: (id) => this.#place(id),
      changed: (state) => this.#changed(state),
      phase: (phase) => {
        this.phase.value = phase;
        if (phase === 'lost') this.screen.value = 'ended';
      },
      incoming: talk.sayAloud,
    });
    watchPage((hint) => client.live.hint(hint));
    return client;
  }

  /** @param {import('../lib/shapes.js').State} state */
  #changed(state) {
    // Somebody came or went; whether anybody at all is there, the workspace knows.
    if (state.people !== this.state.value.people && !this.#soon) {
      this.#soon = clock.set(() => {
        this.#soon = null;
        this.#welcome(state.workspace?.id ?? this.world.workspace);
      }, 5000);
    }
    this.state.value = state;
  }

  get client() {
    return this.#client;
  }

  async #refetch() {
    const client = /** @type {import('./shapes.js').Client} */ (this.#client);
    const page = await this.api.call('conversation.list', { status: 'any', limit: 50 });
    client.dispatch({ type: 'local.conversations', data: page });
    if (this.screen.value === 'loading') this.#choose(page.items);
  }

  /** @param {import('../lib/shapes.js').Conversation[]} conversations newest first */
  #choose(conversations) {
    const first = conversations.find((c) => c.status !== 'archived');
    if (this.face.value?.threading === 'many' && conversations.length > 1) this.screen.value = 'list';
    else this.show(first?.id ?? NEW);
  }

  /** @param {string} id */
  show(id) {
    if (this.id.value !== id) this.#client?.close(this.id.value);
    this.id.value = id;
    this.quoted.value = this.editing.value = null;
    this.screen.value = 'thread';
    void this.load();
  }

  async load() {
    this.failed.value = false;
    if (this.id.value !== NEW) await this.#client?.open(this.id.value).catch(() => { this.failed.value = true; });
  }

  list() {
    this.screen.value = 'list';
  }

  /** @param {string} text @param {import('../lib/shapes.js').Attached[]} [attachments] */
  async say(text, attachments) {
    const message = { conversation_id: this.id.value, body: text };
    const reply_to = this.quoted.value?.id;
    this.quoted.value = null;
    if (this.#client?.outbox) return void this.#client.say(this.id.value, text, { reply_to, attachments });
    // Written down before anything else is fetched: the outbox takes it up from there.
    keepItem(this.world.storage, this.#outbox, newItem(newId(), clock.now(), message));
    this.busy.value = true;
    await this.warm().catch(() => { this.screen.value = 'failed'; });
    this.busy.value = false;
  }

  /** @param {string} id @returns {Promise<string>} */
  async #place(id) {
    if (id !== NEW) return id;
    this.#placing ??= this.#start().finally(() => { this.#placing = null; });
    return this.#placing;
  }

  async #start() {
    const client = /** @type {import('./shapes.js').Client} */ (this.#client);
    const fresh = this.face.value?.threading === 'many';
    const conversation = this.known
      ? await this.api.call('conversation.start', fresh ? { fresh } : {}, { tries: 1 })
      : await this.#visit(client);
    client.dispatch({ type: 'local.seen', data: { conversation } });
    if (this.id.value === NEW) {
      this.placed = conversation.id;
      this.show(conversation.id);
    }
    return conversation.id;
  }

  /** @param {import('./shapes.js').Client} client */
  async #visit(client) {
    // Kept until it is answered: asked twice, the same visit is meant.
    const visit = this.memory.visit ?? newId();
    this.#remember({ visit });
    const { token, contact, conversation } = await this.api.call('visitor.start',
      { workspace_id: this.world.workspace, ...(this.page ? { page: this.page } : {}) }, { idempotencyKey: visit, anonymous: true, tries: 1 });
    this.#remember({ token, visit: undefined });
    client.begin({ kind: 'contact', id: contact.id, name: contact.name }, this.face.value, '');
    client.live.start();
    this.asking.value = !this.memory.asked;
    this.begun();
    return conversation;
  }

  /** @param {{name?:string,email?:string}|null} details null: rather not */
  async introduce(details) {
    if (details) await this.api.call('me.update', details);
    this.#remember({ asked: true });
    this.asking.value = false;
    this.focus();
  }

  /** @param {string} name @param {any} data */
  async change(name, data) {
    const message = await this.api.call(name, data);
    this.#client?.dispatch({ type: 'message.edited', data: { message } });
  }

  /** @param {string} id */
  async end(id) {
    const conversation = await this.api.call('conversation.update', { conversation_id: id, status: 'closed' });
    this.#client?.dispatch({ type: 'local.seen', data: { conversation } });
  }

  /** Ask for the number of somebody who was here before. */
  async askCode() {
    try {
      this.code.value = await import('./code.js');
      this.screen.value = 'code';
    } catch { /* the button stays, to be pressed again */ }
  }

  /** Come in as whom a token says; without one what let us in does not any more, and we begin anew as a stranger. @param {string|null} [token] */
  async become(token = null) {
    this.#client?.end();
    // What was not sent goes with us.
    this.#client?.outbox?.rebind(this.id.value, NEW);
    this.#client = null;
    this.state.value = emptyState();
    this.id.value = NEW;
    const signed = Boolean(token);
    this.#remember({ token, signed, asked: signed, visit: undefined });
    if (token) this.begun();
    await this.enter();
  }
}
