// What people asked to look at, put together by the message that is meant.

/** @typedef {{id:string, message:import('./shapes.js').Message|null, flagger:{kind:string,id:string|null,name:string}, reason:string, created_at:number, resolved_at:number|null, resolved_by:string|null, resolution:"dismiss"|"delete"|"block"|null}} Flag */
/** @typedef {{message:import('./shapes.js').Message|null, flags:Flag[]}} Case */

/** One decision is about one message, however many asked for it; in the order of the queue. @param {Flag[]} flags @returns {Case[]} */
export function byMessage(flags) {
  /** @type {Map<string,Case>} */
  const cases = new Map();
  for (const flag of flags) {
    const id = flag.message?.id;
    if (!id) continue;
    const one = cases.get(id);
    if (one) one.flags.push(flag);
    else cases.set(id, { message: flag.message, flags: [flag] });
  }
  return [...cases.values()];
}

/** How many messages wait for a decision. @param {Flag[]} flags */
export const waiting = (flags) => byMessage(flags).filter((one) => one.flags.some((flag) => !flag.resolved_at)).length;
