// A message in one line, for lists, quotes and ears.

import { t } from './speech.js';

/** @param {{body:string, deleted_at?:number|null, deleted?:boolean, attachments?:any[], attachment_count?:number}} m */
export function gist(m) {
  const files = m.attachments?.length ?? m.attachment_count ?? 0;
  return m.body || (files && !m.deleted_at ? t('files', { n: files }) : t('deleted'));
}
