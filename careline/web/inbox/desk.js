// A staff member's desk in this page: who is signed in, which view and conversation lie open, what is known.

import { batch, signal } from '../vendor/preact.js';
import '../lib/commands.staff.js';
import '../lib/commands.talk.js';
import { readAddress, writeAddress } from '../lib/address.js';
import { Client } from '../lib/client.js';
import { createSession } from '../lib/session.js';
import { emptyState } from '../lib/state.js';
import { extended, listingKey, query, select } from '../lib/views.js';
import { Attach } from '../parts/attach.js';
import { browserApi, clock, newId, openSocket, storage, watchPage } from '../parts/world.js';
import { Called } from './called.js';

/** @typedef {import('../lib/address.js').Place} Place */
/** @typedef {import('../lib/views.js').View} View */
/** @typedef {import('../lib/views.js').Listing} Listing */
/** @typedef {import('../lib/views.js').Sieve} Sieve */
/** @typedef {import('../lib/session.js').Grant} Grant */

/** Over all tabs where the browser can, else in this page alone. @param {string} name @param {() => Promise<any>} fn */
const lock = (name, fn) => (navigator.locks ? navigator.locks.request(name, fn) : fn());

export class Desk {
  state = signal(emptyState());
  phase = signal(/** @type {string} */ ('idle'));
  screen = signal(/** @type {"starting"|"signin"|"desk"|"failed"} */ ('starting'));
  grant = signal(/** @type {Grant|null} */ (null));
  view = signal(/** @type {View} */ ('mine'));
  id = signal(/** @type {string|null} */ (null));
  cursor = signal(/** @type {string|null} */ (null));
  listings = signal(/** @type {Record<string,Listing>} */ ({}));
  sieve = signal(/** @type {Sieve} */ ({}));
  /** On the contacts page: whose record lies open, '' for nobody's; null where conversations are shown. */
  contact = signal(/** @type {string|null} */ (null));
  /** Conversations chosen to be treated alike. */
  picked = signal(/** @type {ReadonlySet<string>} */ (new Set()));
  /** Which of the dialogs of dialogs.js lies open. */
  dialog = signal(/** @type {string|null} */ (null));
  /** The stretch of history around a message that was searched for. */
  passage = signal(/** @type {import('./passage.js').Passage|null} */ (null));
  /** How many messages wait to be looked at, as far as an administrator is told. */
  flags = signal(0);
  /** Was the password changed on this page? Then only the new one lets in. */
  changed = signal(false);
  listFailed = signal(false);
  threadFailed = signal(false);
  person = signal(matchMedia('(min-width: 1200px)').matches);
  /** @type {(message:import('../lib/shapes.js').Message) => void} */ incoming = () => {};
  /** @type {(message:import('../lib/shapes.js').Message) => void} */ mentioned = () => {};
  /** @type {Client|null} */ client = null;
  /** @type {Attach|null} */ attach = null;
  local = storage('localStorage');
  called = new Called();
  /** @type {Set<string>} */ #listing = new Set();

