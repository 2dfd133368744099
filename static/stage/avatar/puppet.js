/**
 * The layered puppet: our own characters, drawn on one canvas.
 *
 * Still parts are bitmaps painted once and moved by springs; hair bends; eyes, brows, mouth and effects are drawn each
 * picture. Implements the contract of renderer.js and knows nothing of turns or audio.
 */

import { Body } from './puppet/body.js';
import { drawBlush, drawEffects } from './puppet/effects.js';
import { approach, neutralPose, poseOf } from './puppet/expressions.js';
import { HEAD, HEIGHT, NECK, TOP, WIDTH } from './puppet/frame.js';
import { Aura, drawLamp } from './puppet/light.js';
import { Painted } from './puppet/painter.js';
import { paletteOf, rgbOf } from './puppet/palette.js';
import { partsOf } from './puppet/parts.js';
import { affordable, isDrawnInSoftware } from './puppet/raster.js';
import { Speech } from './puppet/speech.js';

/** The face needs about this long to change its feeling. */
const FEELING_TAU_MS = 105;
/** After a pause this long (a hidden page) the figure is at once as it should be by now. */
const PAUSE_MS = 400;
const LONGEST_STEP_MS = 50;
const MOST_PIXELS_PER_UNIT = 2;
const FACE = { yaw: 26, pitch: 20 };
const EYE = { out: 110, y: 496, scale: 1.1 };
const BROW_Y = 386;
const MOUTH = { y: 604, scale: 1.22 };
const JAW = { y: 430, drop: 0.035 };
const SIDES = /** @type {const} */ ([-1, 1]);

/**
 * @typedef {import('./renderer.js').AvatarRenderer} AvatarRenderer
 * @typedef {import('./puppet/frame.js').Slot} Slot
 */

/** @implements {AvatarRenderer} The contract is in renderer.js. */
export class Puppet {
  /** @type {HTMLElement | null} */ #root = null;
  /** @type {CanvasRenderingContext2D | null} */ #pen = null;
  /** @type {ResizeObserver | null} */ #observer = null;
  /** @type {Painted | null} */ #painted = null;
  #palette = paletteOf({});
  #parts = partsOf({});
  #scale = 0;
  #pose = neutralPose();
  #target = neutralPose();
  #feeling = { name: 'neutral', intensity: 1 };
  #body = new Body(Math.random);
  #speech = new Speech();
  #aura = new Aura();
  #eye = { side: /** @type {1 | -1} */ (1), open: 1, gazeX: 0, gazeY: 0, seconds: 0 };
  #lastFrame = 0;

