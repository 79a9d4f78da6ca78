// All that was said in a conversation, as a text to keep.

import { worded } from '../lib/api.js';
import { t } from './speech.js';

/** @param {string} conversation_id @param {string} token */
export async function transcript(conversation_id, token) {
  const time_zone = new Intl.DateTimeFormat().resolvedOptions().timeZone ?? 'UTC';
  const { path } = worded('conversation.transcript', { conversation_id, format: 'text', time_zone });
  const answer = await fetch(path, { headers: { Authorization: 'Bearer ' + token, 'X-Requested-With': 'careline' }, credentials: 'same-origin' });
  if (!answer.ok) throw new Error('no transcript: ' + answer.status);
  const url = URL.createObjectURL(await answer.blob());
  const link = Object.assign(document.createElement('a'), { href: url, download: `${t('transcript.name')}-${new Date().toISOString().slice(0, 10)}.txt` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
