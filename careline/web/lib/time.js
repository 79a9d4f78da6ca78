// How moments are told: days, hours and minutes, and how long ago something was.

const MINUTE = 60_000;

/** Whole days between two moments by the calendar, whatever the clocks do in between. @param {number} a @param {number} b */
function daysBetween(a, b) {
  const [x, y] = [new Date(a), new Date(b)];
  return Math.round((Date.UTC(y.getFullYear(), y.getMonth(), y.getDate()) - Date.UTC(x.getFullYear(), x.getMonth(), x.getDate())) / 86_400_000);
}

/** @param {string} language @param {() => number} now */
export function createTime(language, now) {
  const ago = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const clock = new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit' });
  const weekday = new Intl.DateTimeFormat(language, { weekday: 'short' });
  const nearDay = new Intl.DateTimeFormat(language, { weekday: 'long', day: 'numeric', month: 'long' });
  const farDay = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'long', year: 'numeric' });
  const date = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short' });
  const full = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  const short = new Intl.DateTimeFormat(language, { dateStyle: 'short' });
  /** @param {number} at */
  const thisYear = (at) => new Date(at).getFullYear() === new Date(now()).getFullYear();

  return {
    /** 14:05 @param {number} at */
    minute: (at) => clock.format(at),
    /** For titles. @param {number} at */
    exact: (at) => full.format(at),
    /** Today, Yesterday, Tuesday 3 March, 3 March 2019. @param {number} at */
    day(at) {
      const days = daysBetween(at, now());
      if (days === 0 || days === 1) return capital(ago.format(-days, 'day'), language);
      return (thisYear(at) ? nearDay : farDay).format(at);
    },
    /** For a list: 14:05 today, Tue this week, 3 Mar, 03/03/2019. @param {number} at */
    brief(at) {
      const days = daysBetween(at, now());
      if (days <= 0) return clock.format(at);
      if (days < 7) return weekday.format(at);
      return (thisYear(at) ? date : short).format(at);
    },
    /** What is to come: 18:00 today, Tue 09:00 this week, 3 Mar 09:00 later. @param {number} at */
    soon(at) {
      const days = daysBetween(now(), at);
      if (days <= 0) return clock.format(at);
      return `${days < 7 ? weekday.format(at) : (thisYear(at) ? date : short).format(at)} ${clock.format(at)}`;
    },
    /** How long something still lasts, in one unit and rounded up: 45 seconds, 10 minutes, 3 hours. @param {number} ms */
    lasting(ms) {
      const [unit, size] = ms < MINUTE ? ['second', 1000] : ms < 90 * MINUTE ? ['minute', MINUTE] : ms < 36 * 60 * MINUTE ? ['hour', 60 * MINUTE] : ['day', 86_400_000];
      return new Intl.NumberFormat(language, { style: 'unit', unit: String(unit), unitDisplay: 'long' }).format(Math.ceil(ms / Number(size)));
    },
    /** 5 minutes ago. @param {number} at */
    ago(at) {
      const minutes = Math.max(0, Math.floor((now() - at) / MINUTE));
      if (minutes < 60) return ago.format(-minutes, 'minute');
      if (minutes < 60 * 24) return ago.format(-Math.floor(minutes / 60), 'hour');
      return ago.format(-daysBetween(at, now()), 'day');
    },
  };
}

/** @param {string} text @param {string} language */
const capital = (text, language) => text.charAt(0).toLocaleUpperCase(language) + text.slice(1);
