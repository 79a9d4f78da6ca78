// A form that is sent once at a time, and says what is wrong.

import { useState } from '../vendor/preact.js';
import { explain } from './signin.js';

/** @typedef {import('../lib/api.js').Problem} Problem */

/** What was typed, without the spaces around it; in a password they count. @param {HTMLFormElement} form */
const values = (form) => Object.fromEntries([...new FormData(form)].map(([k, v]) => [k, k.endsWith('password') ? String(v) : String(v).trim()]));

/** @param {(values:Record<string,string>) => Promise<void>} work @param {(problem:Problem) => string} [say] */
export function useForm(work, say = explain) {
  const [trouble, setTrouble] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    setBusy(true);
    setTrouble('');
    await work(values(form)).then(() => form.reset(), (problem) => setTrouble(say(problem)));
    setBusy(false);
  };
  return { trouble, busy, submit };
}