  /**
   * @param {HTMLElement} root
   * @param {import('../wire.js').Look} look
   */
  mount(root, look) {
    const palette = paletteOf(look.avatar.palette);
    const parts = partsOf(look.avatar.parts);
    const isSame = isEqual(palette, this.#palette) && isEqual(parts, this.#parts);
    this.#palette = palette;
    this.#parts = parts;
    this.setEmotion(this.#feeling.name, this.#feeling.intensity);
    if (this.#root === root) {
      if (!isSame) this.#paint();
      return;
    }
    this.unmount();
    this.#root = root;
    const canvas = document.createElement('canvas');
    canvas.className = 'puppet';
    root.replaceChildren(canvas);
    this.#pen = canvas.getContext('2d', { willReadFrequently: isDrawnInSoftware() });
    this.#fit();
    this.#observer = new ResizeObserver(() => this.#fit());
    this.#observer.observe(root);
  }

  unmount() {
    this.#observer?.disconnect();
    this.#root?.replaceChildren();
    this.#observer = null;
    this.#root = null;
    this.#pen = null;
    this.#painted = null;
    this.#scale = 0;
  }

  /**
   * @param {string} name
   * @param {number} intensity
   */
  setEmotion(name, intensity) {
    this.#feeling.name = name;
    this.#feeling.intensity = intensity;
    this.#target = poseOf(name, intensity, rgbOf(this.#palette.accent));
  }

  /** @param {Record<string, number>} weights */
  setViseme(weights) {
    this.#speech.say(weights, this.#lastFrame);
  }

  /** @param {string} motion */
  play(motion) {
    this.#body.play(motion);
  }

  /** @param {number} now */
  frame(now) {
    const sinceMs = this.#lastFrame ? now - this.#lastFrame : 16;
    const isBack = sinceMs > PAUSE_MS;
    const dtMs = Math.min(LONGEST_STEP_MS, Math.max(1, sinceMs));
    this.#lastFrame = now;
    approach(this.#pose, this.#target, isBack ? sinceMs * 10 : dtMs, FEELING_TAU_MS);
    this.#speech.step(now, isBack ? sinceMs : dtMs, this.#pose);
    this.#body.step(now, dtMs / 1000, this.#pose, this.#speech.energy);
    this.#draw(now / 1000);
  }

  #fit() {
    const root = this.#root;
    const canvas = this.#pen?.canvas;
    if (!root || !canvas) return;
    const pixels = Math.min(2, window.devicePixelRatio || 1);
    const width = root.clientWidth * pixels;
    const height = root.clientHeight * pixels;
    const scale = affordable(Math.min(MOST_PIXELS_PER_UNIT, width / WIDTH, height / HEIGHT), WIDTH * HEIGHT);
    if (scale <= 0 || Math.abs(scale - this.#scale) < 0.002) return;
    this.#scale = scale;
    canvas.width = Math.round(WIDTH * scale);
    canvas.height = Math.round(HEIGHT * scale);
    this.#paint();
  }

  #paint() {
    if (this.#pen && this.#scale) this.#painted = new Painted(this.#pen, this.#palette, this.#parts, this.#scale);
  }

  /** @param {number} seconds */
  #draw(seconds) {
    const pen = this.#pen;
    const painted = this.#painted;
    if (!pen || !painted) return;
    const { stance } = this.#body;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, pen.canvas.width, pen.canvas.height);
    pen.setTransform(this.#scale, 0, 0, this.#scale, 0, -TOP * this.#scale);
    this.#aura.draw(pen, this.#pose, seconds);
    pen.translate(500 + stance.x * 0.35, 1100);
    pen.scale(1 - stance.squash, 1 + stance.squash);
    pen.translate(-500, -1100 + Math.min(0, stance.y));
    this.#inBody(pen, () => this.#slot(pen, 'behind'));
    this.#inHead(pen, () => this.#slot(pen, 'hairBack'));
    this.#inBody(pen, () => {
      this.#slot(pen, 'body');
      drawLamp(pen, this.#pose, this.#speech.energy, painted.lamp);
    });
    this.#inHead(pen, () => this.#drawHead(pen, painted, seconds));
    if (stance.arm > 0.01) this.#drawArm(pen, painted);
  }

  /**
   * @param {CanvasRenderingContext2D} pen
   * @param {Slot} slot
   */
  #slot(pen, slot) {
    this.#painted?.draw(slot, pen, this.#body.swing, this.#body.stance);
  }

  /**
   * Run a drawing in the body's frame: breathing, leaning.
   *
   * @param {CanvasRenderingContext2D} pen
   * @param {() => void} draw
   */
  #inBody(pen, draw) {
    const { stance } = this.#body;
    const rise = stance.breath * 3.4 + this.#pose.shoulders * 15;
    pen.save();
    pen.translate(500, 1100);
    pen.scale(1 + stance.breath * 0.005, 1 + (rise + 6) / 480);
    pen.rotate(stance.lean + stance.roll * 0.06);
    pen.translate(-500, -1094);
    draw();
    pen.restore();
  }

  /**
   * Run a drawing in the head's frame: tilted about the neck, moved with breath.
   *
   * @param {CanvasRenderingContext2D} pen
   * @param {() => void} draw
   */
  #inHead(pen, draw) {
    const { stance } = this.#body;
    const lift = stance.breath * 3.8 + this.#pose.shoulders * 3 - stance.pitch * 8;
    pen.save();
    pen.translate(NECK.x + stance.x + stance.lean * 330, NECK.y + HEAD.down - lift);
    pen.rotate(stance.roll);
    pen.scale(HEAD.scale, HEAD.scale);
    pen.translate(-NECK.x, -NECK.y);
    draw();
    pen.restore();
  }

