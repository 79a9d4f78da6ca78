// An emoji into the text, where the caret stands; telephones have keys for that.

import { html } from '../vendor/preact.js';
import { icon } from './icons.js';
import { choose } from './reactions.js';
import { t } from './speech.js';

/** @param {{area:{current:HTMLTextAreaElement|null}, changed:()=>void}} props */
export function EmojiButton({ area, changed }) {
  /** @param {string} emoji */
  const put = (emoji) => {
    const el = area.current;
    if (!el) return;
    el.setRangeText(emoji, el.selectionStart, el.selectionEnd, 'end');
    changed();
    // The picker gives the focus back to its button first.
    requestAnimationFrame(() => el.focus());
  };
  return html`<button class="clip emoji-button" type="button" aria-label=${t('emoji')} title=${t('emoji')} onClick=${(/** @type {Event} */ event) => void choose(event, put)}>${icon('smile')}</button>`;
}
