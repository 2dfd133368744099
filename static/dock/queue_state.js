/**
 * What the queue panel knows: the server's last word, and what was pressed since. Pure.
 */

import { Presses } from './presses.js';

/**
 * @typedef {object} QueueRow An event as `GET …/queue` tells it.
 * @property {string} id
 * @property {string} at
 * @property {string | null} decided_at
 * @property {string} kind
 * @property {string} who
 * @property {string} name
 * @property {string} platform
 * @property {string | null} viewer
 * @property {string} text
 * @property {string} amount
 * @property {string} status
 * @property {string} reason
 * @property {boolean} is_pinned
 * @property {string} [rank]
 * @property {string} [eligible_at]
 * @property {string} [expires_at]
 * @property {string} [held_by]
 *
 * @typedef {object} Queue
 * @property {number} version
 * @property {string} now
 * @property {boolean} is_panicked
 * @property {number} total
 * @property {Record<string, number>} counts
 * @property {QueueRow | null} answering
 * @property {QueueRow[]} waiting
 * @property {QueueRow[]} recent
 * @property {{state: string, reason: string, count: number}[]} recent_counts
 *
 * @typedef {'pin' | 'unpin' | 'drop' | 'restore'} Hand
 */

/** Statuses of events that have come to their end. */
const OVER = new Set(['answered', 'passed_over', 'expired', 'folded', 'cancelled', 'failed']);

/** The queue as it is shown. */
export class QueueState {
  /** @type {Queue | null} */ #queue = null;
  /** @type {Presses<string, Hand>} */ #presses = new Presses();
  /** Events that the transcript already tells otherwise of. @type {Map<string, {status: string, at: number}>} */
  #news = new Map();

  /** @returns {boolean} Whether the server was heard at all. */
  get isKnown() {
    return this.#queue !== null;
  }

  /** @returns {number} A mark of now; take one before asking the server. */
  mark() {
    return this.#presses.mark();
  }

  /**
   * @param {Queue} queue
   * @param {number} asked The mark that was taken before it was asked for.
   */
  load(queue, asked) {
    this.#queue = queue;
    this.#presses.forget(asked);
    for (const [id, news] of this.#news) if (news.at < asked) this.#news.delete(id);
  }

  /**
   * A line of the transcript: one that was taken or came to its end leaves the queue before the server is asked.
   *
   * @param {{id: string, status: string}} line
   */
  hear({ id, status }) {
    if (status === 'taken' || OVER.has(status)) this.#news.set(id, { status, at: this.mark() });
    else this.#news.delete(id);
  }

  /**
   * @param {string} id
   * @param {Hand} hand
   */
  press(id, hand) {
    this.#presses.press(id, hand);
  }

  /**
   * @param {string} id
   * @param {boolean} isDone Whether the server took the press; if not it is undone.
   */
  settle(id, isDone) {
    this.#presses.settle(id, isDone);
  }

  /** @returns {Queue | null} What is to be shown. */
  view() {
    const queue = this.#queue;
    if (!queue) return null;
    const rows = new Map([...queue.recent, ...queue.waiting].map((row) => [row.id, row]));
    let { waiting, recent } = queue;
    for (const [id, { status }] of this.#news) {
      if (this.#presses.has(id)) continue;
      const before = waiting.length;
      waiting = waiting.filter((row) => row.id !== id);
      const row = rows.get(id);
      if (row && before !== waiting.length && status !== 'taken' && status !== 'answered') {
        recent = [{ ...row, status, is_pinned: false }, ...recent];
      }
    }
    for (const [id, hand] of this.#presses.all) {
      const row = rows.get(id);
      if (row) [waiting, recent] = pressed(hand, row, waiting, recent);
    }
    return { ...queue, waiting, recent, total: queue.total + waiting.length - queue.waiting.length };
  }
}

/**
 * @param {Hand} hand
 * @param {QueueRow} row
 * @param {QueueRow[]} waiting
 * @param {QueueRow[]} recent
 * @returns {[QueueRow[], QueueRow[]]} Both lists with the press done.
 */
function pressed(hand, row, waiting, recent) {
  const others = waiting.filter(({ id }) => id !== row.id);
  const rest = recent.filter(({ id }) => id !== row.id);
  switch (hand) {
    case 'pin': {
      const pinned = { ...row, status: 'waiting', reason: '', held_by: '', rank: 'director', is_pinned: true };
      const place = others.filter(({ rank }) => rank === 'director').length;
      return [spliced(others, place, pinned), rest];
    }
    case 'unpin':
      return [waiting.map((one) => (one.id === row.id ? { ...one, is_pinned: false } : one)), recent];
    case 'drop':
      return [others, [{ ...row, status: 'cancelled', reason: 'dropped', is_pinned: false }, ...rest]];
    default:
      return [[...others, { ...row, status: 'waiting', reason: '' }], rest];
  }
}

/**
 * @param {QueueRow[]} rows
 * @param {number} place
 * @param {QueueRow} row
 * @returns {QueueRow[]}
 */
function spliced(rows, place, row) {
  return [...rows.slice(0, place), row, ...rows.slice(place)];
}