  constructor() {
    this.session = createSession({
      refresh: (workspace_id) => this.call('session.refresh', workspace_id ? { workspace_id } : {}, { anonymous: true }),
      lock, clock,
      onGrant: (grant) => this.#granted(grant),
      onLost: () => this.#signedOut(),
    });
    this.api = browserApi({ token: () => this.session.token(), renew: () => this.session.renew() });
    addEventListener('popstate', () => this.#follow());
    watchPage((hint) => this.client?.live.hint(hint));
  }

  /** @param {string} name @param {any} [data] @param {any} [options] */
  call(name, data, options) {
    return this.api.call(name, data, options);
  }

  async start() {
    this.screen.value = 'starting';
    try {
      if (!(await this.session.renew())) this.screen.value = 'signin';
    } catch {
      this.screen.value = 'failed';
    }
  }

  /** @param {string} email @param {string} password */
  async signIn(email, password) {
    this.session.accept(await this.call('session.create', { email, password, cookie: true }, { anonymous: true }));
  }

  async signOut() {
    this.client?.end();
    await this.call('session.delete').catch(() => {});
    const begun = `careline.draft.${this.grant.value?.workspace.id}.${this.me?.id}.`;
    // The composer keeps its text once more when it goes; only then what was begun here can be forgotten.
    this.screen.value = 'starting';
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    for (const key of Array.from({ length: this.local.length }, (_, i) => this.local.key(i))) if (key?.startsWith(begun)) this.local.removeItem(key);
    // A new page remembers nothing: the next at this desk sees nobody's conversations.
    location.replace('/inbox');
  }

  /** @param {string} workspace_id */
  async moveTo(workspace_id) {
    await this.session.renew(workspace_id);
    location.assign('/inbox');
  }

  /** @param {Grant} grant */
  #granted(grant) {
    const known = this.grant.value;
    this.grant.value = grant;
    if (this.client && known?.staff.id === grant.staff.id && this.screen.value === 'desk') return this.client.live.reauth(grant.access_token);
    const { staff, workspace } = grant;
    this.client ??= this.#makeClient();
    this.attach ??= this.#makeAttach(workspace.id, staff.id);
    this.client.begin({ kind: 'staff', id: staff.id, name: staff.name }, workspace, `${workspace.id}.staff.${staff.id}`);
    this.#follow();
    this.screen.value = 'desk';
    this.client.live.start();
  }

