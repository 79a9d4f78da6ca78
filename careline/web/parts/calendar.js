// Moments, told in the language of this page.

import { createTime } from '../lib/time.js';
import { region } from './speech.js';

/** @type {ReturnType<typeof createTime>|null} */
let made = null;

/** Made when first asked for: by then it is known which language that is. */
export const time = () => (made ??= createTime(region, () => Date.now()));
