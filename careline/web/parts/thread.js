// A conversation as one reads it: newest at the bottom, older ones above without a jump, only so many laid out at once.

import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from '../vendor/preact.js';
import { rows } from '../lib/rows.js';
import { Group } from './bubble.js';
import { icon } from './icons.js';
import { t, time } from './speech.js';
import { Failed, Loading } from './states.js';
import { Text } from './text.js';

/** @typedef {import('./bubble.js').Shown} Shown */
/** @typedef {import('./bubble.js').Handlers} Handlers */
/**
 * @typedef {object} Props
 * @property {Shown[]} messages
 * @property {boolean} loaded
 * @property {boolean} failed
 * @property {boolean} more are there older ones to fetch?
 * @property {() => void} older
 * @property {() => void} retry
 * @property {string|null} unreadFrom id of the first unread message when the thread was opened
 * @property {Handlers} on
 * @property {(atBottom:boolean) => void} seen
 * @property {any} [intro] above the first message
 * @property {any} [outro] below the last
 */

const NEAR = 48;
const SPAN = 60;
const STEP = 60;

/** @param {{row:import('../lib/rows.js').Row, on:Handlers}} props */
function Row({ row, on }) {
  if (row.type === 'day') return html`<div class="day"><span>${time.day(row.at)}</span></div>`;
  if (row.type === 'unread') return html`<div class="unread-line"><span>${t('unread.line')}</span></div>`;
  if (row.type === 'system') return html`<div class="system"><${Text} text=${row.message.body} /></div>`;
  return html`<${Group} messages=${row.messages} on=${on} />`;
}

/** Keeps the eyes where they were: at the bottom, or at the line they read. @param {Shown[]} messages @param {Handlers} on @param {(atBottom:boolean)=>void} seen */
function useScroll(messages, on, seen) {
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  const inner = useRef(/** @type {HTMLElement|null} */ (null));
  const stuck = useRef(true);
  const fromEnd = useRef(0);
  const [missed, setMissed] = useState(0);
  const newest = messages.at(-1);
  const newestKey = newest?.client_id ?? newest?.id;
  const oldestKey = messages[0]?.id;
  const known = useRef(newestKey);

  const toBottom = () => {
    stuck.current = true;
    setMissed(0);
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  };

  useLayoutEffect(() => {
    if (newestKey !== known.current && newest) {
      const at = messages.findIndex((m) => (m.client_id ?? m.id) === known.current);
      known.current = newestKey;
      if (on.own(newest) && newest.state) stuck.current = true;
      else if (!stuck.current && at >= 0) setMissed((n) => n + messages.slice(at + 1).filter((m) => !on.own(m)).length);
    }
    if (stuck.current) toBottom();
  }, [newestKey, messages.length]);

  useLayoutEffect(() => {
    if (!stuck.current && box.current) box.current.scrollTop = box.current.scrollHeight - fromEnd.current;
  }, [oldestKey]);

  useEffect(() => {
    // Phones raise a keyboard, texts wrap anew, lines below grow: whoever was at the end stays there.
    const watch = new ResizeObserver(() => { if (stuck.current && box.current) box.current.scrollTop = box.current.scrollHeight; });
    if (box.current) watch.observe(box.current);
    if (inner.current) watch.observe(inner.current);
    return () => watch.disconnect();
  }, []);

  const onScroll = () => {
    const el = box.current;
    if (!el) return;
    fromEnd.current = el.scrollHeight - el.scrollTop;
    const was = stuck.current;
    stuck.current = fromEnd.current - el.clientHeight < NEAR;
    if (stuck.current) setMissed(0);
    if (was !== stuck.current) seen(stuck.current);
  };
  return { box, inner, stuck, fromEnd, missed, toBottom, onScroll };
}

/** Arrow keys go from message to message, so that each one's actions can be reached. @param {KeyboardEvent} event */
function walk(event) {
  if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
  const lines = [.../** @type {HTMLElement} */ (event.currentTarget).querySelectorAll('.line')];
  const at = lines.indexOf(/** @type {Element} */ (document.activeElement));
  const next = at < 0 ? lines.at(-1) : lines[at + (event.key === 'ArrowUp' ? -1 : 1)];
  if (!(next instanceof HTMLElement)) return;
  event.preventDefault();
  next.focus();
}

/** Where the unread began when the thread was opened; it stays there while it is read. @param {string} id @param {import('../lib/shapes.js').Thread} thread @param {number} unread @param {string|undefined} side the reader's kind */
export function useUnreadFrom(id, thread, unread, side) {
  const opened = useRef({ id: '', from: /** @type {string|null} */ (null) });
  if (opened.current.id !== id && thread.loaded) {
    const theirs = thread.messages.filter((m) => m.sender_kind !== side && m.kind !== 'note');
    opened.current = { id, from: unread ? theirs.at(-unread)?.id ?? null : null };
  }
  return opened.current.id === id ? opened.current.from : null;
}

/** @param {Props} props */
export function Thread({ messages, loaded, failed, more, older, retry, unreadFrom, on, seen, intro, outro }) {
  const all = useMemo(() => rows(messages, unreadFrom), [messages, unreadFrom]);
  const { box, inner, stuck, fromEnd, missed, toBottom, onScroll } = useScroll(messages, on, seen);
  const [span, setSpan] = useState(SPAN);
  const busy = useRef(false);
  const hidden = Math.max(0, all.length - span);

  // Rows taken away at the top or brought back there must not move what is being read.
  useLayoutEffect(() => {
    if (!stuck.current && box.current) box.current.scrollTop = box.current.scrollHeight - fromEnd.current;
  }, [span]);
  useEffect(() => { busy.current = false; }, [messages[0]?.id, more, failed]);

  const scrolled = () => {
    onScroll();
    if (stuck.current && span > SPAN * 2) setSpan(SPAN);
    if (!box.current || box.current.scrollTop > 400 || stuck.current) return;
    if (hidden) setSpan(span + STEP);
    else if (more && !busy.current) {
      busy.current = true;
      setSpan(span + STEP);
      older();
    }
  };

  return html`<div class="thread">
    <div class="scroll" ref=${box} onScroll=${scrolled} onKeyDown=${walk} tabindex="0" role="region" aria-label=${t('messages')}>
      <div class="scroll-inner" ref=${inner}>
        ${failed && !loaded ? html`<${Failed} retry=${retry} />` : !loaded && !messages.length ? html`<${Loading} lines=${5} />` : null}
        ${hidden || more ? html`<div class="older">${failed ? html`<button type="button" onClick=${older}>${t('again')}</button>` : t('loading')}</div>` : intro}
        ${all.slice(hidden).map((row) => html`<${Row} key=${row.key} row=${row} on=${on} />`)}
        ${outro}
      </div>
    </div>
    ${missed ? html`<button class="pill" type="button" onClick=${toBottom}>${icon('down')}${t('new', { n: missed })}</button>` : null}
  </div>`;
}
