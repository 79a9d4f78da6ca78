// What is being written: grows with the text, survives a reload, leaves on Enter.

import { html, useEffect, useLayoutEffect, useRef, useState } from '../vendor/preact.js';
import { icon } from './icons.js';
import { t } from './speech.js';

const LIMIT = 8000;

const fitsItself = CSS.supports('field-sizing', 'content');

/** @param {HTMLTextAreaElement} area */
function fit(area) {
  if (fitsItself) return;
  area.style.height = 'auto';
  // In a frame that is not shown everything measures nothing.
  if (area.scrollHeight) area.style.height = area.scrollHeight + 'px';
}

/** The text stands in the element, not in state: a letter typed renders nothing. @param {string} id @param {import('./shapes.js').ComposerProps["drafts"]} drafts */
function useDraft(id, drafts) {
  const area = useRef(/** @type {HTMLTextAreaElement|null} */ (null));
  const later = useRef(/** @type {any} */ (null));
  const [empty, setEmpty] = useState(true);
  const keep = () => {
    clearTimeout(later.current);
    if (area.current) drafts.set(id, area.current.value);
  };
  /** @param {string} text */
  const put = (text) => {
    const el = /** @type {HTMLTextAreaElement} */ (area.current);
    if (el.value !== text) el.value = text;
    fit(el);
    setEmpty(!text.trim());
  };

  useLayoutEffect(() => {
    const el = area.current;
    put(drafts.get(id));
    addEventListener('pagehide', keep);
    return () => {
      removeEventListener('pagehide', keep);
      clearTimeout(later.current);
      if (el) drafts.set(id, el.value);
    };
  }, [id]);

  const changed = () => {
    put(area.current?.value ?? '');
    clearTimeout(later.current);
    later.current = setTimeout(keep, 300);
  };
  const take = () => {
    const text = area.current?.value.trim() ?? '';
    if (text) {
      put('');
      keep();
    }
    return text;
  };
  return { area, empty, changed, take };
}

/** @param {import('./shapes.js').ComposerProps} props */
export function Composer({ id, drafts, send, typed, stopped, placeholder, disabled, above, handle, attach }) {
  const { area, empty, changed, take } = useDraft(id, drafts);
  useEffect(() => { if (handle) handle.current = { focus: () => area.current?.focus() }; }, [id]);

  const held = attach?.items(id).length;
  const armed = attach?.isArmed(id);

  const go = () => {
    const files = attach?.take(id) ?? [];
    const text = take();
    if (!text && !files.length) return;
    send(text, files);
    area.current?.focus();
  };
  const submit = () => {
    if (disabled || armed) return;
    if (attach?.isBusy(id)) attach.whenThere(id, go);
    else go();
  };
  const input = () => {
    changed();
    if (area.current?.value.trim()) typed?.();
    else stopped?.();
  };
  /** @param {KeyboardEvent} event */
  const key = (event) => {
    // While a word is being composed (Japanese, Nepali, Korean…), Enter belongs to the input method.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  };

  return html`<form class="composer" onSubmit=${(/** @type {Event} */ e) => { e.preventDefault(); submit(); }}>
    ${above}
    ${attach ? html`<${attach.Strip} attach=${attach} id=${id} />` : null}
    <div class="composer-row">
      ${attach ? html`<${attach.Button} attach=${attach} id=${id} />` : null}
      <textarea ref=${area} rows="1" maxlength=${LIMIT} dir="auto" enterkeyhint="send" placeholder=${placeholder} aria-label=${placeholder}
        disabled=${disabled} readonly=${armed} onInput=${input} onKeyDown=${key} onBlur=${stopped}></textarea>
      ${attach ? html`<${attach.Emoji} area=${area} changed=${input} />` : null}
      <button class="send" type="submit" disabled=${disabled || armed || (empty && !held)} aria-label=${t('send')} title=${t('send')}>${icon('send')}</button>
    </div>
  </form>`;
}