  /**
   * @param {CanvasRenderingContext2D} pen
   * @param {Painted} painted
   * @param {number} seconds
   */
  #drawHead(pen, painted, seconds) {
    const { yaw, pitch } = this.#body.stance;
    this.#slot(pen, 'crownBack');
    this.#drawJaw(pen);
    this.#slot(pen, 'skin');
    pen.save();
    pen.translate(yaw * FACE.yaw, pitch * FACE.pitch);
    drawBlush(pen, this.#pose);
    for (const side of SIDES) this.#drawEye(pen, painted, side, seconds);
    pen.save();
    pen.translate(500 + yaw * 4, MOUTH.y - 6 * this.#speech.energy);
    pen.scale(MOUTH.scale, MOUTH.scale);
    painted.mouth.draw(pen, this.#speech.shown, this.#pose);
    pen.restore();
    pen.restore();
    for (const slot of /** @type {const} */ (['glasses', 'sides', 'bangs', 'crown', 'extra'])) this.#slot(pen, slot);
    pen.save();
    pen.translate(yaw * FACE.yaw, pitch * FACE.pitch);
    for (const side of SIDES) {
      pen.save();
      pen.translate(500 + side * EYE.out, BROW_Y);
      pen.scale(side, 1);
      painted.eyes.drawBrow(pen, side, this.#pose);
      pen.restore();
    }
    drawEffects(pen, this.#pose, seconds);
    pen.restore();
  }

  /** The chin follows the mouth. @param {CanvasRenderingContext2D} pen */
  #drawJaw(pen) {
    pen.save();
    pen.translate(0, JAW.y);
    pen.scale(1, 1 + JAW.drop * this.#speech.energy);
    pen.translate(0, -JAW.y);
    this.#slot(pen, 'head');
    pen.restore();
  }

  /**
   * @param {CanvasRenderingContext2D} pen
   * @param {Painted} painted
   * @param {1 | -1} side
   * @param {number} seconds
   */
  #drawEye(pen, painted, side, seconds) {
    const { stance } = this.#body;
    const pose = this.#pose;
    const eye = this.#eye;
    eye.side = side;
    eye.open = Math.max(0, pose.open + side * pose.openAsym) * (pose.open > 0.25 ? stance.lids : 1);
    eye.gazeX = stance.gazeX;
    eye.gazeY = stance.gazeY;
    eye.seconds = seconds;
    pen.save();
    pen.translate(500 + side * EYE.out, EYE.y);
    pen.scale(side * (1 - side * stance.yaw * 0.07) * EYE.scale, EYE.scale);
    painted.eyes.draw(pen, eye, pose);
    pen.restore();
  }

  /**
   * @param {CanvasRenderingContext2D} pen
   * @param {Painted} painted
   */
  #drawArm(pen, painted) {
    const { stance, swing } = this.#body;
    pen.save();
    pen.translate(12, -46 + 520 * (1 - stance.arm));
    pen.translate(230, 1080);
    pen.rotate((stance.wag * Math.PI) / 180 - 0.1);
    pen.translate(-230, -1080);
    painted.arm(pen, swing, stance);
    pen.restore();
  }
}

/**
 * @param {Record<string, string>} left
 * @param {Record<string, string>} right
 * @returns {boolean}
 */
function isEqual(left, right) {
  return Object.keys(left).every((key) => left[key] === right[key]);
}