  #signedOut() {
    this.client?.end();
    this.client = null;
    this.attach = null;
    batch(() => {
      this.state.value = emptyState();
      this.grant.value = null;
      this.listings.value = {};
      this.screen.value = 'signin';
    });
  }

  #makeClient() {
    return new Client({
      call: (name, data, options) => this.call(name, data, options),
      open: openSocket,
      auth: { token: () => this.session.token(), renew: () => this.session.renew() },
      clock, newId,
      storage: this.local,
      refetch: () => this.#refetch(),
      changed: (state) => { this.state.value = state; },
      phase: (phase) => {
        this.phase.value = phase;
        if (phase === 'lost') this.session.forget();
      },
      incoming: (message) => this.incoming(message),
      called: (message) => this.mentioned(message),
    });
  }

  /** Kept beside the drafts, and forgotten with them. @param {string} workspace_id @param {string} staff_id */
  #makeAttach(workspace_id, staff_id) {
    const auth = { token: () => this.session.token(), renew: () => this.session.renew() };
    return new Attach({ storage: this.local, prefix: `careline.draft.${workspace_id}.${staff_id}.files.`, auth, call: (name, data) => this.call(name, data) });
  }

  async #refetch() {
    this.listings.value = {};
    const view = this.view.value;
    const pinned = this.call('conversation.list', { view: 'all', status: 'active', pinned: true, limit: 50 });
    const [staff, labels, canned, top] = await Promise.all([this.call('staff.list'), this.call('label.list'), this.call('canned.list'), pinned, this.list(view), listingKey(view, this.sieve.value) === listingKey('all') ? null : this.list('all', {}), this.#openFetch(), this.called.fetch(() => this.call('mention.list'))]);
    this.client?.dispatch({ type: 'local.staff', data: staff });
    this.client?.dispatch({ type: 'local.labels', data: labels });
    this.client?.dispatch({ type: 'local.canned', data: canned });
    this.client?.dispatch({ type: 'local.conversations', data: top });
    for (const id of this.called.ids.value) if (!this.state.value.conversations[id]) void this.treat('conversation.get', id).catch(() => {});
  }

  async #openFetch() {
    if (this.id.value) await this.treat('conversation.get', this.id.value).catch(() => {});
  }

  /** What the list shows now, and how far it is known. */
  shown() {
    const [view, sieve] = [this.view.value, this.sieve.value];
    const listing = this.listings.value[listingKey(view, sieve)];
    return { listing, items: select(this.state.value.conversations, view, listing, this.me?.id, sieve) };
  }

  /** One more page of a view. @param {View} view @param {Sieve} [sieve] */
  async list(view, sieve = this.sieve.value) {
    const key = listingKey(view, sieve);
    const listing = this.listings.value[key];
    if (this.#listing.has(key) || (listing?.loaded && !listing.next)) return;
    this.#listing.add(key);
    this.listFailed.value = false;
    try {
      const page = await this.call('conversation.list', { ...query(view, sieve), limit: 50, cursor: listing?.next }).catch((problem) => {
        // A label that somebody has deleted: nothing bears it.
        if (sieve.label && problem.status === 404) return { items: [], next: null };
        throw problem;
      });
      batch(() => {
        this.client?.dispatch({ type: 'local.conversations', data: page });
        this.listings.value = { ...this.listings.value, [key]: extended(listing, page) };
      });
    } catch (error) {
      this.listFailed.value = true;
      throw error;
    } finally {
      this.#listing.delete(key);
    }
  }

  #follow() {
    const place = readAddress(location.pathname, location.search);
    // Who comes back from the contacts finds the list that was left.
    this.#show(place.contact === null ? place : { ...this.place, id: null, contact: place.contact });
  }

  /** @returns {Place} */
  get place() {
    return { view: this.view.value, id: this.id.value, sieve: this.sieve.value, contact: this.contact.value };
  }

  /** @param {Place} place */
  #show({ view, id, sieve, contact }) {
    const before = this.id.value;
    if (before && before !== id) this.client?.close(before);
    batch(() => {
      if (before !== id) this.passage.value = null;
      if (view !== this.view.value) this.picked.value = new Set();
      this.view.value = view;
      this.id.value = id;
      this.sieve.value = sieve;
      this.contact.value = contact;
      if (id) this.cursor.value = id;
    });
    const known = this.listings.value[listingKey(view, sieve)];
    if (!known && this.screen.value === 'desk') this.list(view).catch(() => {});
    if (id && id !== before) void this.load();
  }

  /** Show it, and let the back button lead here. @param {Partial<Place>} change */
  #move(change) {
    const place = { ...this.place, ...change };
    const address = writeAddress(place);
    if (address === location.pathname + location.search) return;
    history.pushState(null, '', address);
    this.#show(place);
  }

  /** @param {View} view @param {string|null} id */
  go(view, id) {
    this.#move({ view, id, contact: null });
  }

  /** @param {Sieve} change */
  filter(change) {
    this.#move({ sieve: Object.fromEntries(Object.entries({ ...this.sieve.value, ...change }).filter(([, value]) => value)) });
  }

  /** The contacts, or one of them. @param {string} [contact] */
  goContacts(contact = '') {
    this.#move({ contact, id: null });
  }

  async load() {
    const id = this.id.value;
    if (!id || !this.client) return;
    this.threadFailed.value = false;
    if (!this.state.value.conversations[id]) await this.#openFetch();
    await this.client.open(id).catch(() => { this.threadFailed.value = this.id.value === id; });
    const people = await this.call('conversation.presence', { conversation_id: id }).catch(() => null);
    if (people) this.client?.dispatch({ type: 'local.people', data: people });
  }

  get me() {
    return this.grant.value?.staff;
  }

  /** A command whose answer is the conversation as it is then. @param {string} name @param {string} id @param {any} [data] */
  async treat(name, id, data) {
    const conversation = await this.call(name, { conversation_id: id, ...data });
    this.client?.dispatch({ type: 'local.seen', data: { conversation } });
  }

  /** @param {string} id @param {{status?:string,subject?:string}} change */
  update(id, change) {
    return this.treat('conversation.update', id, change);
  }

  /** @param {string} id @param {string|null} staff_id */
  assign(id, staff_id) {
    return this.treat('conversation.assign', id, { staff_id });
  }

  /** @param {string} id @param {{labels?:string[],priority?:string,pinned?:boolean,snoozed_until?:number|null}} wishes */
  triage(id, wishes) {
    return this.treat('conversation.triage', id, wishes);
  }

  /** What one does with a message; the answer is the message. @param {string} name @param {any} data */
  async change(name, data) {
    const message = await this.call(name, data);
    this.client?.dispatch({ type: 'message.edited', data: { message } });
  }
}
