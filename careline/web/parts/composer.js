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

/** @param {import('./shapes.js').ComposerProps} props */
export function Composer({ id, drafts, send, typed, stopped, placeholder, disabled, above, handle }) {
  const area = useRef(/** @type {HTMLTextAreaElement|null} */ (null));
  const keep = useRef(/** @type {any} */ (null));
  const [empty, setEmpty] = useState(true);

  useLayoutEffect(() => {
    const el = area.current;
    if (!el) return;
    el.value = drafts.get(id);
    setEmpty(!el.value.trim());
    fit(el);
    // The text stands in the element, not in state: a letter typed renders nothing.
    return () => {
      clearTimeout(keep.current);
      drafts.set(id, el.value);
    };
  }, [id]);

  useEffect(() => {
    if (handle) handle.current = { focus: () => area.current?.focus() };
    const leave = () => { if (area.current) drafts.set(id, area.current.value); };
    addEventListener('pagehide', leave);
    return () => removeEventListener('pagehide', leave);
  }, [id]);

  const submit = () => {
    const el = area.current;
    const text = el?.value.trim();
    if (!el || !text || disabled) return;
    el.value = '';
    fit(el);
    setEmpty(true);
    clearTimeout(keep.current);
    drafts.set(id, '');
    send(text);
    el.focus();
  };
  const input = () => {
    const el = /** @type {HTMLTextAreaElement} */ (area.current);
    fit(el);
    setEmpty(!el.value.trim());
    clearTimeout(keep.current);
    keep.current = setTimeout(() => drafts.set(id, el.value), 300);
    if (el.value.trim()) typed?.();
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
    <div class="composer-row">
      <textarea ref=${area} rows="1" maxlength=${LIMIT} dir="auto" enterkeyhint="send" placeholder=${placeholder} aria-label=${placeholder}
        disabled=${disabled} onInput=${input} onKeyDown=${key} onBlur=${stopped}></textarea>
      <button class="send" type="submit" disabled=${disabled || empty} aria-label=${t('send')} title=${t('send')}>${icon('send')}</button>
    </div>
  </form>`;
}
