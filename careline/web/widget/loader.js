// A website's launcher: a button, and behind it a frame of Careline's own origin, made when needed.
// <script src="https://chat.example/widget.js" data-workspace="…" async></script>
(() => {
  const script = /** @type {HTMLScriptElement|null} */ (document.currentScript);
  if (!script || 'Careline' in window) return;
  const { workspace = '', label = 'Chat', replaces, side, accent, language = '' } = script.dataset;
  const { origin } = new URL(script.src);
  // On Careline's own origin the frame keeps what it knows, under another name.
  const mark = 'careline.begun.' + workspace;
  /** @type {Record<string,((detail:any)=>void)[]>} */
  const listeners = {};
  /** @type {HTMLIFrameElement|null} */
  let frame = null;
  let isOpen = false;
  let ready = false;

  const host = document.createElement('div');
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host{all:initial;--a:#1f6f5c;--on:#fff}
    button{all:unset;box-sizing:border-box;position:fixed;inset-block-end:20px;inset-inline-end:20px;inline-size:56px;block-size:56px;
      border-radius:50%;background:var(--a);color:var(--on);display:grid;place-items:center;cursor:pointer;z-index:2147483000;
      box-shadow:0 2px 6px #0003,0 8px 24px #0003;transition:filter .12s}
    button:hover{filter:brightness(1.08)}
    button:focus-visible{outline:3px solid var(--a);outline-offset:3px}
    svg{inline-size:26px;block-size:26px;fill:none;stroke:currentColor;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}
    b{position:absolute;inset-block-start:-4px;inset-inline-end:-4px;min-inline-size:20px;block-size:20px;padding:0 5px;box-sizing:border-box;
      border-radius:10px;background:#c3241b;color:#fff;font:600 12px/20px system-ui,sans-serif;text-align:center;box-shadow:0 0 0 2px #fff}
    [hidden]{display:none!important}
    iframe,p{position:fixed;inset-block-end:88px;inset-inline-end:20px;
      border:0;border-radius:16px;box-shadow:0 4px 12px #0002,0 16px 48px #0003;z-index:2147483001;background:#fff;color-scheme:light dark}
    iframe{inline-size:380px;block-size:min(640px,calc(100dvh - 108px))}
    p{margin:0;padding:16px 20px;font:15px system-ui,sans-serif}
    :host(.off) iframe,:host(:not(.off.open)) p{display:none}
    :host(.start) :is(button,iframe,p){inset-inline:20px auto}
    @media(prefers-color-scheme:dark){iframe,p{background:#15191d;color:#fff}b{box-shadow:0 0 0 2px #15191d}}
    @media(max-width:519px),(max-height:460px){iframe{inset:0!important;inline-size:100%;block-size:100dvh;border-radius:0}:host(.open:not(.off)) button{display:none}}
    @media(prefers-reduced-motion:reduce){button{transition:none}}
    @media print{:host{display:none}}`);
  root.adoptedStyleSheets = [sheet];
  if (side === 'left' || side === 'start') host.className = 'start';

  const button = document.createElement('button');
  button.type = 'button';
  const badge = document.createElement('b');
  badge.hidden = true;
  const sign = drawing();
  button.append(sign.svg, badge);
  const excuse = document.createElement('p');
  excuse.role = 'alert';

  function drawing() {
    const ns = 'http://www.w3.org/2000/svg';
    const svg = document.createElementNS(ns, 'svg');
    svg.setAttribute('viewBox', '0 0 24 24');
    svg.setAttribute('aria-hidden', 'true');
    const path = document.createElementNS(ns, 'path');
    svg.append(path);
    return { svg, path };
  }

  /** @param {string} colour */
  function paint(colour) {
    const rgb = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(colour);
    if (!rgb) return;
    host.style.setProperty('--a', colour);
    const [r = 0, g = 0, b = 0] = rgb.slice(1).map((v) => parseInt(v, 16));
    host.style.setProperty('--on', r * 0.299 + g * 0.587 + b * 0.114 > 150 ? '#101418' : '#fff');
  }

  /** @param {number} n */
  function count(n) {
    badge.hidden = !n;
    badge.textContent = n > 99 ? '99+' : String(n);
    button.setAttribute('aria-label', n ? label + ' (' + n + ')' : label);
    button.setAttribute('aria-expanded', String(isOpen));
    sign.path.setAttribute('d', isOpen ? 'm6 9.5 6 6 6-6' : 'M4 5.5h16v11.5h-9L7 20.5V17H4zM8.5 9.8h7M8.5 12.8h4.5');
  }

  function load() {
    if (frame) return;
    frame = document.createElement('iframe');
    frame.title = label;
    frame.hidden = !isOpen;
    frame.src = origin + '/widget/?' + new URLSearchParams({ workspace, origin: location.origin, ...(language ? { language } : {}) });
    frame.addEventListener('load', () => setTimeout(doubt, 3000));
    root.append(frame);
  }

  /** Nobody is told when the browser refuses a frame. */
  function doubt() {
    if (ready) return;
    console.error(`Careline: is ${location.origin} listed in the workspace, and data-workspace="${workspace}" right?`);
    excuse.textContent = 'The chat cannot be shown here.';
    host.classList.add('off');
  }

  /** @param {"open"|"close"} careline */
  function order(careline) {
    if (ready) frame?.contentWindow?.postMessage({ careline, page: location.origin + location.pathname }, origin);
  }

  /** @param {boolean} open */
  function set(open) {
    if (open === isOpen) return;
    isOpen = open;
    load();
    if (frame) frame.hidden = !open;
    host.classList.toggle('open', open);
    count(unread);
    order(open ? 'open' : 'close');
    if (open) frame?.focus();
    else button.focus({ preventScroll: true });
    say(open ? 'open' : 'close');
  }

  /** @param {string} event @param {any} [detail] */
  function say(event, detail) {
    for (const listener of listeners[event] ?? []) listener(detail);
  }

  let unread = 0;
  button.addEventListener('click', () => set(!isOpen));
  addEventListener('keydown', (event) => { if (event.key === 'Escape' && isOpen) set(false); });
  addEventListener('message', ({ source, origin: from, data }) => {
    if (!frame || source !== frame.contentWindow || from !== origin || !data) return;
    if (data.careline === 'ready') {
      paint(accent ?? String(data.accent));
      if (!ready) {
        ready = true;
        host.classList.remove('off');
        order(isOpen ? 'open' : 'close');
        say('ready');
      }
    } else if (data.careline === 'unread' && Number.isInteger(data.n) && data.n !== unread) {
      count(unread = data.n);
      say('unread', unread);
    } else if (data.careline === 'close') {
      set(false);
    } else if (data.careline === 'begun') {
      try { localStorage.setItem(mark, '1'); } catch { /* then the badge waits for the first opening */ }
    }
  });

  function start() {
    if (accent) paint(accent);
    count(0);
    root.append(button, excuse);
    document.body.append(host);
    for (const old of replaces ? document.querySelectorAll(replaces) : []) old.remove();
    let returning = false;
    try { returning = Boolean(localStorage.getItem(mark)); } catch { /* as above */ }
    // Who wrote before may have an answer waiting; all others cost nothing until they ask.
    if (returning) setTimeout(load, 1000);
  }

  Object.defineProperty(window, 'Careline', { value: Object.freeze({
    open: () => set(true),
    close: () => set(false),
    /** @param {string} event @param {(detail:any)=>void} listener */
    on: (event, listener) => void (listeners[event] ??= []).push(listener),
  }) });
  if (document.body) start();
  else addEventListener('DOMContentLoaded', start);
})();
