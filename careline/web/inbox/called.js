// Where colleagues have mentioned one in a note, until one has looked there; the server keeps it while one is away.

import { html, signal } from '../vendor/preact.js';
import { t } from '../parts/speech.js';

export class Called {
  /** Conversations, the latest last. */
  ids = signal(/** @type {readonly string[]} */ ([]));

  /** What the server knows, and what was heard while it answered. @param {() => Promise<{items:{conversation_id:string}[]}>} ask latest first */
  async fetch(ask) {
    const before = this.ids.value;
    const { items } = await ask();
    const since = this.ids.value.filter((id) => !before.includes(id));
    this.ids.value = [...new Set([...items.map((note) => note.conversation_id).reverse(), ...since])];
  }

  /** @param {string} id */
  add(id) {
    this.ids.value = [...this.ids.value.filter((one) => one !== id), id];
  }

  /** @param {string} id */
  seen(id) {
    if (this.ids.value.includes(id)) this.ids.value = this.ids.value.filter((one) => one !== id);
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
