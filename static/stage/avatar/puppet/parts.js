/**
 * The words of a look: which parts a figure may be put together from. Pure.
 *
 * `look.avatar.parts` may name any; what is missing or unknown is the first of its list. The same words stand in
 * personas/appearance.py, where the admin offers them.
 */

export const PARTS = Object.freeze({
  hair: /** @type {const} */ (['long', 'tousled', 'braids', 'bob', 'twintails']),
  crown: /** @type {const} */ (['fox_ears', 'cat_ears', 'horns', 'hat', 'headphones', 'none']),
  face: /** @type {const} */ (['round', 'sharp', 'soft']),
  eye_shape: /** @type {const} */ (['round', 'sharp', 'soft']),
  outfit: /** @type {const} */ (['hoodie', 'jacket', 'cape']),
  extra: /** @type {const} */ (['star', 'earrings', 'glasses', 'freckles', 'none']),
  tail: /** @type {const} */ (['fox', 'imp', 'none']),
});

/**
 * @typedef {{[Name in keyof typeof PARTS]: typeof PARTS[Name][number]}} Parts
 */

/**
 * @param {unknown} wished
 * @returns {Parts}
 */
export function partsOf(wished) {
  const named = /** @type {Record<string, unknown>} */ (typeof wished === 'object' && wished !== null ? wished : {});
  const parts = /** @type {Record<string, string>} */ ({});
  for (const [name, words] of Object.entries(PARTS)) {
    const list = /** @type {readonly string[]} */ (words);
    const word = Object.hasOwn(named, name) ? String(named[name]) : '';
    parts[name] = list.includes(word) ? word : String(list[0]);
  }
  return /** @type {Parts} */ (/** @type {unknown} */ (parts));
}
