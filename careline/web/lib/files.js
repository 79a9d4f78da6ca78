// What a file is to people: a picture or a document, so large, ready or not; and the addresses it can be had by for a while.

/** @typedef {import('./shapes.js').Attached} Attached */
/** @typedef {{attachment_id:string,url:string,thumbnail_url:string|null,expires_at:number}} Link */

const MARGIN_MS = 15_000;
const AGAIN_MS = 5_000;
const AT_ONCE = 100;

/** May its bytes be had? @param {Attached} file */
export const isOpen = (file) => file.state === 'ready' || file.state === 'unscanned';

/** Can it be shown as a picture? @param {Attached} file */
export const isPicture = (file) => isOpen(file) && /^image\/(jpeg|png|gif|webp)$/.test(file.type) && !file.url;

/** @param {{name:string}} file */
export const ending = ({ name }) => (name.includes('.') ? name.split('.').at(-1) ?? '' : '').toUpperCase();

/** "1.2 MB", in the reader's own digits. @param {number} bytes @param {string} [region] */
export function sizeText(bytes, region = 'en') {
  const [unit, n] = bytes < 1000 ? ['byte', bytes] : bytes < 999_500 ? ['kilobyte', bytes / 1000] : ['megabyte', bytes / 1_000_000];
  return new Intl.NumberFormat(region, { style: 'unit', unit: String(unit), unitDisplay: unit === 'byte' ? 'long' : 'short', maximumFractionDigits: n < 10 ? 1 : 0 }).format(Number(n));
}

/** A room as wide and high as the picture will be, so that nothing moves when it comes. @param {Attached} file */
export function room({ width, height }, most = 300, least = 96) {
  if (!width || !height) return { width: 240, height: 180 };
  const scale = Math.min(1, most / width, most / height);
  return { width: Math.max(least, Math.round(width * scale)), height: Math.max(least / 2, Math.round(height * scale)) };
}

/** An address of our own server is asked of the server this page came from, by whatever name that goes here. @param {string} url */
const ours = (url) => url.replace(/^https?:\/\/[^/]+(?=\/v1\/files\/)/, '');

/** Addresses of files: asked for all that are wanted at once, kept as long as they are good. */
export class FileLinks {
  /** @type {Map<string,Link>} */ #known = new Map();
  /** Conversation → files. @type {Map<string,Set<string>>} */ #wanted = new Map();
  /** Not to be asked for again before this time. @type {Map<string,number>} */ #later = new Map();
  /** @type {Promise<void>|null} */ #asking = null;

  /** @param {{ask:(data:any) => Promise<{items:Link[]}>, clock:import('./shapes.js').Clock, changed:() => void}} world */
  constructor(world) {
    this.world = world;
  }

  /** @param {string} conversation_id @param {string} id @returns {Link|null} null as long as there is none: `changed` tells when there is */
  get(conversation_id, id) {
    const known = this.#known.get(id);
    if (known) return known;
    this.#want(conversation_id, id);
    return null;
  }

  /** One that is good now. @param {string} conversation_id @param {string} id @returns {Promise<Link|null>} */
  async fresh(conversation_id, id) {
    if (!this.isFresh(id)) {
      this.#later.delete(id);
      await this.#want(conversation_id, id);
    }
    return this.#known.get(id) ?? null;
  }

  /** @param {string} id */
  isFresh(id) {
    return (this.#known.get(id)?.expires_at ?? 0) > this.world.clock.now() + MARGIN_MS;
  }

  /** It did not lead to the file (any more). @param {string} id */
  broken(id) {
    this.#known.delete(id);
    this.#later.set(id, this.world.clock.now() + AGAIN_MS);
    this.world.clock.set(() => this.world.changed(), AGAIN_MS + 1);
  }

  /** @param {string} conversation_id @param {string} id @returns {Promise<void>} */
  #want(conversation_id, id) {
    if ((this.#later.get(id) ?? 0) > this.world.clock.now()) return Promise.resolve();
    const wanted = this.#wanted.get(conversation_id) ?? new Set();
    this.#wanted.set(conversation_id, wanted.add(id));
    return (this.#asking ??= new Promise((done) => this.world.clock.set(() => {
      this.#asking = null;
      done(this.#ask());
    }, 0)));
  }

  async #ask() {
    const wanted = [...this.#wanted];
    this.#wanted.clear();
    await Promise.all(wanted.map(([conversation_id, ids]) => this.#askFor(conversation_id, [...ids])));
    this.world.changed();
  }

  /** @param {string} conversation_id @param {string[]} ids @returns {Promise<void>} */
  async #askFor(conversation_id, ids) {
    const { ask, clock } = this.world;
    for (const id of ids) this.#later.set(id, clock.now() + AGAIN_MS);
    const page = await ask({ conversation_id, attachment_ids: ids.slice(0, AT_ONCE) }).catch(() => ({ items: [] }));
    for (const link of page.items) {
      this.#known.set(link.attachment_id, { ...link, url: ours(link.url), thumbnail_url: link.thumbnail_url && ours(link.thumbnail_url) });
    }
    if (ids.length > AT_ONCE) await this.#askFor(conversation_id, ids.slice(AT_ONCE));
  }
}
