// The staff member's access token: held in memory only, renewed one at a time from the cookie nobody's script can read.

/** @typedef {{access_token:string,access_expires_at:number,staff:any,workspace:any,workspaces:{id:string,name:string}[]}} Grant */

/**
 * @param {{
 *   refresh:(workspace_id?:string)=>Promise<Grant>,
 *   lock:(name:string,fn:()=>Promise<any>)=>Promise<any>,
 *   clock:import('./shapes.js').Clock,
 *   onGrant?:(grant:Grant)=>void, onLost?:()=>void,
 * }} world
 */
export function createSession({ refresh, lock, clock, onGrant, onLost }) {
  /** @type {Grant|null} */
  let grant = null;
  /** @type {Promise<string|null>|null} */
  let renewing = null;
  /** @type {any} */
  let timer = null;

  /** @param {Grant} next */
  function accept(next) {
    grant = next;
    clock.clear(timer);
    // A minute early, and never in a tight loop when the clock of this machine is wrong.
    const ms = Math.max(30_000, next.access_expires_at - clock.now() - 60_000);
    timer = clock.set(inTime, ms);
    onGrant?.(next);
    return next.access_token;
  }

  function inTime() {
    renew().catch(() => { timer = clock.set(inTime, 15_000); });
  }

  /** The new token; null when there is no session any more; throws when it could not be asked. @param {string} [workspace_id] @returns {Promise<string|null>} */
  function renew(workspace_id) {
    // The cookie is used up by each renewal, and using it twice signs everybody out: hence one at a time,
    // in this page through the promise, over all tabs through the lock.
    renewing ??= lock('careline.session', () => refresh(workspace_id ?? grant?.workspace?.id)).then(accept, (problem) => {
      if (problem.status !== 401 && problem.status !== 403) throw problem;
      forget();
      return null;
    }).finally(() => { renewing = null; });
    return renewing;
  }

  function forget() {
    const had = grant;
    grant = null;
    clock.clear(timer);
    if (had) onLost?.();
  }

  return {
    accept,
    renew,
    forget,
    token: () => grant?.access_token ?? null,
    grant: () => grant,
  };
}
