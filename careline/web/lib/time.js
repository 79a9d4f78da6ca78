// How moments are told: days, minutes, groups of messages, and how long ago something was.

/** @typedef {import('./shapes.js').Message} Message */
/**
 * @typedef {{type:"day",key:string,at:number} | {type:"unread",key:string} | {type:"system",key:string,message:Message}
 *   | {type:"group",key:string,messages:Message[],kind:string,sender_kind:string,sender_id:string|null,sender_name:string|null,at:number}} Row
 */

const MINUTE = 60_000;

/** The day by the reader's own calendar. @param {number} at */
export function dayOf(at) {
  const d = new Date(at);
  return d.getFullYear() * 10_000 + (d.getMonth() + 1) * 100 + d.getDate();
}

/** Whole days between two moments by the calendar, whatever the clocks do in between. @param {number} a @param {number} b */
function daysBetween(a, b) {
  const [x, y] = [new Date(a), new Date(b)];
  return Math.round((Date.UTC(y.getFullYear(), y.getMonth(), y.getDate()) - Date.UTC(x.getFullYear(), x.getMonth(), x.getDate())) / 86_400_000);
}

/**
 * Messages as they are laid out: a line per new day, a group per author and minute.
 * @param {Message[]} messages oldest first @param {string|null} [unreadFrom] id of the first message to stand under "new messages"
 * @returns {Row[]}
 */
export function rows(messages, unreadFrom = null) {
  /** @type {Row[]} */
  const out = [];
  let day = 0;
  /** @type {Extract<Row,{type:"group"}>|null} */
  let group = null;
  for (const message of messages) {
    const key = message.client_id ?? message.id;
    if (dayOf(message.created_at) !== day) {
      day = dayOf(message.created_at);
      out.push({ type: 'day', key: 'day' + day + key, at: message.created_at });
      group = null;
    }
    if (unreadFrom && message.id === unreadFrom) {
      out.push({ type: 'unread', key: 'unread' });
      group = null;
    }
    if (message.kind === 'system') {
      out.push({ type: 'system', key, message });
      group = null;
    } else if (group && belongs(group, message)) {
      group.messages.push(message);
    } else {
      const { kind, sender_kind, sender_id, sender_name } = message;
      group = { type: 'group', key, messages: [message], kind, sender_kind, sender_id, sender_name, at: message.created_at };
      out.push(group);
    }
  }
  return out;
}

/** @param {Extract<Row,{type:"group"}>} group @param {Message} message */
function belongs(group, message) {
  return group.kind === message.kind && group.sender_kind === message.sender_kind && group.sender_id === message.sender_id
    && group.sender_name === message.sender_name && Math.floor(group.at / MINUTE) === Math.floor(message.created_at / MINUTE);
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
