// The workspace's settings as a form has them: days and minutes instead of milliseconds, lines instead of lists.

const MINUTE = 60_000;
const DAY = 86_400_000;
const MB = 1_048_576;

/** @typedef {"text"|"long"|"colour"|"choice"|"number"|"lines"|"check"|"zone"} Kind */
/** `unit`: how many of the server's make one of the form's. `none`: may be left empty, which says null. @typedef {{name:string, kind:Kind, choices?:string[], unit?:number, none?:boolean, least?:number}} Setting */

const statuses = ['', 'open', 'pending', 'closed'];

/** @type {[string,Setting[]][]} */
export const groups = [
  ['look', [{ name: 'name', kind: 'text' }, { name: 'accent', kind: 'colour' }, { name: 'greeting', kind: 'long' }, { name: 'time_zone', kind: 'zone' }, { name: 'origins', kind: 'lines' }]],
  ['flow', [
    { name: 'threading', kind: 'choice', choices: ['per_contact', 'per_staff', 'many'] },
    { name: 'contact_message_status', kind: 'choice', choices: statuses }, { name: 'staff_reply_status', kind: 'choice', choices: statuses },
    { name: 'edit_window_ms', kind: 'number', unit: MINUTE, least: 0 },
    { name: 'auto_close_after_ms', kind: 'number', unit: DAY, none: true, least: 1 }, { name: 'auto_archive_after_ms', kind: 'number', unit: DAY, none: true, least: 1 },
  ]],
  ['codes', [{ name: 'phone_codes', kind: 'choice', choices: ['off', 'known', 'anyone'] }, { name: 'phone_region', kind: 'text', none: true }]],
  ['files', [{ name: 'contact_bytes_per_day', kind: 'number', unit: MB, least: 0 }, { name: 'keep_picture_metadata', kind: 'check' }, { name: 'svg_attachments', kind: 'check' }, { name: 'https_references', kind: 'check' }]],
  ['keeping', [{ name: 'conversation_days', kind: 'number', none: true, least: 1 }, { name: 'attachment_days', kind: 'number', none: true, least: 1 }, { name: 'audit_days', kind: 'number', least: 1 }]],
];

/** The line by which a website shows the chat. @param {string} origin Careline's own, as the website's visitors reach it @param {string} id the workspace's */
export const snippet = (origin, id) => `<script src="${origin}/widget.js" data-workspace="${id.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}" async></script>`;

const settings = groups.flatMap(([, all]) => all);

/** What a field shows of a value. @param {Setting} s @param {any} value */
export function shownValue(s, value) {
  if (value === null || value === undefined) return '';
  if (s.kind === 'lines') return value.join('\n');
  if (s.kind === 'number') return String(Math.round(value / (s.unit ?? 1) * 100) / 100);
  return value;
}

/** What a field says. @param {Setting} s @param {string|boolean} text */
function meant(s, text) {
  if (s.kind === 'check') return Boolean(text);
  const value = String(text).trim();
  if (s.kind === 'lines') return value.split(/\s+/).filter(Boolean);
  if (s.kind === 'number') return value === '' && s.none ? null : Math.round(Number(value) * (s.unit ?? 1));
  return !value && (s.kind === 'choice' || s.none) ? null : value;
}

/** Only what is different from how it was. @param {Record<string,any>} before @param {Record<string,string|boolean>} form */
export function changes(before, form) {
  /** @type {Record<string,any>} */
  const out = {};
  for (const s of settings) {
    const text = s.kind === 'check' ? Boolean(form[s.name]) : form[s.name] ?? '';
    // What the form only rounded was not changed.
    if (s.kind !== 'check' && String(text).trim() === String(shownValue(s, before[s.name])).trim()) continue;
    const value = meant(s, text);
    if (JSON.stringify(value) !== JSON.stringify(before[s.name] ?? null)) out[s.name] = value;
  }
  return out;
}
