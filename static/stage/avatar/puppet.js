/**
 * The layered puppet: our own character, drawn on one canvas.
 *
 * Still parts are bitmaps painted once (puppet/layers.js) and moved by springs; eyes, brows, mouth and effects are
 * drawn each picture. Implements the contract of renderer.js and knows nothing of turns or audio.
 */

import { drawAura, drawBlush, drawEffects, drawLamp } from './puppet/effects.js';
import { DEFAULT_POSE, approach, poseOf } from './puppet/expressions.js';
import { drawBrow, drawEye } from './puppet/eyes.js';
import { HEIGHT, LAYERS, TOP, WIDTH, paintLayers } from './puppet/layers.js';
import { Blink, Gaze, Motion, Spring, wander } from './puppet/life.js';
import { closedLips, drawMouth, lipsOf } from './puppet/mouth.js';
import { paletteOf } from './puppet/palette.js';

/** The face needs about this long to change its feeling. */
const FEELING_TAU_MS = 105;
/** The mouth follows its weights this fast: co-articulation is already in them. */
const MOUTH_TAU_MS = 12;
/** Lips rest apart (a smile that shows, an astonished "o") only after this long without a word. */
const PART_AFTER_MS = 450;
const NECK = { x: 500, y: 742 };
/** The head sits this much lower on the shoulders than it is drawn. */
const HEAD_DOWN = 26;
const MOST_PIXELS_PER_UNIT = 2;

/**
 * @typedef {import('./renderer.js').AvatarRenderer} AvatarRenderer
 * @typedef {import('./puppet/layers.js').LayerName} LayerName
 *
 * @typedef {object} Stance Where the body's big parts are in this picture.
 * @property {number} x
 * @property {number} y
 * @property {number} roll Radians.
 * @property {number} yaw
 * @property {number} pitch
 * @property {number} breath In [-1, 1].
 * @property {import('./puppet/life.js').Movement} move
 */

