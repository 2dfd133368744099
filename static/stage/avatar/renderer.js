/**
 * What an avatar renderer is: the one contract between the stage and any face (puppet, PNG pair, VRM, Live2D, photo).
 *
 * A renderer draws; it decides nothing. The stage calls, in any order and at any time after `mount`:
 *
 * - `mount(root, look)`   put yourself into `root` (an empty element that fills the avatar's place) and show `look`.
 *                         May be called again with another look: change in place, without a flicker.
 * - `setEmotion(name, intensity)`  feel this from now on; move there smoothly. Unknown names are neutral.
 *                         `intensity` in [0, 1]: 0 looks neutral, 1 is the full expression.
 * - `setViseme(weights)`  the mouth now: weights in [0, 1] by Oculus viseme name (see VISEMES in wire.js), sum 1.
 *                         Called every picture; co-articulation is already in the weights, so show them within ~40 ms.
 * - `play(motion)`        make one movement and come back. Unknown names are ignored.
 * - `frame(now)`          draw one picture; `now` is `performance.now()`. Called about 60 times a second, never hidden.
 *                         Between calls nothing may move, and with nothing new to show the character still lives
 *                         (breath, blink, gaze).
 * - `unmount()`           leave `root` empty and hold nothing any more.
 *
 * @typedef {object} AvatarRenderer
 * @property {(root: HTMLElement, look: import('../wire.js').Look) => void} mount
 * @property {(name: string, intensity: number) => void} setEmotion
 * @property {(weights: Record<string, number>) => void} setViseme
 * @property {(motion: string) => void} play
 * @property {(now: number) => void} frame
 * @property {() => void} unmount
 */

import { Puppet } from './puppet.js';

/**
 * @param {string} kind As in the look: "puppet", …; a kind this page cannot draw is shown by the puppet.
 * @returns {AvatarRenderer}
 */
export function createRenderer(kind) {
  switch (kind) {
    case 'puppet':
    default:
      return new Puppet();
  }
}
