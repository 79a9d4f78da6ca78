// From a quote to the message it quotes, however far back that was said.

import { useLayoutEffect, useRef } from '../vendor/preact.js';

const SHOWN_MS = 1600;
const PAGES = 30;

/**
 * `jump(id)` shows a message: laid out it is scrolled to, else its place is laid out or its page fetched first.
 * @param {{box:{current:HTMLElement|null}, ready:(id:string) => boolean, more:boolean, older:() => void, first:string|undefined}} about `ready` lays it out if it is known
 */
export function useJump({ box, ready, more, older, first }) {
  const sought = useRef(/** @type {{id:string, pages:number, from:string|undefined}|null} */ (null));
  const look = () => {
    const wanted = sought.current;
    if (!wanted) return;
    const line = box.current?.querySelector(`[data-id="${CSS.escape(wanted.id)}"]`);
    if (line instanceof HTMLElement) {
      sought.current = null;
      line.scrollIntoView({ block: 'center' });
      line.focus({ preventScroll: true });
      line.classList.add('is-found');
      setTimeout(() => line.classList.remove('is-found'), SHOWN_MS);
    } else if (!ready(wanted.id)) {
      // The page asked for last has not come yet.
      if (wanted.pages && wanted.from === first) return;
      wanted.from = first;
      if (more && wanted.pages++ < PAGES) older();
      else sought.current = null;
    }
  };
  useLayoutEffect(look);
  return (/** @type {string} */ id) => {
    sought.current = { id, pages: 0, from: undefined };
    look();
  };
}
