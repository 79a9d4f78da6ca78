// Whether what is shown is the present, said quietly when it is not.

import { html, useEffect, useState } from '../vendor/preact.js';
import { icon } from './icons.js';
import { t } from './speech.js';

const PATIENCE_MS = 1500;

/** @param {{phase:string}} props */
export function Banner({ phase }) {
  const broken = phase === 'waiting' || phase === 'connecting';
  const [shown, show] = useState(false);
  useEffect(() => {
    // A blink is nobody's business.
    const timer = setTimeout(() => show(broken), broken ? PATIENCE_MS : 0);
    return () => clearTimeout(timer);
  }, [broken]);
  return html`<div class="banner" role="status" hidden=${!shown}>
    ${shown ? html`${icon('clock')}<span>${t('connection.lost')}</span>` : null}
  </div>`;
}
