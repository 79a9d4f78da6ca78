// A finger that stays on a message asks what may be done with it.

const LONG_MS = 420;
const STILL = 10;

/** @type {{timer:any, x:number, y:number, done:boolean}} */
let press = { timer: null, x: 0, y: 0, done: false };

const stop = () => clearTimeout(press.timer);

/** Handlers for whatever holds messages. */
export const longPress = {
  /** @param {PointerEvent} event */
  onPointerDown(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const line = target.closest('.line');
    if (event.pointerType !== 'touch' || !(line instanceof HTMLElement) || target.closest('.actions, textarea')) return;
    stop();
    press = { x: event.clientX, y: event.clientY, done: false, timer: setTimeout(() => {
      press.done = true;
      line.focus({ preventScroll: true });
      navigator.vibrate?.(8);
    }, LONG_MS) };
  },
  /** @param {PointerEvent} event */
  onPointerMove({ clientX, clientY }) {
    if (Math.hypot(clientX - press.x, clientY - press.y) > STILL) stop();
  },
  onPointerUp: stop,
  onPointerCancel: stop,
  /** The browser's own menu would cover ours. @param {MouseEvent} event */
  onContextMenu(event) {
    if (press.done) event.preventDefault();
    press.done = false;
  },
};
