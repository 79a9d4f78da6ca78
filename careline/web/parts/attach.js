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
/** @typedef {{token:()=>string|null, renew?:()=>Promise<string|null>}} Auth */

/** One file over the wire, by the one request that tells how far it has come. @param {File} file @param {string|null} token @param {(part:number)=>void} progress */
function post(file, token, progress) {
  const request = new XMLHttpRequest();
  const done = new Promise((yes, no) => {
    const lost = (/** @type {string} */ code) => () => no(new Problem({ status: 0, code }, true));
    request.onload = () => {
      const body = request.response ?? {};
      if (request.status === 201) return yes(body);
      no(new Problem({ ...body, status: request.status, code: body.code ?? 'http_' + request.status }));
    };
    request.onerror = lost('offline');
    request.onabort = lost('aborted');
    request.upload.onprogress = ({ loaded, total, lengthComputable }) => { if (lengthComputable && total) progress(loaded / total); };
  });
  const form = new FormData();
  form.append('file', file, file.name);
  request.open('POST', '/v1/attachments');
  request.responseType = 'json';
  request.setRequestHeader('X-Requested-With', 'careline');
  if (token) request.setRequestHeader('Authorization', 'Bearer ' + token);
  request.send(form);
  return { done, stop: () => request.abort() };
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
  /** @type {(name:string, data:any) => Promise<any>} */ #call;
  /** What is to happen once all is there. */
  #armed = signal(/** @type {{id:string, go:()=>void}|null} */ (null));
  /** Pictures that lie on this machine need not be fetched. @type {Map<any,string>} */ #previews = new Map();

  /** @param {{storage:import('../lib/shapes.js').Store, prefix:string, auth:Auth, call:(name:string, data:any) => Promise<any>}} world */
  constructor({ storage, prefix, auth, call }) {
    this.#call = call;
    this.links = new FileLinks({ ask: (data) => call('attachment.links', data), clock, changed: () => { this.#addresses.value++; } });
    this.tray = new Tray({ storage, prefix, clock, newId, send: (file, progress) => this.#send(file, auth, progress), changed: () => { this.#trays.value++; this.#fire(); } });
    addEventListener('online', () => this.tray.resume());
  }

  /** @param {File} file @param {Auth} auth @param {(part:number)=>void} progress */
  #send(file, auth, progress) {
    let { done, stop } = post(file, auth.token(), progress);
    const again = done.catch(async (problem) => {
      if (problem.status !== 401 || !(await auth.renew?.())) throw problem;
      ({ done, stop } = post(file, auth.token(), progress));
      return done;
    });
    const known = again.then((attachment) => {
      const preview = this.#previews.get(file);
      if (preview) this.#previews.set(attachment.id, preview);
      return attachment;
    });
    return { done: known, stop: () => stop() };
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
