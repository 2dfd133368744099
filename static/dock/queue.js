/**
 * <vt-queue>: what waits in the order it would be answered, and what was passed over and why. While somebody points at
 * the list nothing moves in it.
 */

import { fill, gettext, ngettext } from '../i18n.js';
import { button, icon, node, setText, showTrouble } from './nodes.js';
import { RowView } from './queue_row.js';
import { QueueState } from './queue_state.js';
import { rankSign, reasonWord, statusSign } from './words.js';

/** @typedef {import('./queue_state.js').QueueRow} QueueRow */
/** @typedef {import('./queue_state.js').Queue} Queue */
/** @typedef {import('./queue_state.js').Hand} Hand */

const TICK_MS = 1_000;
const RANKS = ['director', 'support', 'direct', 'speech', 'cue', 'happening', 'newcomer', 'question', 'chatter', 'silence'];

/** A list that keeps its rows' elements, and moves none while it is pointed at. */
class RowList {
  /** @type {Map<string, RowView>} */ views = new Map();

  /** @param {string} label */
  constructor(label) {
    this.element = node('ol', 'rows');
    this.element.setAttribute('aria-label', label);
  }

  /**
   * @param {QueueRow[]} rows
   * @param {{isHeld: boolean, mayAct: boolean, skewMs: number}} how
   * @returns {boolean} Whether something was kept back.
   */
  show(rows, { isHeld, mayAct, skewMs }) {
    const wanted = new Map(rows.map((row) => [row.id, row]));
    let isKept = false;
    for (const [id, view] of this.views) {
      const row = wanted.get(id);
      view.skewMs = skewMs;
      if (row) view.show(row);
      view.element.classList.toggle('is-gone', !row);
      if (row) continue;
      if (isHeld) isKept = true;
      else this.#remove(id);
    }
    const order = rows.filter((row) => !isHeld || this.views.has(row.id));
    if (isHeld) {
      const shown = [...this.element.children].map((row) => /** @type {HTMLElement} */ (row).dataset.id);
      const asShown = shown.filter((id) => wanted.has(id ?? ''));
      return isKept || order.length !== rows.length || order.some((row, place) => row.id !== asShown[place]);
    }
    for (const [place, row] of order.entries()) {
      const view = this.views.get(row.id) ?? this.#add(row, mayAct, skewMs);
      const there = this.element.children[place];
      if (there !== view.element) this.element.insertBefore(view.element, there ?? null);
    }
    return false;
  }

  /**
   * @param {QueueRow} row
   * @param {boolean} mayAct
   * @param {number} skewMs
   * @returns {RowView}
   */
  #add(row, mayAct, skewMs) {
    const view = new RowView(row, mayAct);
    view.skewMs = skewMs;
    this.views.set(row.id, view);
    return view;
  }

  /** @param {string} id */
  #remove(id) {
    this.views.get(id)?.element.remove();
    this.views.delete(id);
  }
}

/** The panel. Give it `hand`; dispatches `vt-skip` and lets `vt-viewer` through. */
export class QueuePanel extends HTMLElement {
  state = new QueueState();
  mayAct = true;
  /** Does it; rejects when it was refused. @type {(hand: Hand, row: QueueRow) => void} */
  hand = () => {};
  #skewMs = 0;
  #isPointedAt = false;

  connectedCallback() {
    if (this.firstChild) return;
    this.counts = node('p', 'counts');
    this.counts.setAttribute('role', 'status');
    this.paused = node('p', 'paused', icon('eye'), node('span', '', gettext('Held still while you point at it')));
    this.paused.hidden = true;
    this.now = node('div', 'answering');
    this.waiting = new RowList(gettext('Waiting lines'));
    this.recent = new RowList(gettext('Passed over lately'));
    this.reasons = node('p', 'counts');
    this.empty = node(
      'div',
      'empty is-small',
      icon('queue'),
      node('strong', '', gettext('Nothing waits')),
      node('p', '', gettext('Lines from chat stand here, in the order they will be answered, until their turn comes.')),
    );
    this.none = node('p', 'soft', gettext('Nothing was passed over in the last 15 minutes.'));
    this.trouble = node('p', 'trouble');
    this.trouble.setAttribute('role', 'alert');
    this.trouble.hidden = true;
    this.lists = node(
      'div',
      'halves',
      node('section', 'half', this.#title(gettext('Waiting'), this.paused), this.counts, this.now, this.empty,
        this.waiting.element),
      node('section', 'half', this.#title(gettext('Passed over lately')), this.reasons, this.none, this.recent.element),
    );
    this.scroller = node('div', 'scroller', this.trouble, this.lists);
    this.append(this.scroller);
    this.#listen();
  }

  /**
   * @param {string} words
   * @param {...Node} more
   * @returns {HTMLElement}
   */
  #title(words, ...more) {
    return node('div', 'half-head', node('h2', '', words), ...more);
  }

