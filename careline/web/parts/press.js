// A finger that stays on something asks what may be done with it.

const LONG_MS = 420;
const STILL = 10;

/** Handlers for whatever holds the things. @param {string} thing as a selector @param {(thing:HTMLElement) => void} act @param {string} [except] where a finger means something else */
export function longPress(thing, act, except) {
  let press = { timer: /** @type {any} */ (null), x: 0, y: 0, done: false };
  const stop = () => clearTimeout(press.timer);
  return {
    /** @param {PointerEvent} event */
    onPointerDown(event) {
      const target = /** @type {HTMLElement} */ (event.target);
      const pressed = target.closest(thing);
      stop();
      press.done = false;
      if (event.pointerType !== 'touch' || !(pressed instanceof HTMLElement) || (except && target.closest(except))) return;
      press = { x: event.clientX, y: event.clientY, done: false, timer: setTimeout(() => {
        press.done = true;
        act(pressed);
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
    },
    /** What the finger does when it is lifted is no tap any more. @param {MouseEvent} event */
    onClickCapture(event) {
      if (!press.done) return;
      press.done = false;
      event.preventDefault();
      event.stopPropagation();
    },
  };
}
