// A conversation as one reads it: newest at the bottom, older ones above without a jump, only so many laid out at once.

import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from '../vendor/preact.js';
import { rows } from '../lib/rows.js';
import { Group } from './bubble.js';
import { icon } from './icons.js';
import { useJump } from './jump.js';
import { longPress } from './press.js';
import { t } from './speech.js';
import { time } from './calendar.js';
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
 * @property {() => any} older fetches a page; a promise of it
 * @property {() => void} retry
 * @property {string|null} unreadFrom id of the first unread message when the thread was opened
 * @property {Handlers} on
 * @property {(atBottom:boolean) => void} seen
 * @property {any} [intro] above the first message
 * @property {any} [outro] below the last
 * @property {string|null} [at] id of a message to begin at, instead of at the newest
 */

const NEAR = 48;
const WINDOW = 120;
const STEP = 40;
const EDGE = 600;

/** @param {{row:import('../lib/rows.js').Row, on:Handlers}} props */
function Row({ row, on }) {
  if (row.type === 'day') return html`<div class="day"><span>${time().day(row.at)}</span></div>`;
  if (row.type === 'unread') return html`<div class="unread-line"><span>${t('unread.line')}</span></div>`;
  if (row.type === 'system') return html`<div class="system"><${Text} text=${row.message.body} /></div>`;
  return html`<${Group} messages=${row.messages} on=${on} />`;
}

/** The rows that are being read, and where they stand. @param {Element} box @param {Element} inner */
function visibleRows(box, inner) {
  const edge = box.getBoundingClientRect().top;
  const lines = [...inner.children];
  const first = lines.findIndex((row) => row.getBoundingClientRect().bottom > edge + 8);
  return lines.slice(first, first + 8).map((row) => ({ row, top: row.getBoundingClientRect().top }));
}

/** How many messages of others came in while one read further up. @param {Shown[]} messages @param {Handlers} on @param {{current:boolean}} stuck @returns {[number, (n:number) => void]} */
function useMissed(messages, on, stuck) {
  const [missed, setMissed] = useState(0);
  const newest = messages.at(-1);
  const newestKey = newest?.client_id ?? newest?.id;
  const known = useRef(newestKey);
  useLayoutEffect(() => {
    if (newestKey === known.current || !newest) return;
    const at = messages.findIndex((m) => (m.client_id ?? m.id) === known.current);
    known.current = newestKey;
    if (on.own(newest) && newest.state) stuck.current = true;
    else if (!stuck.current && at >= 0) setMissed(missed + messages.slice(at + 1).filter((m) => !on.own(m)).length);
  }, [newestKey]);
  return [missed, setMissed];
}

