// Where one asks to be told by the system that somebody wrote.

import { html, useState } from '../vendor/preact.js';
import { Dialog } from '../parts/dialog.js';
import { icon } from '../parts/icons.js';
import { t } from '../parts/speech.js';
import { alerting, toggleAlerts } from './alerts.js';

/** @param {{close:() => void}} props */
export function Show({ close }) {
  const [denied, setDenied] = useState(Notification.permission === 'denied');
  const on = alerting.value;
  const toggle = () => void toggleAlerts().then((state) => setDenied(state === 'denied'));
  return html`<${Dialog} title=${t('alerts')} close=${close}>
    <div class="fields">
      <p class="fields-why">${t('alerts.why')}</p>
      <p class="status-line" role="status">${icon(on ? 'bell' : 'close')}${t(on ? 'alerts.are.on' : denied ? 'alerts.denied' : 'alerts.are.off')}</p>
      <button class=${'button' + (on ? '' : ' is-main')} type="button" disabled=${denied} onClick=${toggle}>${t(on ? 'alerts.off' : 'alerts.on')}</button>
    </div>
  <//>`;
}
