// What passes between this frame and the page around it: a closed set of words, to and from one origin, never a text or a token.

/** @typedef {"open"|"close"} Order */
/** @typedef {"ready"|"unread"|"close"|"begun"} News */

/** @param {{self:Window, origin:string|null, order:(order:Order, page:string|null) => void}} world */
export function createHost({ self, origin, order }) {
  const { parent } = self;
  const known = origin && /^https?:\/\/[^/]+$/.test(origin) && parent !== self ? origin : null;

  self.addEventListener('message', (event) => {
    if (!known || event.source !== parent || event.origin !== known) return;
    const { careline, page } = Object(event.data);
    if (careline !== 'open' && careline !== 'close') return;
    order(careline, typeof page === 'string' ? page.slice(0, 500) : null);
  });

  return {
    framed: Boolean(known),
    /** @param {News} news @param {Record<string,number|string>} [more] */
    tell(news, more = {}) {
      if (known) parent.postMessage({ careline: news, ...more }, known);
    },
  };
}
