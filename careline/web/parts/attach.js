// Files of one page: those on their way to a message, and the addresses of those in messages.

import { signal } from '../vendor/preact.js';
import { Problem } from '../lib/api.js';
import { FileLinks } from '../lib/files.js';
import { Tray } from '../lib/upload.js';
import { announce } from './announce.js';
import { EmojiButton } from './emojibutton.js';
import { t } from './speech.js';
import { ClipButton, Strip } from './strip.js';
import { clock, newId } from './world.js';

/** @typedef {import('../lib/upload.js').Refusal} Refusal */
/** Smaller ones are not worth two more requests. */
const LARGE = 1 << 20;

/** @typedef {{token:()=>string|null, renew?:()=>Promise<string|null>}} Auth */

/** One request with a file in it, of the kind that tells how far it has come. @param {string} method @param {string} url @param {Record<string,string>} headers @param {any} body @param {(part:number)=>void} progress */
function over(method, url, headers, body, progress) {
  const request = new XMLHttpRequest();
  const done = new Promise((yes, no) => {
    const lost = (/** @type {string} */ code) => () => no(new Problem({ status: 0, code }, true));
    request.onload = () => {
      const answer = request.response ?? {};
      if (request.status === 200 || request.status === 201) return yes(answer);
      no(new Problem({ ...answer, status: request.status, code: answer.code ?? 'http_' + request.status }));
    };
    request.onerror = lost('offline');
    request.onabort = lost('aborted');
    request.upload.onprogress = ({ loaded, total, lengthComputable }) => { if (lengthComputable && total) progress(loaded / total); };
  });
  request.open(method, url);
  request.responseType = 'json';
  for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
  request.send(body);
  return { done, stop: () => request.abort() };
}

/** @param {File} file @param {string|null} token @param {(part:number)=>void} progress */
function post(file, token, progress) {
  const form = new FormData();
  form.append('file', file, file.name);
  /** @type {Record<string,string>} */ const headers = { 'X-Requested-With': 'careline' };
  if (token) headers.Authorization = 'Bearer ' + token;
  return over('POST', '/v1/attachments', headers, form, progress);
}

/** Only pages that came by TLS, or from this machine, may make digests. @param {File} file */
async function digest(file) {
  if (!crypto.subtle) return null;
  const made = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
  return [...made].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

export class Attach {
  Strip = Strip;
  Button = ClipButton;
  Emoji = EmojiButton;
  /** Counted up when something is otherwise than it was read. */
  #trays = signal(0);
  #addresses = signal(0);
  /** Why files were not taken, for as long as nobody has done anything else. */
  refused = signal(/** @type {Refusal[]} */ ([]));
  /** @type {(name:string, data:any, options?:any) => Promise<any>} */ #call;
  /** @type {import('../lib/straight.js').Straight|undefined} */ #way;
  /** What is to happen once all is there. */
  #armed = signal(/** @type {{id:string, go:()=>void}|null} */ (null));
  /** Pictures that lie on this machine need not be fetched. @type {Map<any,string>} */ #previews = new Map();

  /** @param {{storage:import('../lib/shapes.js').Store, prefix:string, auth:Auth, call:(name:string, data:any, options?:any) => Promise<any>}} world */
  constructor({ storage, prefix, auth, call }) {
    this.#call = call;
    this.links = new FileLinks({ ask: (data) => call('attachment.links', data), clock, changed: () => { this.#addresses.value++; } });
    this.tray = new Tray({ storage, prefix, clock, newId, send: (file, progress) => this.#send(file, auth, progress), changed: () => { this.#trays.value++; this.#fire(); } });
    addEventListener('online', () => this.tray.resume());
  }

  /** @param {File} file @param {Auth} auth @param {(part:number)=>void} progress */
  #send(file, auth, progress) {
    let stop = () => {};
    let stopped = false;
    /** @param {ReturnType<typeof over>} request */
    const sent = (request) => {
      stop = request.stop;
      if (stopped) stop();
      return request.done;
    };
    const form = () => sent(post(file, auth.token(), progress)).catch(async (problem) => {
      if (problem.status !== 401 || !(await auth.renew?.())) throw problem;
      return sent(post(file, auth.token(), progress));
    });
    const done = this.#straight(file, progress, sent).then((attachment) => attachment ?? form()).then((attachment) => {
      const preview = this.#previews.get(file);
      if (preview) this.#previews.set(attachment.id, preview);
      return attachment;
    });
    return { done, stop: () => { stopped = true; stop(); } };
  }

  /** What few files need is loaded for them. @param {File} file @param {(part:number)=>void} progress @param {(request:ReturnType<typeof over>)=>Promise<any>} sent */
  async #straight(file, progress, sent) {
    if (file.size < LARGE) return null;
    const { Straight } = await import('../lib/straight.js');
    this.#way ??= new Straight({ call: this.#call, digest });
    return this.#way.send(file, ({ method, url, headers }) => sent(over(method, url, headers, file, progress)).then(() => true, (problem) => {
      if (problem.code === 'aborted') throw problem;
      return false;
    }));
  }

  /** @param {string} id */
  items(id) {
    return this.#trays.value >= 0 ? this.tray.items(id) : [];
  }

  /** @param {string} id @param {Iterable<File>} files */
  add(id, files) {
    const all = [...files];
    for (const file of all) if (file.type.startsWith('image/') && file.type !== 'image/svg+xml') this.#previews.set(file, URL.createObjectURL(file));
    this.refused.value = this.tray.add(id, all);
    if (this.refused.value.length < all.length) announce(t('files.added', { n: all.length - this.refused.value.length }));
  }

  /** @param {string} id @param {string} key */
  cancel(id, key) {
    this.refused.value = [];
    const item = this.tray.cancel(id, key);
    // What is on the server and was not sent, it would give up by itself after a day.
    if (item?.attached) this.#call('attachment.delete', { attachment_id: item.attached.id }).catch(() => {});
    const preview = item && this.#previews.get(item.file);
    if (preview) URL.revokeObjectURL(preview);
  }

  /** What the message takes with it. @param {string} id */
  take(id) {
    this.refused.value = [];
    return this.tray.take(id);
  }

  /** A picture as it lies on this machine. @param {any} of a file, or an attachment's id */
  preview(of) {
    return this.#previews.get(of) ?? null;
  }

  /** @param {string} id */
  isBusy(id) {
    return this.#trays.value >= 0 && this.tray.isBusy(id);
  }

  /** @param {string} id @param {() => void} go */
  whenThere(id, go) {
    this.#armed.value = { id, go };
    announce(t('files.wait'));
  }

  disarm() {
    this.#armed.value = null;
  }

  /** @param {string} id */
  isArmed(id) {
    return this.#armed.value?.id === id;
  }

  #fire() {
    const armed = this.#armed.value;
    if (!armed || this.tray.isBusy(armed.id)) return;
    this.#armed.value = null;
    // What failed is not left out silently: one decides anew.
    if (this.tray.items(armed.id).every((item) => item.state === 'done')) queueMicrotask(armed.go);
  }

  /** @param {string} conversation_id @param {string} id */
  link(conversation_id, id) {
    return this.#addresses.value >= 0 ? this.links.get(conversation_id, id) : null;
  }
}
