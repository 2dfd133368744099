/**
 * The mini-stage of the admin's layout page (`?rehearsal=1`): no connection, no voice; shows whatever look its frame's
 * parent sends, and says sample lines over and over, each character in turn.
 *
 * Listens to its own origin only.
 */

import { gettext } from '../i18n.js';
import { lookOf } from './look.js';

const PAUSE_MS = 900;
const EMOTIONS = ['joy', 'neutral', 'surprised', 'thinking'];

/**
 * @typedef {object} Player
 * @property {(look: import('./look.js').StageLook) => void} onLook
 * @property {import('./performer.js').Performer} performer
 */

/** Plays sample lines with whatever look came last. */
export class Rehearsal {
  #number = 0;
  /** @type {string[]} */ #keys = [];
  #shown = '';

  /** @param {Player} parts */
  constructor({ onLook, performer }) {
    this.onLook = onLook;
    this.performer = performer;
    window.addEventListener('message', ({ origin, data }) => {
      if (origin === window.location.origin && data?.type === 'vtcontrol.look') this.#take(data.look);
    });
    window.setInterval(() => {
      if (!this.performer.isBusy && this.#keys.length) this.#say();
    }, PAUSE_MS);
    window.parent.postMessage({ type: 'vtcontrol.rehearsal' }, window.location.origin);
  }

  /** @returns {string[]} */
  get lines() {
    return [
      gettext('Oh hi! This is how long lines stand on your stage, two at most, whatever happens in the game.'),
      gettext('And a short one.'),
      'Привет, чат! Так выглядят русские субтитры ✨',
      '你好，大家好！字幕看起来是这样的 🎮',
    ];
  }

  /** @param {unknown} raw */
  #take(raw) {
    const shown = JSON.stringify(raw);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const look = lookOf(raw);
    this.#keys = look.characters.map(({ key }) => key);
    this.onLook(look);
  }

  #say() {
    const { lines } = this;
    const turn = `rehearsal-${this.#number}`;
    this.performer.sayStart({
      type: 'say.start',
      turn,
      fence: 0,
      seg: 0,
      text: lines[this.#number % lines.length] ?? '',
      emotion: EMOTIONS[this.#number % EMOTIONS.length] ?? 'neutral',
      intensity: 0.8,
      motion: null,
      character: this.#keys[this.#number % this.#keys.length] ?? null,
      name: null,
    });
    this.performer.sayEnd({ turn, seg: 0, audio_ms: 0 });
    this.#number += 1;
  }
}
