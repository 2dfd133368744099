/**
 * One event of the queue as an element: who, what, why it stands here, and what can be done with it.
 */

import { fill, gettext } from '../i18n.js';
import { handsOf } from './hands.js';
import { ago, countdown, exactly } from './moments.js';
import { button, icon, node, setText } from './nodes.js';
import { kindWord, rankSign, reasonWord, speakerOf, statusSign } from './words.js';

/** @typedef {import('./queue_state.js').QueueRow} QueueRow */

/** A row. Its buttons dispatch `vt-hand` with `{hand, row}`, its name `vt-viewer`. */
export class RowView {
  /** Milliseconds the server's clock is ahead of ours. */ skewMs = 0;
  #signShown = '';

  /**
   * @param {QueueRow} row
   * @param {boolean} mayAct
   */
  constructor(row, mayAct) {
    this.row = row;
    this.mayAct = mayAct;
    this.name = node('button', 'line-name');
    this.name.type = 'button';
    this.name.addEventListener('click', () => this.row.viewer && this.#tell('vt-viewer', this.row.viewer));
    this.sign = node('span', 'chip row-sign');
    this.time = node('span', 'row-time');
    this.text = node('p', 'row-text');
    this.text.dir = 'auto';
    this.note = node('span', 'row-note');
    this.bar = node('span', 'row-bar');
    this.bar.setAttribute('aria-hidden', 'true');
    this.hands = node('span', 'row-hands');
    this.element = node(
      'li',
      'row',
      node('div', 'row-head', this.name, this.sign, this.time),
      this.text,
      node('div', 'row-foot', this.note, this.hands),
      this.bar,
    );
    this.element.tabIndex = -1;
    this.show(row);
  }

  /** @param {QueueRow} row */
  show(row) {
    this.row = row;
    this.element.dataset.id = row.id;
    this.element.dataset.status = row.status;
    this.element.classList.toggle('is-pinned', row.is_pinned);
    setText(this.name, speakerOf(row));
    this.name.disabled = !row.viewer;
    this.name.title = row.viewer ? gettext('Show this viewer') : '';
    const what = [kindWord(row.kind), row.amount].filter(Boolean).join(' ');
    setText(this.text, row.text || what);
    this.#showSign(row, what);
    this.#showHands(row);
    this.tell(Date.now());
  }

  /** @param {number} nowMs Bring times up to date. */
  tell(nowMs) {
    const { row } = this;
    const now = nowMs + this.skewMs;
    if (row.status !== 'waiting') {
      const at = Date.parse(row.decided_at ?? row.at);
      setText(this.time, ago(at, now));
      this.time.title = exactly(at);
      setText(this.note, row.reason ? reasonWord(row.reason) : statusSign(row.status)?.word ?? '');
      return;
    }
    const from = Date.parse(row.at);
    const until = Date.parse(row.expires_at ?? row.at);
    const left = until - now;
    setText(this.time, row.expires_at ? countdown(left) : '');
    this.time.title = gettext('Time left before it is too old to answer');
    const share = until > from ? Math.max(0, Math.min(1, left / (until - from))) : 0;
    this.bar.style.setProperty('--left', String(Math.round(share * 1000) / 1000));
    this.element.classList.toggle('is-urgent', Boolean(row.expires_at) && left < 10_000);
    const held = Date.parse(row.eligible_at ?? row.at) - now;
    const why = row.held_by && held > 0 ? `${countdown(held)}: ${reasonWord(row.held_by)}` : '';
    setText(this.note, why ? fill(gettext('held back %(why)s'), { why }) : '');
  }

  /**
   * @param {QueueRow} row
   * @param {string} what Kind and amount, in words.
   */
  #showSign(row, what) {
    const sign = row.status === 'waiting' ? rankSign(row) : statusSign(row.status);
    const word = row.status === 'waiting' && what && row.text && !row.is_pinned ? what : sign?.word ?? '';
    const shown = `${row.status} ${row.is_pinned} ${word}`;
    if (shown === this.#signShown) return;
    this.#signShown = shown;
    this.sign.dataset.tone = sign?.tone ?? 'quiet';
    this.sign.replaceChildren(icon(sign?.icon ?? 'dot'), node('span', '', word));
  }

  /** @param {QueueRow} row */
  #showHands(row) {
    const hands = this.mayAct ? handsOf(row) : [];
    const shown = hands.join();
    if (this.hands.dataset.shown === shown) return;
    this.hands.dataset.shown = shown;
    const words = {
      pin: button('button hand', 'pin', gettext('Answer next'), { key: 'A' }),
      unpin: button('button hand is-on', 'pin', gettext('Not next'), { key: 'A', title: gettext('Leave it in its place') }),
      drop: button('button hand', 'cross', gettext('Drop'), { key: 'D', title: gettext('Drop: nobody answers it') }),
      restore: button('button hand', 'undo', gettext('Put back'), { key: 'Z' }),
    };
    for (const hand of hands) words[hand].addEventListener('click', () => this.#tell('vt-hand', { hand, row: this.row }));
    this.hands.replaceChildren(...hands.map((hand) => words[hand]));
  }

  /**
   * @param {string} what
   * @param {unknown} detail
   */
  #tell(what, detail) {
    this.element.dispatchEvent(new CustomEvent(what, { detail, bubbles: true }));
  }
}
