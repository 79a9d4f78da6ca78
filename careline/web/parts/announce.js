// What a screen reader should say, politely, when it has a moment.

/** @type {HTMLElement|null} */
let region = null;

/** @param {string} text */
export function announce(text) {
  if (!region) {
    region = document.createElement('div');
    region.className = 'unseen';
    region.setAttribute('aria-live', 'polite');
    document.body.append(region);
  }
  // The same words twice are two pieces of news; readers only notice a change.
  const said = document.createElement('p');
  said.textContent = text;
  region.replaceChildren(said);
}
