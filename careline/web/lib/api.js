// One HTTP request to Careline: how it is worded, when it is tried again, what its refusal means.

import { commands } from './commands.js';

/** @typedef {import('./shapes.js').ProblemBody} ProblemBody */
/** @typedef {{token:()=>string|null|Promise<string|null>, renew?:()=>Promise<string|null>}} Auth */
/** @typedef {{idempotencyKey?:string,headers?:Record<string,string>,signal?:AbortSignal,anonymous?:boolean,tries?:number,timeout?:number,blob?:boolean}} Options */

/** A refusal, or (status 0) no answer at all. `unknown` says that the server may have done it all the same. */
export class Problem extends Error {
  /** @param {ProblemBody} body @param {boolean} [unknown] */
  constructor(body, unknown = false) {
    super(body.detail || body.title || body.code);
    this.status = body.status;
    this.code = body.code;
    this.field = body.field ?? null;
    this.retryAfter = body.retry_after_ms ?? null;
    this.unknown = unknown;
  }

  /** Would the same request stand a chance later, unchanged? */
  get passing() {
    return this.unknown || this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/** Full jitter: anywhere between nothing and the doubling ceiling, so that a crowd that fell together does not rise together. @param {number} attempt @param {()=>number} random */
export const backOff = (attempt, random, base = 500, cap = 30_000) => random() * Math.min(cap, base * 2 ** attempt);

/** @param {string} name */
function command(name) {
  const found = commands[name];
  if (!found) throw new Error('no such command: ' + name);
  return found;
}

/** @param {string} name @param {Record<string,any>} data */
export function worded(name, data) {
  const [method, template] = command(name);
  const rest = { ...data };
  let path = '/v1' + template.replace(/\{(\w+)\}/g, (_, field) => {
    delete rest[field];
    return encodeURIComponent(data[field]);
  });
  if (method === 'GET' || method === 'DELETE') {
    const query = new URLSearchParams(Object.entries(rest).filter(([, value]) => value != null));
    if (query.size) path += '?' + query;
    return { method, path, body: undefined };
  }
  return { method, path, body: JSON.stringify(rest) };
}

/** @param {Response} answer */
async function refusal(answer) {
  /** @type {any} */
  const body = await answer.json().catch(() => ({}));
  const header = Number(answer.headers.get('Retry-After'));
  return new Problem({
    ...body,
    status: answer.status,
    code: typeof body.code === 'string' ? body.code : 'http_' + answer.status,
    retry_after_ms: body.retry_after_ms ?? (header > 0 ? header * 1000 : null),
  }, answer.status >= 500);
}

/**
 * @param {{fetch:typeof globalThis.fetch,auth:Auth,clock:import('./shapes.js').Clock,base?:string}} world
 * @returns {{call:(name:string,data?:Record<string,any>,options?:Options)=>Promise<any>}}
 */
export function createApi({ fetch, auth, clock, base = '' }) {
  /** @param {string} name @param {Record<string,any>} data @param {Options} options */
  async function once(name, data, options) {
    const { method, path, body } = worded(name, data);
    /** @type {Record<string,string>} */
    const headers = { Accept: 'application/json', 'X-Requested-With': 'careline', ...options.headers };
    const token = options.anonymous ? null : await auth.token();
    if (token) headers.Authorization = 'Bearer ' + token;
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    if (options.idempotencyKey) headers['Idempotency-Key'] = options.idempotencyKey;
    const stop = new AbortController();
    const timer = clock.set(() => stop.abort(), options.timeout ?? 20_000);
    const abort = () => stop.abort();
    options.signal?.addEventListener('abort', abort);
    try {
      const answer = await fetch(base + path, { method, headers, body, signal: stop.signal, credentials: 'same-origin', cache: 'no-store' });
      if (!answer.ok) throw Object.assign(await refusal(answer), { token });
      if (options.blob) return await answer.blob();
      return answer.status === 204 ? {} : await answer.json();
    } catch (error) {
      if (error instanceof Problem) throw error;
      throw new Problem({ status: 0, code: options.signal?.aborted ? 'aborted' : 'offline' }, true);
    } finally {
      clock.clear(timer);
      options.signal?.removeEventListener('abort', abort);
    }
  }

  /** @param {number} ms */
  const sleep = (ms) => new Promise((done) => clock.set(() => done(undefined), ms));

  /** @param {string} name @param {Record<string,any>} [data] @param {Options} [options] */
  async function call(name, data = {}, options = {}) {
    const repeatable = command(name)[2] || Boolean(options.idempotencyKey);
    let renewed = false;
    for (let attempt = 0; ; attempt++) {
      try {
        return await once(name, data, options);
      } catch (error) {
        const problem = /** @type {Problem & {token?:string|null}} */ (error);
        if (problem.status === 401 && problem.token && auth.renew && !renewed && !options.anonymous) {
          renewed = true;
          // Somebody else may have renewed while this request was under way: then the new one is good enough.
          const current = await auth.token();
          if ((current && current !== problem.token) || await auth.renew()) continue;
          throw problem;
        }
        const again = repeatable && problem.passing && problem.code !== 'aborted' && attempt + 1 < (options.tries ?? 3);
        if (!again) throw problem;
        await sleep((problem.retryAfter ?? 0) + backOff(attempt, clock.random));
      }
    }
  }

  return { call };
}