/** Keeps the eyes where they were: at the bottom, or at the line they read. @param {Shown[]} messages @param {Handlers} on @param {(atBottom:boolean)=>void} seen */
function useScroll(messages, on, seen) {
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  const inner = useRef(/** @type {HTMLElement|null} */ (null));
  const stuck = useRef(true);
  const held = useRef(/** @type {{row:Element, top:number}[]} */ ([]));
  const [missed, setMissed] = useMissed(messages, on, stuck);
  const [far, setFar] = useState(false);

  // Looked at while the page is as it was, just before it changes.
  if (!stuck.current && box.current && inner.current) held.current = visibleRows(box.current, inner.current);

  const toBottom = () => {
    stuck.current = true;
    setMissed(0);
    setFar(false);
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  };

  useLayoutEffect(() => {
    // Whatever came or went above: the line that was looked at stays where it was.
    if (stuck.current) return void (missed || far ? toBottom() : box.current && (box.current.scrollTop = box.current.scrollHeight));
    // The first may have become part of a group that began above it.
    const still = held.current.find(({ row }) => row.isConnected);
    if (box.current && still) box.current.scrollTop += still.row.getBoundingClientRect().top - still.top;
  });

  useEffect(() => {
    // Phones raise a keyboard, texts wrap anew, lines below grow: whoever was at the end stays there.
    const watch = new ResizeObserver(() => { if (stuck.current && box.current) box.current.scrollTop = box.current.scrollHeight; });
    if (box.current) watch.observe(box.current);
    if (inner.current) watch.observe(inner.current);
    return () => watch.disconnect();
  }, []);

  /** @param {boolean} whole is the newest message laid out? */
  const onScroll = (whole) => {
    const el = box.current;
    if (!el) return;
    const below = el.scrollHeight - el.scrollTop - el.clientHeight;
    const was = stuck.current;
    stuck.current = whole && below < NEAR;
    if (stuck.current) setMissed(0);
    setFar(!whole || below > el.clientHeight);
    if (was !== stuck.current) seen(stuck.current);
  };
  return { box, inner, stuck, missed, far, toBottom, onScroll };
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

/** Bring one message before the eyes, and say which it is. @param {HTMLElement|null} box @param {string} id */
function show(box, id) {
  const line = box?.querySelector(`[data-id="${CSS.escape(id)}"]`);
  if (!(line instanceof HTMLElement)) return false;
  line.scrollIntoView({ block: 'center' });
  line.classList.add('is-sought');
  return true;
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

/** What may be done with a message appears where the focus is. */
const attend = longPress('.line', (line) => line.focus({ preventScroll: true }), '.actions, textarea');

/** @param {Props} props */
export function Thread({ messages, loaded, failed, more, older, retry, unreadFrom, on, seen, intro, outro, at }) {
  const all = useMemo(() => rows(messages, unreadFrom), [messages, unreadFrom]);
  const { box, inner, stuck, missed, far, toBottom, onScroll } = useScroll(messages, on, seen);
  // A window over the rows, counted from the end, where pages put in front do not move it.
  const [below, setBelow] = useState(0);
  const asked = useRef(false);
  const end = Math.max(Math.min(all.length, WINDOW), all.length - (stuck.current ? 0 : below));
  const start = Math.max(0, end - WINDOW);
  const further = () => {
    if (!more || asked.current) return;
    asked.current = true;
    Promise.resolve(older()).then(() => { asked.current = false; });
  };
  useEffect(() => {
    const el = box.current;
    // What does not fill the pane cannot be scrolled, and a wheel that turned on meanwhile stands at the top already: neither would ask for more.
    if (el && el.scrollHeight <= el.clientHeight) further();
    else if (el && !stuck.current && el.scrollTop < EDGE) scrolled();
  }, [messages[0]?.id, more, failed, start]);

  useLayoutEffect(() => {
    const index = at ? all.findIndex((row) => row.type === 'group' && row.messages.some((m) => m.id === at)) : -1;
    if (index < 0) return;
    stuck.current = false;
    setBelow(Math.max(0, all.length - index - WINDOW / 2));
    if (!show(box.current, at ?? '')) requestAnimationFrame(() => show(box.current, at ?? ''));
  }, [at, all.length > 0]);

  const scrolled = () => {
    const el = box.current;
    if (!el) return;
    onScroll(end === all.length);
    if (stuck.current) return void (below && setBelow(0));
    if (el.scrollTop < EDGE && start > 0) setBelow(all.length - end + Math.min(STEP, start));
    else if (el.scrollHeight - el.scrollTop - el.clientHeight < EDGE && end < all.length) setBelow(Math.max(0, all.length - end - STEP));
    else if (el.scrollTop < EDGE) further();
  };
  /** @param {string} id */
  const ready = (id) => {
    const at = all.findIndex((row) => row.type === 'group' && row.messages.some((m) => m.id === id));
    if (at < 0) return false;
    stuck.current = false;
    setBelow(Math.max(0, all.length - at - WINDOW / 2));
    return true;
  };
  const jump = useJump({ box, ready, more, older });
  if (on.jump) on.jump.current = jump;
  const latest = () => {
    setBelow(0);
    toBottom();
  };

  return html`<div class="thread">
    <div class="scroll" ref=${box} onScroll=${scrolled} onKeyDown=${walk} ...${attend} tabindex="0" role="region" aria-label=${t('messages')}>
      <div class="scroll-inner" ref=${inner}>
        ${failed && !loaded ? html`<${Failed} retry=${retry} />` : !loaded && !messages.length ? html`<${Loading} lines=${5} />` : null}
        ${start || more ? html`<div class="older" key="older">${failed ? html`<button type="button" onClick=${older}>${t('again')}</button>` : t('loading')}</div>` : intro}
        ${all.slice(start, end).map((row) => html`<${Row} key=${row.key} row=${row} on=${on} />`)}
        ${outro}
      </div>
    </div>
    ${missed || far ? html`<button class="pill" type="button" aria-label=${missed ? undefined : t('latest')} onClick=${latest}>${icon('down')}${missed ? t('new', { n: missed }) : null}</button>` : null}
  </div>`;
}