/** @implements {AvatarRenderer} The contract is in renderer.js. */
export class Puppet {
  /** @type {HTMLElement | null} */ #root = null;
  /** @type {CanvasRenderingContext2D | null} */ #pen = null;
  /** @type {ResizeObserver | null} */ #observer = null;
  /** @type {Record<LayerName, HTMLCanvasElement> | null} */ #bitmaps = null;
  #palette = paletteOf({});
  #scale = 0;
  #pose = { ...DEFAULT_POSE };
  #target = { ...DEFAULT_POSE };
  #lips = closedLips();
  #lipsTarget = closedLips();
  #part = 0;
  #spokeAt = -Infinity;
  #energy = 0;
  #lastFrame = 0;
  #blink = new Blink(Math.random);
  #gaze = new Gaze(Math.random);
  #motion = new Motion();
  #springs = {
    roll: new Spring(70, 11),
    yaw: new Spring(90, 13),
    pitch: new Spring(90, 12),
    y: new Spring(160, 15),
    hair: new Spring(60, 5.5),
    lock: new Spring(85, 5),
    earLeft: new Spring(190, 9),
    earRight: new Spring(190, 9),
    ahoge: new Spring(120, 4.5),
  };

  /**
   * @param {HTMLElement} root
   * @param {import('../wire.js').Look} look
   */
  mount(root, look) {
    const palette = paletteOf(look.avatar.palette);
    const isSame = JSON.stringify(palette) === JSON.stringify(this.#palette);
    this.#palette = palette;
    if (this.#root === root) {
      if (!isSame && this.#scale) this.#bitmaps = paintLayers(palette, this.#scale);
      return;
    }
    this.unmount();
    this.#root = root;
    const canvas = document.createElement('canvas');
    canvas.className = 'puppet';
    root.replaceChildren(canvas);
    this.#pen = canvas.getContext('2d');
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
    this.#bitmaps = null;
    this.#scale = 0;
  }

  /**
   * @param {string} name
   * @param {number} intensity
   */
  setEmotion(name, intensity) {
    this.#target = poseOf(name, intensity);
  }

  /** @param {Record<string, number>} weights */
  setViseme(weights) {
    this.#lipsTarget = lipsOf(weights);
    if ((weights.sil ?? 0) < 0.98) this.#spokeAt = this.#lastFrame;
  }

  /** @param {string} motion */
  play(motion) {
    this.#motion.play(motion);
  }

  /** @param {number} now */
  frame(now) {
    const dtMs = Math.min(50, Math.max(1, now - (this.#lastFrame || now - 16)));
    this.#lastFrame = now;
    this.#live(now, dtMs);
    const stance = this.#stance(now, dtMs / 1000);
    this.#swing(stance, dtMs / 1000);
    this.#draw(stance, now);
  }

  #fit() {
    const root = this.#root;
    const canvas = this.#pen?.canvas;
    if (!root || !canvas) return;
    const pixels = Math.min(2, window.devicePixelRatio || 1);
    const width = root.clientWidth * pixels;
    const height = root.clientHeight * pixels;
    const scale = Math.min(MOST_PIXELS_PER_UNIT, width / WIDTH, height / HEIGHT);
    if (scale <= 0 || Math.abs(scale - this.#scale) < 0.002) return;
    this.#scale = scale;
    canvas.width = Math.round(WIDTH * scale);
    canvas.height = Math.round(HEIGHT * scale);
    this.#bitmaps = paintLayers(this.#palette, scale);
  }

  /**
   * Feeling, mouth and voice energy.
   *
   * @param {number} now
   * @param {number} dtMs
   */
  #live(now, dtMs) {
    approach(this.#pose, this.#target, dtMs, FEELING_TAU_MS);
    const share = 1 - Math.exp(-dtMs / MOUTH_TAU_MS);
    for (const field of /** @type {(keyof import('./puppet/mouth.js').Lips)[]} */ (Object.keys(this.#lips))) {
      this.#lips[field] += (this.#lipsTarget[field] - this.#lips[field]) * share;
    }
    const isQuiet = now - this.#spokeAt > PART_AFTER_MS;
    this.#part += ((isQuiet ? this.#pose.part : 0) - this.#part) * (isQuiet ? 1 - Math.exp(-dtMs / 140) : share);
    const open = Math.min(1, (this.#lips.up + this.#lips.down) / 60);
    this.#energy += (open - this.#energy) * (1 - Math.exp(-dtMs / 70));
    this.#gaze.step(now, dtMs / 1000);
  }

  /**
   * @param {number} now
   * @param {number} dt Seconds.
   * @returns {Stance}
   */
  #stance(now, dt) {
    const seconds = now / 1000;
    const pose = this.#pose;
    const springs = this.#springs;
    const move = this.#motion.step(now);
    const beat = Math.sin(seconds * 8.4) * pose.bob * (0.25 + 0.75 * this.#energy);
    const shiver = pose.tremble * Math.sin(seconds * 61) * 2.4;
    const roll = springs.roll.step(pose.roll + wander(seconds, 1) * 2.1 + beat * 1.3, dt) + move.roll;
    return {
      x: wander(seconds * 0.7, 5) * 7 + move.x + shiver,
      y: springs.y.step(-Math.abs(beat) * 9 - this.#energy * 5, dt) + move.y,
      roll: (roll * Math.PI) / 180,
      yaw: springs.yaw.step(pose.yaw + wander(seconds, 2) * 0.2, dt) + move.yaw,
      pitch: springs.pitch.step(pose.pitch + wander(seconds, 3) * 0.12 - this.#energy * 0.16, dt) + move.pitch,
      breath: Math.sin(seconds * 1.55),
      move,
    };
  }

  /**
   * What hangs and stands follows the head.
   *
   * @param {Stance} stance
   * @param {number} dt Seconds.
   */
  #swing(stance, dt) {
    const springs = this.#springs;
    const { ears, earAsym } = this.#pose;
    const pull = -stance.roll * 0.8 - stance.yaw * 0.05 - stance.x * 0.0022;
    const lift = stance.y * 0.0016;
    springs.hair.step(pull * 0.55, dt);
    springs.lock.step(pull, dt);
    springs.ahoge.step(pull * 1.6 + lift * 2, dt);
    const flick = this.#flick();
    springs.earLeft.step(-0.34 * (-ears + earAsym * 0.8) * (ears < 0 ? 1.25 : 0.7) + pull * 0.2 + flick, dt);
    springs.earRight.step(-0.34 * (-ears - earAsym * 0.8) * (ears < 0 ? 1.25 : 0.7) - pull * 0.2, dt);
  }

  /** An ear twitches now and then. @returns {number} */
  #flick() {
    const at = (this.#lastFrame / 1000) % 7.3;
    return at < 0.12 ? 0.22 : 0;
  }

  /**
   * @param {Stance} stance
   * @param {number} now
   */
  #draw(stance, now) {
    const pen = this.#pen;
    if (!pen || !this.#bitmaps) return;
    const scale = this.#scale;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, pen.canvas.width, pen.canvas.height);
    pen.setTransform(scale, 0, 0, scale, 0, -TOP * scale);
    const seconds = now / 1000;
    drawAura(pen, this.#pose, seconds);
    pen.save();
    const { squash } = stance.move;
    pen.translate(500 + stance.x * 0.35, 1100);
    pen.scale(1 - squash, 1 + squash);
    pen.translate(-500, -1100 + Math.min(0, stance.y));
    this.#inHead(stance, () => this.#part2d('hairBack', [500, 330], this.#springs.hair.value, [-stance.yaw * 14, 0]));
    this.#drawBody(stance);
    this.#inHead(stance, () => this.#drawHead(stance, now));
    if (stance.move.arm > 0.01) this.#drawArm(stance);
    pen.restore();
  }

  /** @param {Stance} stance */
  #drawBody(stance) {
    const pen = this.#pen;
    if (!pen) return;
    const rise = stance.breath * 3 + this.#pose.shoulders * 14;
    pen.save();
    pen.translate(500, 1100);
    pen.scale(1 + stance.breath * 0.004, 1 + (rise + 6) / 480);
    pen.rotate(stance.roll * 0.12);
    pen.translate(-500, -1094);
    this.#bitmap('body');
    drawLamp(pen, this.#pose, this.#energy);
    pen.restore();
  }

  /** @param {Stance} stance */
  #drawArm(stance) {
    const pen = this.#pen;
    if (!pen) return;
    pen.save();
    pen.translate(-24, 470 * (1 - stance.move.arm));
    pen.translate(230, 1080);
    pen.rotate((stance.move.wag * Math.PI) / 180 - 0.1);
    pen.translate(-230, -1080);
    this.#bitmap('arm');
    pen.restore();
  }

  /**
   * Run a drawing in the head's frame: tilted about the neck, moved with breath.
   *
   * @param {Stance} stance
   * @param {() => void} draw
   */
  #inHead(stance, draw) {
    const pen = this.#pen;
    if (!pen) return;
    pen.save();
    const lift = stance.breath * 3.5 + this.#pose.shoulders * 3 - stance.pitch * 7;
    pen.translate(NECK.x + stance.x, NECK.y + HEAD_DOWN - lift);
    pen.rotate(stance.roll);
    pen.translate(-NECK.x, -NECK.y);
    draw();
    pen.restore();
  }

  /**
   * @param {Stance} stance
   * @param {number} now
   */
  #drawHead(stance, now) {
    const pen = this.#pen;
    if (!pen) return;
    const { yaw, pitch } = stance;
    const springs = this.#springs;
    this.#part2d('earLeft', [352, 300], springs.earLeft.value, [-yaw * 10, -pitch * 12]);
    this.#part2d('earRight', [648, 300], -springs.earRight.value, [-yaw * 10, -pitch * 12]);
    this.#part2d('head', [500, 600], 0, [yaw * 4, pitch * 3]);
    pen.save();
    pen.translate(yaw * 25, pitch * 19);
    this.#drawFace(now, yaw);
    pen.restore();
    this.#part2d('lockLeft', [310, 390], springs.lock.value, [yaw * 9, pitch * 5]);
    this.#part2d('lockRight', [690, 390], springs.lock.value, [yaw * 9, pitch * 5]);
    this.#part2d('ahoge', [510, 156], springs.ahoge.value, [yaw * 6, pitch * 6]);
    this.#part2d('bangs', [500, 160], springs.hair.value * 0.12, [yaw * 15, pitch * 11]);
    pen.save();
    pen.translate(yaw * 25, pitch * 19);
    this.#drawBrows();
    drawEffects(pen, this.#pose, now / 1000);
    pen.restore();
  }

  /**
   * @param {number} now
   * @param {number} yaw
   */
  #drawFace(now, yaw) {
    const pen = this.#pen;
    if (!pen) return;
    const pose = this.#pose;
    drawBlush(pen, pose);
    const blink = this.#blink.step(now);
    const open = pose.open * (pose.open > 0.25 ? blink : 1);
    const gazeX = pose.gazeX + this.#gaze.x.value * (1 - Math.min(1, Math.abs(pose.gazeX)));
    const gazeY = pose.gazeY + this.#gaze.y.value * (1 - Math.min(1, Math.abs(pose.gazeY)));
    for (const side of /** @type {const} */ ([-1, 1])) {
      pen.save();
      pen.translate(500 + side * 108, 490);
      pen.scale(side * (1 - side * yaw * 0.07), 1);
      drawEye(pen, { side, open, gazeX, gazeY }, pose, this.#palette);
      pen.restore();
    }
    pen.save();
    pen.translate(500 + yaw * 4, 600);
    drawMouth(pen, this.#parted(), pose);
    pen.restore();
  }

  /** @returns {import('./puppet/mouth.js').Lips} The spoken mouth, or the resting one of the emotion. */
  #parted() {
    if (this.#part < 0.02) return this.#lips;
    const round = this.#pose.roundRest;
    return {
      ...this.#lips,
      wide: this.#lips.wide + (31 - this.#lips.wide) * this.#part * round,
      up: this.#lips.up + this.#part * (2 + 16 * round),
      down: this.#lips.down + this.#part * (46 - 8 * round),
      round: Math.max(this.#lips.round, round),
      upperTeeth: Math.max(this.#lips.upperTeeth, this.#part * (1 - round)),
      tongue: Math.max(this.#lips.tongue, this.#part * 0.9),
    };
  }

  #drawBrows() {
    const pen = this.#pen;
    if (!pen) return;
    for (const side of /** @type {const} */ ([-1, 1])) {
      pen.save();
      pen.translate(500 + side * 108, 392);
      pen.scale(side, 1);
      drawBrow(pen, side, this.#pose, this.#palette);
      pen.restore();
    }
  }

  /**
   * @param {LayerName} name
   * @param {[x: number, y: number]} pivot
   * @param {number} angle Radians.
   * @param {[x: number, y: number]} shift
   */
  #part2d(name, pivot, angle, shift) {
    const pen = this.#pen;
    if (!pen) return;
    pen.save();
    pen.translate(pivot[0] + shift[0], pivot[1] + shift[1]);
    pen.rotate(angle);
    pen.translate(-pivot[0], -pivot[1]);
    this.#bitmap(name);
    pen.restore();
  }

  /** @param {LayerName} name */
  #bitmap(name) {
    const [x, y, width, height] = LAYERS[name].box;
    const bitmap = this.#bitmaps?.[name];
    if (bitmap) this.#pen?.drawImage(bitmap, x, y, width, height);
  }
}
