/**
 * One panel's data, fetched when something changed: at most once in a while, again by itself after a failure, and not
 * at all while nobody looks. Pure but for the timers it is given.
 */

const RETRY_MS = 3_000;
const RETRY_MOST_MS = 30_000;

/**
 * @template T
 * @typedef {object} FeedOptions
 * @property {() => Promise<T>} load
 * @property {(data: T) => void} show
 * @property {(error: unknown) => void} failed
 * @property {number} gapMs Shortest pause between two fetches.
 * @property {number} [everyMs] Fetch after so long even if nothing changed; 0: never.
 * @property {(run: () => void, delayMs: number) => ReturnType<typeof setTimeout>} [later]
 * @property {() => number} [now] Milliseconds, monotonic.
 */

/**
 * Fetches for one panel.
 *
 * @template T
 */
export class Feed {
  /** @type {ReturnType<typeof setTimeout> | null} */ #timer = null;
  #isOn = false;
  #isLoading = false;
  #isWanted = true;
  #lastAt = -Infinity;
  #failures = 0;
  /** An answer of an earlier round (another viewer, another stream) is thrown away. */ #round = 0;

  /** @param {FeedOptions<T>} options */
  constructor(options) {
    this.options = options;
    this.later = options.later ?? ((run, delayMs) => setTimeout(run, delayMs));
    this.now = options.now ?? (() => performance.now());
  }

  /** Somebody looks. */
  start() {
    if (this.#isOn) return;
    this.#isOn = true;
    this.want();
  }

  /** Nobody looks any more. */
  stop() {
    this.#isOn = false;
    this.#clear();
  }

  /** Something changed: fetch soon. */
  want() {
    this.#isWanted = true;
    if (this.#isOn && !this.#isLoading) this.#plan(Math.max(0, this.#lastAt + this.options.gapMs - this.now()));
  }

  /** What is under way or shown is about something else now: fetch at once. */
  restart() {
    this.#round += 1;
    this.#isLoading = false;
    this.#lastAt = -Infinity;
    this.want();
  }

  /** @param {number} delayMs */
  #plan(delayMs) {
    this.#clear();
    this.#timer = this.later(() => void this.#load(), delayMs);
  }

  #clear() {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #load() {
    const round = this.#round;
    this.#clear();
    this.#isLoading = true;
    this.#isWanted = false;
    this.#lastAt = this.now();
    try {
      const data = await this.options.load();
      if (round !== this.#round) return;
      this.#failures = 0;
      this.options.show(data);
    } catch (error) {
      if (round !== this.#round) return;
      this.#failures += 1;
      this.options.failed(error);
    }
    this.#isLoading = false;
    this.#next();
  }

  #next() {
    if (!this.#isOn) return;
    const { everyMs = 0 } = this.options;
    if (this.#failures) this.#plan(Math.min(RETRY_MOST_MS, RETRY_MS * 2 ** (this.#failures - 1)));
    else if (this.#isWanted) this.want();
    else if (everyMs) this.#plan(everyMs);
  }
}