  #listen() {
    this.addEventListener('vt-hand', (event) => {
      const { hand, row } = /** @type {CustomEvent<{hand: Hand, row: QueueRow}>} */ (event).detail;
      this.hand(hand, row);
    });
    this.waiting?.element.addEventListener('pointerenter', ({ pointerType }) => this.#point(pointerType === 'mouse'));
    this.waiting?.element.addEventListener('pointerleave', () => this.#point(false));
    setInterval(() => this.#tick(), TICK_MS);
  }

  /** @param {boolean} isPointedAt */
  #point(isPointedAt) {
    this.#isPointedAt = isPointedAt;
    if (!isPointedAt) this.render();
  }

  /**
   * @param {Queue} queue
   * @param {number} asked
   */
  load(queue, asked) {
    this.#skewMs = Date.parse(queue.now) - Date.now();
    this.state.load(queue, asked);
    this.fail('');
    this.render();
  }

  /** @param {string} words What went wrong; "" when it is well again. */
  fail(words) {
    showTrouble(this.trouble, words);
  }

  render() {
    const queue = this.state.view();
    const { waiting, recent, empty, none } = this;
    if (!waiting || !recent || !empty || !none) return;
    this.classList.toggle('is-loading', !queue);
    if (!queue) return;
    const how = { isHeld: this.#isPointedAt, mayAct: this.mayAct, skewMs: this.#skewMs };
    const isKept = waiting.show(queue.waiting, how);
    if (this.paused) this.paused.hidden = !isKept;
    recent.show(queue.recent, { ...how, isHeld: false });
    empty.hidden = queue.waiting.length > 0 || queue.answering !== null;
    none.hidden = queue.recent.length > 0;
    this.#showCounts(queue);
    this.#showAnswering(queue.answering);
  }

  /** @param {Queue} queue */
  #showCounts(queue) {
    const total = fill(ngettext('%(n)s line waits', '%(n)s lines wait', queue.total), { n: queue.total });
    const parts = RANKS.filter((rank) => queue.counts[rank]).map((rank) => {
      const sign = rankSign(/** @type {any} */ ({ rank }));
      return `${sign.word} ${queue.counts[rank]}`;
    });
    const more = queue.total > queue.waiting.length && queue.waiting.length
      ? [fill(gettext('the first %(n)s are shown'), { n: queue.waiting.length })]
      : [];
    if (this.counts) {
      this.counts.hidden = !queue.total;
      setText(this.counts, [total, ...parts, ...more].join(' · '));
    }
    const words = queue.recent_counts.map(({ state, reason, count }) => {
      const word = reason ? reasonWord(reason) : statusSign(state)?.word ?? state;
      return `${word} ${count}`;
    });
    if (this.reasons) {
      this.reasons.hidden = !words.length;
      setText(this.reasons, words.join(' · '));
    }
  }

  /** @param {QueueRow | null} row What is being answered. */
  #showAnswering(row) {
    if (!this.now) return;
    this.now.hidden = !row;
    if (!row || this.now.dataset.id === row.id) return;
    this.now.dataset.id = row.id;
    const skip = button('button hand', 'skip', gettext('Skip line'), { key: 'S' });
    skip.addEventListener('click', () => this.dispatchEvent(new CustomEvent('vt-skip', { bubbles: true })));
    this.now.replaceChildren(
      node('div', 'row-head', icon('wave'), node('strong', '', gettext('Being answered now')), node('span', 'row-time')),
      node('p', 'row-text', row.name ? `${row.name}: ${row.text}` : row.text),
      ...(this.mayAct ? [node('div', 'row-foot', node('span', 'row-note'), node('span', 'row-hands', skip))] : []),
    );
  }

  #tick() {
    if (this.offsetParent === null) return;
    const now = Date.now();
    for (const list of [this.waiting, this.recent]) for (const view of list?.views.values() ?? []) view.tell(now);
  }

  /** @returns {RowView[]} */
  #views() {
    const ids = [...(this.querySelectorAll('.row') ?? [])].map((row) => /** @type {HTMLElement} */ (row).dataset.id ?? '');
    return ids.flatMap((id) => this.waiting?.views.get(id) ?? this.recent?.views.get(id) ?? []);
  }

  /** @returns {RowView | undefined} The row that has the focus, or the first. */
  #chosen() {
    const views = this.#views();
    return views.find(({ element }) => element.contains(document.activeElement)) ?? views[0];
  }

  /** @param {1 | -1} step Move the focus one row on or back. */
  move(step) {
    const views = this.#views();
    const at = views.findIndex(({ element }) => element.contains(document.activeElement));
    views[at < 0 ? 0 : Math.max(0, Math.min(views.length - 1, at + step))]?.element.focus();
    return views.length > 0;
  }

  /**
   * @param {Hand[]} hands The first of them that the chosen row has is done.
   * @returns {boolean} Whether there was one.
   */
  handChosen(hands) {
    const view = this.#chosen();
    const hand = hands.find((one) => view?.hands.dataset.shown?.split(',').includes(one));
    if (!view || !hand) return false;
    this.hand(hand, view.row);
    return true;
  }
}
