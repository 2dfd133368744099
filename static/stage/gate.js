/**
 * The gate in front of the performer: refuses what must not be played. Pure.
 */

const REMEMBERED_STOPS = 256;

/**
 * @typedef {import('./wire.js').AudioFrame} AudioFrame
 * @typedef {'ok' | 'stale_fence' | 'stopped_turn' | 'out_of_order' | 'unknown_segment'} Verdict
 */

/**
 * Decides what may be played: nothing of an older fence than the highest seen, of a stopped turn, or out of order.
 */
export class Gate {
  /** @type {Set<string>} */ #stopped = new Set();
  /** @type {Map<string, Map<number, {nextSeq: number, isClosed: boolean}>>} */ #turns = new Map();
  #fence = 0;

  /** Highest fence seen. */
  get fence() {
    return this.#fence;
  }

  /** @param {number} fence As a hello tells it. */
  raise(fence) {
    this.#fence = Math.max(this.#fence, fence);
  }

  /** @param {string} turn From now on nothing of it passes: it was stopped, or everything of it came. */
  stopTurn(turn) {
    this.#stopped.delete(turn);
    this.#stopped.add(turn);
    this.#turns.delete(turn);
    if (this.#stopped.size > REMEMBERED_STOPS) this.#stopped.delete(String(this.#stopped.values().next().value));
  }

  /** Stop every turn of which anything came. @returns {string[]} Those turns. */
  stopAll() {
    const turns = [...this.#turns.keys()];
    for (const turn of turns) this.stopTurn(turn);
    return turns;
  }

  /**
   * @param {{turn: string, fence: number, seg: number}} start A `say.start`.
   * @returns {Verdict}
   */
  admitStart({ turn, fence, seg }) {
    const verdict = this.#admit(turn, fence);
    if (verdict !== 'ok') return verdict;
    const segments = this.#turns.get(turn) ?? new Map();
    if ([...segments.keys()].some((known) => seg <= known)) return 'out_of_order';
    this.#turns.set(turn, segments.set(seg, { nextSeq: 0, isClosed: false }));
    this.raise(fence);
    return 'ok';
  }

  /**
   * @param {{turn: string, fence: number, seg: number}} message A `say.visemes` or `say.end`.
   * @returns {Verdict}
   */
  admitPart({ turn, fence, seg }) {
    const verdict = this.#admit(turn, fence);
    if (verdict !== 'ok') return verdict;
    return this.#turns.get(turn)?.has(seg) ? 'ok' : 'unknown_segment';
  }

  /**
   * @param {AudioFrame} frame
   * @returns {Verdict}
   */
  admitFrame(frame) {
    const verdict = this.admitPart(frame);
    if (verdict !== 'ok') return verdict;
    const known = this.#turns.get(frame.turn)?.get(frame.seg);
    if (!known || known.isClosed || frame.seq !== known.nextSeq) return 'out_of_order';
    known.nextSeq += 1;
    known.isClosed = frame.isLast;
    return 'ok';
  }

  /**
   * @param {string} turn
   * @param {number} fence
   * @returns {Verdict}
   */
  #admit(turn, fence) {
    if (fence < this.#fence) return 'stale_fence';
    return this.#stopped.has(turn) ? 'stopped_turn' : 'ok';
  }
}
