/**
 * The moving body: how it stands in this picture, and what swings with it. Numbers only; draws nothing.
 */

import { Gaze, Blink, Spring, wander } from './life.js';
import { Motion } from './motions.js';

/**
 * @typedef {import('./expressions.js').Pose} Pose
 *
 * @typedef {object} Stance Where the big parts are in this picture.
 * @property {number} x
 * @property {number} y
 * @property {number} roll Radians.
 * @property {number} lean Of the body, radians.
 * @property {number} yaw
 * @property {number} pitch
 * @property {number} breath In [-1, 1].
 * @property {number} squash
 * @property {number} arm
 * @property {number} wag Degrees.
 * @property {number} lids How far a blink leaves the eyes open.
 * @property {number} gazeX
 * @property {number} gazeY
 */

const EAR_REACH = 0.34;

/** The body of one figure. */
export class Body {
  #motion = new Motion();
  #blink;
  #gaze;
  #springs = {
    x: new Spring(26, 8),
    roll: new Spring(70, 11),
    lean: new Spring(40, 8),
    yaw: new Spring(90, 13),
    pitch: new Spring(90, 12),
    y: new Spring(160, 15),
    root: new Spring(95, 8),
    tip: new Spring(60, 5),
    whip: new Spring(120, 4.5),
    earLeft: new Spring(190, 9),
    earRight: new Spring(190, 9),
    peak: new Spring(70, 4.4),
    tail: new Spring(34, 4.6),
  };

  /** @param {() => number} random In [0, 1). */
  constructor(random) {
    this.#blink = new Blink(random);
    this.#gaze = new Gaze(random);
    /** @type {Stance} */
    this.stance = {
      x: 0, y: 0, roll: 0, lean: 0, yaw: 0, pitch: 0, breath: 0, squash: 0, arm: 0, wag: 0, lids: 1, gazeX: 0, gazeY: 0,
    };
    /** @type {import('./frame.js').Swing} */
    this.swing = { root: 0, tip: 0, whip: 0, earLeft: 0, earRight: 0, peak: 0, tail: 0, bob: 0 };
  }

  /** @param {string} motion Unknown ones are ignored. */
  play(motion) {
    this.#motion.play(motion);
  }

  /**
   * @param {number} now Milliseconds.
   * @param {number} dt Seconds, at most 0.05.
   * @param {Pose} pose
   * @param {number} energy How loud it speaks, 0 to 1.
   */
  step(now, dt, pose, energy) {
    this.#stand(now, dt, pose, energy);
    this.#look(now, dt, pose);
    this.#hang(now / 1000, dt, pose);
  }

  /**
   * @param {number} now
   * @param {number} dt
   * @param {Pose} pose
   * @param {number} energy
   */
  #stand(now, dt, pose, energy) {
    const seconds = now / 1000;
    const { stance } = this;
    const springs = this.#springs;
    const move = this.#motion.step(now);
    const beat = Math.sin(seconds * 8.4) * pose.bob * (0.25 + 0.75 * energy);
    const shiver = pose.tremble * Math.sin(seconds * 61) * 2.6;
    const weight = wander(seconds * 0.55, 5);
    stance.x = springs.x.step(weight * 11, dt) + move.x + shiver;
    stance.y = springs.y.step(-Math.abs(beat) * 10 - energy * 5, dt) + move.y;
    const roll = springs.roll.step(pose.roll + wander(seconds, 1) * 2.2 - weight * 0.8 + beat * 1.4, dt) + move.roll;
    stance.roll = (roll * Math.PI) / 180;
    stance.lean = (springs.lean.step(weight * 1.1 + pose.roll * 0.16, dt) * Math.PI) / 180;
    stance.yaw = springs.yaw.step(pose.yaw + wander(seconds, 2) * 0.22, dt) + move.yaw;
    stance.pitch = springs.pitch.step(pose.pitch + wander(seconds, 3) * 0.13 - energy * 0.18, dt) + move.pitch;
    stance.breath = Math.sin(seconds * (1.5 + 0.25 * pose.bob));
    stance.squash = move.squash;
    stance.arm = move.arm;
    stance.wag = move.wag;
  }

  /**
   * @param {number} now
   * @param {number} dt
   * @param {Pose} pose
   */
  #look(now, dt, pose) {
    this.#gaze.step(now, dt);
    this.stance.lids = this.#blink.step(now);
    this.stance.gazeX = pose.gazeX + this.#gaze.x.value * (1 - Math.min(1, Math.abs(pose.gazeX)));
    this.stance.gazeY = pose.gazeY + this.#gaze.y.value * (1 - Math.min(1, Math.abs(pose.gazeY)));
  }

  /**
   * What hangs and stands follows the head.
   *
   * @param {number} seconds
   * @param {number} dt
   * @param {Pose} pose
   */
  #hang(seconds, dt, pose) {
    const { stance, swing } = this;
    const springs = this.#springs;
    const { ears, earAsym } = pose;
    const breeze = wander(seconds * 1.3, 8) * 0.02;
    const pull = -stance.roll * 0.7 - stance.yaw * 0.06 - stance.x * 0.0024 + breeze;
    const lift = stance.y * 0.0016;
    swing.root = springs.root.step(pull * 0.7, dt);
    swing.tip = springs.tip.step(pull * 1.15 - this.#springs.root.speed * 0.02, dt);
    swing.whip = springs.whip.step(pull * 1.6 + lift * 2, dt);
    const flick = seconds % 7.3 < 0.12 ? 0.24 : 0;
    const reach = ears < 0 ? 0.95 : 0.7;
    swing.earLeft = springs.earLeft.step(-EAR_REACH * (-ears + earAsym * 0.8) * -reach * -1 + pull * 0.2 + flick, dt);
    swing.earRight = springs.earRight.step(EAR_REACH * (-ears - earAsym * 0.8) * reach + pull * 0.2, dt);
    swing.peak = springs.peak.step(pull * 1.5 - lift * 3 + (ears < 0 ? -ears * 0.3 : -ears * 0.24), dt);
    const wag = Math.sin(seconds * (1.3 + 5.5 * Math.max(0, pose.bob - 0.2))) * (0.045 + 0.08 * pose.bob);
    swing.tail = springs.tail.step(wag + Math.min(0, ears) * -0.1 - Math.max(0, ears) * 0.06, dt);
    swing.bob = stance.y;
  }
}
