// How pressing a conversation is.

import { html } from '../vendor/preact.js';
import { Dialog } from '../parts/dialog.js';
import { t } from '../parts/speech.js';
import { Flag, priorities } from './chips.js';
import { Choices } from './choices.js';
import { attempt } from './deeds.js';

/** @param {{desk:import('./desk.js').Desk, c:import('../lib/shapes.js').Conversation, close:() => void}} props */
export const Show = ({ desk, c, close }) => html`<${Dialog} title=${t('priority.choose')} close=${close}>
  <${Choices} items=${priorities.map((priority) => ({
    key: priority,
    label: t('priority.' + priority),
    sign: html`<${Flag} priority=${priority} />`,
    chosen: c.priority === priority,
    run: () => { close(); attempt(desk.triage(c.id, { priority }), t('priority.' + priority)); },
  }))} />
<//>`;
