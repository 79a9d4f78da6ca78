// What a workspace's accent becomes so that it can be read: on itself, on light, on dark (WCAG 2.2 AA).

/** @typedef {[number,number,number]} Rgb */

/** @param {string|null|undefined} hex @returns {Rgb|null} */
export function rgb(hex) {
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex ?? '');
  return found ? [parseInt(found[1] ?? '', 16), parseInt(found[2] ?? '', 16), parseInt(found[3] ?? '', 16)] : null;
}

/** @param {Rgb} colour */
function luminance(colour) {
  const [r, g, b] = colour.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * Number(r) + 0.7152 * Number(g) + 0.0722 * Number(b);
}

/** @param {Rgb} a @param {Rgb} b */
export function contrast(a, b) {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** @param {Rgb} a @param {Rgb} b @param {number} share of b @returns {Rgb} */
const mix = (a, b, share) => /** @type {Rgb} */ (a.map((v, i) => Math.round(v + (Number(b[i]) - v) * share)));

/** @param {Rgb} colour */
const hex = (colour) => '#' + colour.map((v) => v.toString(16).padStart(2, '0')).join('');

/** @type {Rgb} */ const WHITE = [255, 255, 255];
/** @type {Rgb} */ const INK = [16, 20, 24];

/** The colour moved away from its ground until it can be read on it. @param {Rgb} colour @param {Rgb} ground @param {number} least */
function readable(colour, ground, least) {
  const towards = luminance(ground) > 0.4 ? INK : WHITE;
  for (let share = 0; share < 1; share += 0.05) {
    const tried = mix(colour, towards, share);
    if (contrast(tried, ground) >= least) return tried;
  }
  return towards;
}

/** The nearest colour that stands out from its ground (3:1) and on which words can be read (4.5:1). @param {Rgb} colour @param {Rgb} ground */
function button(colour, ground) {
  for (let share = 0; share <= 1; share += 0.04) {
    for (const towards of [INK, WHITE]) {
      const fill = mix(colour, towards, share);
      const words = [WHITE, INK].find((ink) => contrast(fill, ink) >= 4.5);
      if (words && contrast(fill, ground) >= 3) return { fill, words };
    }
  }
  return { fill: INK, words: WHITE };
}

/** Values for the CSS tokens. @param {string|null|undefined} accent "#rrggbb" @param {boolean} dark @returns {Record<string,string>|null} */
export function accentTokens(accent, dark) {
  const colour = rgb(accent);
  if (!colour) return null;
  /** @type {Rgb} */
  const ground = dark ? [21, 25, 29] : WHITE;
  const { fill, words } = button(colour, ground);
  return { '--accent': hex(fill), '--on-accent': hex(words), '--accent-text': hex(readable(colour, ground, 5)) };
}
