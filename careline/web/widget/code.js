// Coming in by a one-time code that is sent to a phone: fetched when somebody asks for it.

import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { commands } from '../lib/commands.js';
import { icon } from '../parts/icons.js';
import { learn, t } from '../parts/speech.js';

await learn('code');
Object.assign(commands, { 'code.start': ['POST', '/codes'], 'code.verify': ['POST', '/codes/verify'] });

/** @typedef {import('./room.js').Room} Room */
/** @typedef {import('../lib/api.js').Problem} Problem */
/** @typedef {{phone:string, request_id:string}} Asked */

const SECOND = 1000;
/** A message may take so long; only then is another one worth anything. */
const AGAIN_MS = 30_000;
const DIGITS = 6;

/** How many seconds are left until a moment, counted down while it is shown. @param {number} until */
function useSecondsTo(until) {
  const [now, tick] = useState(Date.now());
  const left = Math.max(0, Math.ceil((until - now) / SECOND));
  useEffect(() => {
    const timer = left ? setTimeout(() => tick(Date.now()), SECOND) : null;
    return () => clearTimeout(timer ?? undefined);
  }, [now, until]);
  useEffect(() => tick(Date.now()), [until]);
  return left;
}

/** @param {number} seconds */
const span = (seconds) => (seconds < 90 ? t('code.seconds', { n: seconds }) : t('code.minutes', { n: Math.ceil(seconds / 60) }));

/** @param {Problem} problem */
function explain({ status, code, retryAfter }) {
  if (status === 429) return t('code.often', { when: span(Math.ceil((retryAfter ?? 60_000) / SECOND)) });
  if (status === 422) return t('code.number');
  if (code === 'wrong_code') return t('code.wrong');
  return t(code === 'codes_off' ? 'code.off' : 'code.failed');
}

/** @param {{room:Room, leave:() => void}} props */
export function SignIn({ room, leave }) {
  const [asked, setAsked] = useState(/** @type {Asked|null} */ (null));
  const [again, setAgain] = useState(0);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState('');
  const field = useRef(/** @type {HTMLInputElement|null} */ (null));
  const left = useSecondsTo(again);
  useEffect(() => field.current?.focus(), [asked?.request_id]);

  const attempt = async (/** @type {() => Promise<void>} */ work) => {
    setBusy(true);
    setTrouble('');
    await work().catch((/** @type {Problem} */ problem) => {
      setTrouble(explain(problem));
      if (problem.status === 429 && problem.retryAfter) setAgain(Date.now() + problem.retryAfter);
    });
    setBusy(false);
  };
  const start = (/** @type {string} */ phone) => attempt(async () => {
    const { request_id } = await room.api.call('code.start', { workspace_id: room.world.workspace, phone }, { anonymous: true });
    setAgain(Date.now() + AGAIN_MS);
    setAsked({ phone, request_id });
  });
  const verify = (/** @type {Asked} */ sent, /** @type {string} */ code) => attempt(async () => {
    try {
      const { token } = await room.api.call('code.verify', { workspace_id: room.world.workspace, ...sent, code }, { anonymous: true });
      await room.become(token);
    } catch (problem) {
      field.current?.select();
      throw problem;
    }
  });
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const said = String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get(asked ? 'code' : 'phone')).trim();
    if (!busy) void (asked ? verify(asked, said.replace(/\D/g, '')) : start(said));
  };
  const typed = () => {
    // The last digit says that all are there; nobody needs a button for that.
    if (asked && !busy && field.current?.value.replace(/\D/g, '').length === DIGITS) field.current.form?.requestSubmit();
  };
  const error = trouble ? html`<p class="field-error" role="alert">${trouble}</p>` : null;
  return html`<div class="fill code"><form class="details" onSubmit=${submit}>
    <h2>${t('code.title')}</h2>
    ${asked ? html`<p>${t('code.sent', { phone: asked.phone })}</p>
      <label key="code"><span>${t('code.code')}</span><input ref=${field} name="code" inputmode="numeric" autocomplete="one-time-code" required maxlength="12" dir="ltr" aria-invalid=${Boolean(trouble)} onInput=${typed} /></label>
      ${error}
      <div class="details-row"><button class="button is-main" type="submit" disabled=${busy}>${t('code.enter')}</button>
        <button class="button is-quiet" type="button" disabled=${busy || left > 0} onClick=${() => void start(asked.phone)}>${left ? t('code.wait', { when: span(left) }) : t('code.again')}</button></div>
      <button class="text-link" type="button" onClick=${() => { setTrouble(''); setAsked(null); }}>${t('code.other')}</button>`
    : html`<p>${t('code.why')}${room.known ? ' ' + t('code.leaves') : ''}</p>
      <label key="phone"><span>${t('phone')}</span><input ref=${field} name="phone" type="tel" autocomplete="tel" required maxlength="40" dir="ltr" aria-invalid=${Boolean(trouble)} /></label>
      ${error}
      <div class="details-row"><button class="button is-main" type="submit" disabled=${busy || left > 0}>${left ? t('code.wait', { when: span(left) }) : t('code.send')}</button>
        <button class="button is-quiet" type="button" onClick=${leave}>${icon('back')}${t('back')}</button></div>`}
  </form></div>`;
}
