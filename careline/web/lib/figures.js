// The figures of many days told as a few: sums, averages that weigh what they are made of, heights of bars.

/** @typedef {{day:string,contact_messages:number,staff_messages:number,active_contacts:number,active_staff:number,first_responses:number,first_response_ms:number|null,resolutions:number,resolution_ms:number|null}} Day */
/** @typedef {{count:"first_responses"|"resolutions", ms:"first_response_ms"|"resolution_ms"}} Kind */

/** @type {Record<"response"|"resolution",Kind>} */
export const kinds = {
  response: { count: 'first_responses', ms: 'first_response_ms' },
  resolution: { count: 'resolutions', ms: 'resolution_ms' },
};

/** @param {Day[]} days @param {"contact_messages"|"staff_messages"|"first_responses"|"resolutions"} field */
export const total = (days, field) => days.reduce((sum, day) => sum + day[field], 0);

/** Over all days, a day with many weighing more. @param {Day[]} days @param {Kind} kind */
export function average(days, { count, ms }) {
  const n = total(days, count);
  return n ? days.reduce((sum, day) => sum + (day[ms] ?? 0) * day[count], 0) / n : null;
}

/** The largest of them, for a scale; never nothing. @param {number[]} values */
export const most = (values) => Math.max(1, ...values);

/** A span as its largest unit that tells it well: [3, "minute"]. @param {number} ms @returns {[number,"second"|"minute"|"hour"|"day"]} */
export function span(ms) {
  const seconds = ms / 1000;
  if (seconds < 90) return [Math.round(seconds), 'second'];
  if (seconds < 90 * 60) return [Math.round(seconds / 60), 'minute'];
  if (seconds < 36 * 3600) return [Math.round(seconds / 360) / 10, 'hour'];
  return [Math.round(seconds / 8640) / 10, 'day'];
}
