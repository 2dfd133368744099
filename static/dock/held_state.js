/**
 * What the dock knows of held lines: the server's last word, and what was decided here since. Pure.
 */

import { Presses } from './presses.js';

/**
 * @typedef {object} HeldLine A held line as `GET …/held` tells it.
 * @property {string} id
 * @property {'answer' | 'event'} kind
 * @property {string} state
 * @property {string} event
 * @property {string | null} turn
 * @property {string | null} viewer
 * @property {string} who
 * @property {string} name
 * @property {string} question
 * @property {string} text With tags.
 * @property {boolean} is_edited
 * @property {'stream' | 'persona' | 'rule'} held_by
 * @property {string} rule
 * @property {string} held_at
 * @property {string} expires_at
 * @property {string | null} decided_at
 * @property {string} decided_by
 * @property {string} reason
 * @property {string} note
 *
 * @typedef {object} Held
 * @property {number} version
 * @property {string} now
 * @property {boolean} is_panicked
 * @property {number} timeout_s
 * @property {number} most
 * @property {HeldLine[]} held
 * @property {HeldLine[]} recent
 *
 * @typedef {'approve' | 'reject'} Decision
 */

/** Held lines as they are shown. */
export class HeldState {
  /** @type {Held | null} */ #held = null;
  /** @type {Presses<string, Decision>} */ #presses = new Presses();
  /** Turns and events that are not held any more, as their lines say, with the mark. @type {Map<string, number>} */
  #gone = new Map();

  /** @returns {number} A mark of now; take one before asking the server. */
  mark() {
    return this.#presses.mark();
  }

  /**
   * @param {Held} held
   * @param {number} asked The mark that was taken before it was asked for.
   */
  load(held, asked) {
    this.#held = held;
    this.#presses.forget(asked);
    for (const [id, at] of this.#gone) if (at < asked) this.#gone.delete(id);
  }

  /**
   * A line of the transcript changed.
   *
   * @param {{id: string, status: string}} line
   * @returns {boolean} Whether the server should be asked anew.
   */
  hear({ id, status }) {
    if (status === 'held') {
      this.#gone.delete(id);
      return true;
    }
    const isKnown = this.#held?.held.some((one) => one.turn === id || (one.kind === 'event' && one.event === id)) ?? false;
    if (isKnown) this.#gone.set(id, this.mark());
    return isKnown;
  }

  /**
   * @param {string} id
   * @param {Decision} decision
   */
  press(id, decision) {
    this.#presses.press(id, decision);
  }

  /**
   * @param {string} id
   * @param {boolean} isDone Whether the server took it; if not the line is shown again.
   */
  settle(id, isDone) {
    this.#presses.settle(id, isDone);
  }

  /** @returns {HeldLine[]} What is to be decided, the most urgent first. */
  view() {
    const held = this.#held?.held ?? [];
    const open = held.filter((one) => !this.#presses.has(one.id) && !this.#gone.has(one.turn ?? one.event));
    return [...open].sort((one, other) => one.expires_at.localeCompare(other.expires_at));
  }

  /** @returns {number} How long there is to decide, in milliseconds. */
  get timeMs() {
    return (this.#held?.timeout_s ?? 60) * 1000;
  }
}

/**
 * @param {string} text With tags.
 * @returns {{word: string, isTag: boolean}[]} Words and tags in order; a tag without its brackets.
 */
export function partsOf(text) {
  return text.split(/([[【［][^\]】］]*[\]】］])/u).flatMap((part, place) => {
    const word = place % 2 ? part.slice(1, -1).trim() : part.trim();
    return word ? [{ word, isTag: place % 2 === 1 }] : [];
  });
}
