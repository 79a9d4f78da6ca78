// Where colleagues have mentioned one in a note, until one has looked there.

import { html, signal } from '../vendor/preact.js';
import { t } from '../parts/speech.js';

/** @typedef {import('../lib/shapes.js').Store} Store */

export class Called {
  /** Conversations, the latest last. */
  ids = signal(/** @type {readonly string[]} */ ([]));
  /** @type {Store} */ #storage;
  #key = '';

  /** @param {Store} storage */
  constructor(storage) {
    this.#storage = storage;
  }

  /** What this browser knows of whoever is signed in. @param {string} key */
  load(key) {
    this.#key = key;
    try { this.ids.value = JSON.parse(this.#storage.getItem(key) ?? '[]'); } catch { this.ids.value = []; }
  }

  /** @param {string} id */
  add(id) {
    this.#put([...this.ids.value.filter((one) => one !== id), id]);
  }

  /** @param {string|null} id */
  seen(id) {
    if (id && this.ids.value.includes(id)) this.#put(this.ids.value.filter((one) => one !== id));
  }

  /** @param {readonly string[]} ids */
  #put(ids) {
    this.ids.value = ids;
    try { this.#storage.setItem(this.#key, JSON.stringify(ids)); } catch { /* known as long as the page */ }
  }
}

export const CallSign = () => html`<span class="sign-mention" role="img" aria-label=${t('mention.you')} title=${t('mention.you')}>@</span>`;

/** The way to where one was mentioned last, whichever view is shown. @param {{desk:import('./desk.js').Desk}} props */
export function CallBar({ desk }) {
  const ids = desk.called.ids.value.filter((id) => desk.state.value.conversations[id]);
  const last = ids.at(-1);
  if (!last) return null;
  return html`<button class="call-bar" type="button" onClick=${() => desk.go(desk.view.value, last)}><span class="sign-mention" aria-hidden="true">@</span><span>${t('mention.waits', { n: ids.length })}</span></button>`;
}
