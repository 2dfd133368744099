/**
 * Who fills the pixels: a graphics card, or the processor. Without a card a smaller picture keeps its rate.
 */

/** @type {boolean | null} */
let known = null;

/** @returns {boolean} Whether pictures are drawn by the processor. Asked of the browser once a page. */
export function isDrawnInSoftware() {
  known ??= ask();
  return known;
}

/** @returns {boolean} */
function ask() {
  const gl = document.createElement('canvas').getContext('webgl');
  if (!gl) return true;
  const names = gl.getExtension('WEBGL_debug_renderer_info');
  const card = String(gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return /swiftshader|llvmpipe|software|basic render/i.test(card);
}

/** Pixels of a picture that the processor can fill sixty times a second. */
const SOFTWARE_PIXELS = 330_000;
const CARD_PIXELS = 6_000_000;

/**
 * @param {number} scale Wished pixels per puppet unit.
 * @param {number} area Of the picture, in square units.
 * @returns {number} That scale, or the largest this page can afford.
 */
export function affordable(scale, area) {
  return Math.min(scale, Math.sqrt((isDrawnInSoftware() ? SOFTWARE_PIXELS : CARD_PIXELS) / area));
}
