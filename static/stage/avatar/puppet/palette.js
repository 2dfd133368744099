/**
 * The puppet's colours: those of the look, the rest worked out from them. Pure.
 *
 * `look.avatar.palette` may name any of: hair, tips, skin, eyes, outfit, trim, accent; each "#rrggbb".
 */

/** @typedef {Record<'hair' | 'tips' | 'skin' | 'eyes' | 'outfit' | 'trim' | 'accent', string>} Palette */

/** @type {Readonly<Palette>} */
const DEFAULTS = Object.freeze({
  hair: '#b7a4f4',
  tips: '#ff9ccb',
  skin: '#ffe2d2',
  eyes: '#f0913a',
  outfit: '#34305a',
  trim: '#f6f1ff',
  accent: '#8b5cf6',
});

/**
 * @param {unknown} wished
 * @returns {Palette} Whatever is no colour keeps our own.
 */
export function paletteOf(wished) {
  const named = /** @type {Record<string, unknown>} */ (typeof wished === 'object' && wished !== null ? wished : {});
  const palette = { ...DEFAULTS };
  for (const key of /** @type {(keyof Palette)[]} */ (Object.keys(DEFAULTS))) {
    const colour = named[key];
    if (typeof colour === 'string' && /^#[0-9a-f]{6}$/i.test(colour)) palette[key] = colour;
  }
  return palette;
}

/**
 * @param {string} colour "#rrggbb".
 * @returns {[number, number, number]} Red, green, blue, 0 to 255.
 */
export function rgbOf(colour) {
  const bits = parseInt(colour.slice(1), 16);
  return [bits >> 16, (bits >> 8) & 255, bits & 255];
}

/**
 * @param {string} from "#rrggbb".
 * @param {string} to "#rrggbb".
 * @param {number} share Of `to`, in [0, 1].
 * @returns {string} "#rrggbb".
 */
export function mix(from, to, share) {
  const left = rgbOf(from);
  const right = rgbOf(to);
  const bits = left.map((value, index) => Math.round(value + ((right[index] ?? 0) - value) * share));
  return `#${bits.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/**
 * @param {string} colour "#rrggbb".
 * @param {number} alpha In [0, 1].
 * @returns {string} A CSS colour.
 */
export function fade(colour, alpha) {
  return `rgba(${rgbOf(colour).join(', ')}, ${alpha})`;
}

/** @type {(colour: string, share: number) => string} */
export const darker = (colour, share) => mix(colour, '#1c1038', share);
/** @type {(colour: string, share: number) => string} */
export const lighter = (colour, share) => mix(colour, '#ffffff', share);

/** The outline around hair. @type {(palette: Palette) => string} */
export const hairLine = (palette) => darker(palette.hair, 0.72);
/** The outline around cloth. @type {(palette: Palette) => string} */
export const clothLine = (palette) => darker(palette.outfit, 0.66);
/** The outline around skin. @type {(palette: Palette) => string} */
export const skinLine = (palette) => mix(darker(palette.skin, 0.6), '#7a2440', 0.3);
/** Skin in shadow. @type {(palette: Palette) => string} */
export const skinShade = (palette) => mix(darker(palette.skin, 0.3), '#c2557f', 0.34);
/** Inside an animal's ear. @type {(palette: Palette) => string} */
export const innerEar = (palette) => mix(palette.skin, '#ff7fa6', 0.42);
