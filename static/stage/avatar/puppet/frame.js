/**
 * Where things are: the picture's size, and the order and movement of what is drawn in it. Pure.
 *
 * Coordinates are puppet units: 1000 wide; the face about 500, 450, the neck's root at NECK, the picture's lower edge
 * at TOP + HEIGHT.
 */

export const WIDTH = 1000;
export const TOP = -112;
export const HEIGHT = 1160;
export const NECK = { x: 500, y: 742 };
/** The head sits this much lower on the shoulders than it is drawn, and is this much larger. */
export const HEAD = { down: 30, scale: 1.09 };

/** What is drawn, from the back to the front. Live parts (eyes, mouth, brows, effects) go between. */
export const SLOTS = /** @type {const} */ ([
  'behind', 'hairBack', 'body', 'crownBack', 'head', 'skin', 'glasses', 'sides', 'bangs', 'crown', 'extra',
]);

/**
 * @typedef {typeof SLOTS[number]} Slot
 * @typedef {[x: number, y: number, width: number, height: number]} Box
 *
 * @typedef {object} Swing What hangs and stands, in radians; positive turns clockwise.
 * @property {number} root Hair at its root.
 * @property {number} tip Hair at its end: later and further.
 * @property {number} whip A single light strand.
 * @property {number} earLeft
 * @property {number} earRight
 * @property {number} peak The tip of a hat.
 * @property {number} tail
 * @property {number} bob Up and down, puppet units.
 *
 * @typedef {object} Layer A still part: painted once into its own bitmap, afterwards only moved.
 * @property {Slot} slot
 * @property {Box} box What of the picture it may paint on.
 * @property {(pen: CanvasRenderingContext2D, palette: import('./palette.js').Palette) => void} paint
 * @property {[x: number, y: number]} [pivot] It turns about this point.
 * @property {keyof Swing} [by] What turns it.
 * @property {number} [gain] How strongly, 1 when not said.
 * @property {[x: number, y: number]} [drift] Moves this far when the head turns or nods.
 *
 * @typedef {object} Soft A part that bends: drawn in every picture.
 * @property {Slot} slot
 * @property {[x: number, y: number]} [drift]
 * @property {(pen: CanvasRenderingContext2D, palette: import('./palette.js').Palette) => SoftDraw} prepare
 *
 * @typedef {(pen: CanvasRenderingContext2D, swing: Swing) => void} SoftDraw
 *
 * @typedef {Layer | Soft} Part
 */
