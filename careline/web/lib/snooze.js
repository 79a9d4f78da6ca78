// Until when a conversation may be put off: the usual choices, by the reader's own calendar.

const HOUR = 3_600_000;
const EVENING = 18;
const MORNING = 9;

/** @param {Date} day @param {number} days @param {number} hour */
const at = (day, days, hour) => new Date(day.getFullYear(), day.getMonth(), day.getDate() + days, hour).getTime();

/** Those that lie far enough ahead to be worth it. @param {number} now @returns {{key:"hour"|"evening"|"tomorrow"|"week", at:number}[]} */
export function snoozes(now) {
  const today = new Date(now);
  const toMonday = (8 - today.getDay()) % 7 || 7;
  /** @type {{key:"hour"|"evening"|"tomorrow"|"week", at:number}[]} */
  const all = [
    { key: 'hour', at: now + HOUR },
    { key: 'evening', at: at(today, 0, EVENING) },
    { key: 'tomorrow', at: at(today, 1, MORNING) },
    { key: 'week', at: at(today, toMonday, MORNING) },
  ];
  return all.filter((choice) => choice.at >= now + HOUR);
}

/** What a field for date and time shows of a moment. @param {number} moment */
export function fieldTime(moment) {
  const d = new Date(moment);
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}T${two(d.getHours())}:${two(d.getMinutes())}`;
}
