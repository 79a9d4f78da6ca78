// A part of the page that is fetched when it is first shown.

import { html, useEffect, useState } from '../vendor/preact.js';
import { Failed, Loading } from '../parts/states.js';

/** @param {() => Promise<any>} load its component */
export function later(load) {
  /** @type {any} */
  let Part = null;
  return (/** @type {any} */ props) => {
    const [failed, fail] = useState(false);
    const [, renew] = useState(0);
    const fetchIt = () => {
      fail(false);
      load().then((found) => { Part = found; renew(1); }, () => fail(true));
    };
    useEffect(() => { if (!Part) fetchIt(); }, []);
    if (Part) return html`<${Part} ...${props} />`;
    return failed ? html`<${Failed} retry=${fetchIt} />` : html`<${Loading} kind="list" lines=${7} />`;
  };
}
