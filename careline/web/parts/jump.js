// From a quote to the message it quotes, however far back that was said.

import { useLayoutEffect, useRef } from '../vendor/preact.js';

const SHOWN_MS = 1600;
const PAGES = 30;

/** @typedef {{box:{current:HTMLElement|null}, ready:(id:string) => boolean, more:boolean, older:() => any}} About `ready` lays the message out, if it is known */

const frame = () => new Promise((done) => requestAnimationFrame(done));

/** @param {HTMLElement|null} box @param {string} id */
const lineIn = (box, id) => box?.querySelector(`[data-id="${CSS.escape(id)}"]`) ?? null;

/** @param {Element} line */
function show(line) {
  line.scrollIntoView({ block: 'center' });
  if (line instanceof HTMLElement) line.focus({ preventScroll: true });
  line.classList.add('is-found');
  setTimeout(() => line.classList.remove('is-found'), SHOWN_MS);
}

/** What shows a message: laid out it is scrolled to, else its place is laid out or its page fetched first. @param {About} about */
export function useJump(about) {
  const now = useRef(about);
  now.current = about;
  const sought = useRef(/** @type {string|null} */ (null));
  useLayoutEffect(() => {
    const line = sought.current && lineIn(about.box.current, sought.current);
    if (!line) return;
    // At once: the place just laid out would be given up again for where one still is.
    sought.current = null;
    show(line);
  });
  return async (/** @type {string} */ id) => {
    for (let pages = 0; pages < PAGES && now.current.box.current; pages++) {
      const line = lineIn(now.current.box.current, id);
      if (line) return show(line);
      sought.current = id;
      if (now.current.ready(id)) return;
      sought.current = null;
      if (!now.current.more) return;
      await now.current.older();
      await frame();
    }
  };
}
