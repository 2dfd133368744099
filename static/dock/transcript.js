/**
 * <vt-transcript>: the live transcript. Sticks to the newest line until somebody scrolls up, then says that it is
 * paused.
 */

import { fill, gettext, ngettext } from '../i18n.js';
import { isAnswerable } from './hands.js';
import { ago, exactly } from './moments.js';
import { button, icon, node, setText } from './nodes.js';
import { emotionWord, reasonWord, speakerOf, statusSign } from './words.js';

const AT_BOTTOM_PX = 28;
const TIMES_EVERY_MS = 5_000;

/** @typedef {import('./store.js').Line} Line */

/** One line's element; changes only what differs. Its buttons dispatch `vt-answer` and `vt-viewer`. */
class LineView {
  /** @param {Line} line */
  constructor(line) {
    this.answer = button('line-answer', 'pin', gettext('Answer this'), {
      title: gettext('Answer this next, whatever else waits'),
    });
    this.answer.addEventListener('click', () => this.#tell('vt-answer', this.line.id));
    this.status = node('span', 'chip status');
    this.name = node('button', 'line-name');
    this.name.type = 'button';
    this.name.addEventListener('click', () => this.line.viewer && this.#tell('vt-viewer', this.line.viewer));
    this.time = node('time', 'line-time');
    this.text = node('p', 'line-text');
    this.text.dir = 'auto';
    this.emotion = node('span', 'chip emotion');
    this.reason = node('span', 'line-reason');
    this.foot = node('div', 'line-foot', this.emotion, this.reason);
    this.element = node(
      'article',
      'line',
      node('header', 'line-head', this.name, this.time, this.status),
      this.text,
      this.foot,
      this.answer,
    );
    /** @type {Line} */
    this.line = line;
    this.statusShown = '';
    this.show(line);
  }

  /** @param {Line} line */
  show(line) {
    this.line = line;
    const { element } = this;
    element.dataset.who = line.who;
    element.classList.toggle('is-local', line.status === 'sending');
    setText(this.name, speakerOf(line));
    setText(this.text, line.text);
    this.#showStatus(line);
    const emotion = emotionWord(line.emotion);
    setText(this.emotion, emotion);
    this.emotion.dataset.emotion = line.emotion ?? '';
    this.emotion.hidden = !emotion;
    setText(this.reason, this.#remark(line));
    this.answer.hidden = !isAnswerable(line);
    this.name.disabled = !line.viewer;
    this.name.title = line.viewer ? gettext('Show this viewer') : '';
    this.foot.hidden = !emotion && !this.reason.textContent;
    this.tell(Date.now());
  }

  /** @param {number} nowMs Bring the relative time up to date. */
  tell(nowMs) {
    const then = Date.parse(this.line.at);
    if (Number.isNaN(then)) return;
    setText(this.time, ago(then, nowMs));
    if (this.time.dateTime !== this.line.at) {
      this.time.dateTime = this.line.at;
      this.time.title = exactly(then);
    }
  }

  /**
   * @param {string} what
   * @param {string} detail
   */
  #tell(what, detail) {
    this.element.dispatchEvent(new CustomEvent(what, { detail, bubbles: true }));
  }

  /** @param {Line} line */
  #showStatus(line) {
    const status = line.is_pinned && line.status === 'waiting' ? 'pinned' : line.status;
    const sign = statusSign(status);
    this.status.hidden = !sign;
    if (!sign || this.statusShown === status) return;
    this.statusShown = status;
    this.status.dataset.tone = sign.tone;
    this.status.replaceChildren(icon(sign.icon), sign.word);
  }

  /**
   * @param {Line} line
   * @returns {string} Why, or how much of it was heard.
   */
  #remark(line) {
    const parts = [];
    if (line.status === 'cut' && typeof line.heard_ms === 'number') {
      parts.push(fill(gettext('heard for %(seconds)s s'), { seconds: (line.heard_ms / 1000).toFixed(1) }));
    }
    if (line.decided_by) parts.push(fill(gettext('decided by %(who)s'), { who: line.decided_by }));
    else if (line.reason) parts.push(reasonWord(line.reason));
    return parts.join(' · ');
  }
}

/** The list, its empty state and the "paused" pill. */
export class Transcript extends HTMLElement {
  /** @type {Map<string, LineView>} */ #views = new Map();
  #isStuck = true;
  #news = 0;
  /** Only a scroll upwards is somebody's: a page that grows or shrinks does not lower this. */
  #lastTop = 0;

  connectedCallback() {
    if (this.firstChild) return;
    this.list = node('div', 'lines');
    this.list.setAttribute('role', 'log');
    this.list.setAttribute('aria-live', 'polite');
    this.list.setAttribute('aria-relevant', 'additions');
    this.list.setAttribute('aria-label', gettext('Transcript'));
    this.empty = node(
      'div',
      'empty',
      icon('wave'),
      node('strong', '', gettext('Nothing has been said yet')),
      node('p', '', gettext('Chat lines and the character’s answers appear here. Say something below to start.')),
    );
    this.scroller = node('div', 'scroller', this.empty, this.list);
    this.scroller.tabIndex = 0;
    this.pill = node('button', 'pill');
    this.pill.type = 'button';
    this.pill.hidden = true;
    this.append(this.scroller, this.pill);
    this.pill.addEventListener('click', () => this.#catchUp());
    this.scroller.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => this.#keepPlace()).observe(this.scroller);
    new ResizeObserver(() => this.#keepPlace()).observe(this.list);
    setInterval(() => this.#tellTimes(), TIMES_EVERY_MS);
  }

  /** @param {import('./store.js').Store} store */
  follow(store) {
    store.subscribe(({ isReset, renamed, lines }) => {
      for (const { from, to } of renamed) this.#rename(from, to);
      if (isReset) this.#reset(store);
      else for (const id of lines) this.#update(id, store);
      if (this.empty) this.empty.hidden = this.#views.size > 0;
      this.#keepPlace();
    });
  }

  /** @param {import('./store.js').Store} store */
  #reset(store) {
    const lines = store.lines;
    const known = new Set(lines.map((line) => line.id));
    for (const id of [...this.#views.keys()]) {
      if (!known.has(id)) this.#remove(id);
    }
    for (const line of lines) this.#place(line).element.classList.remove('is-new');
    const inOrder = lines.map((line) => this.#views.get(line.id)?.element).filter((element) => element !== undefined);
    const isAsShown = inOrder.every((element, index) => this.list?.children[index] === element);
    if (!isAsShown) this.list?.replaceChildren(...inOrder);
  }

  /**
   * @param {string} id
   * @param {import('./store.js').Store} store
   */
  #update(id, store) {
    const line = store.line(id);
    if (!line) return this.#remove(id);
    const isNew = !this.#views.has(id);
    const view = this.#place(line);
    if (!isNew) return;
    const before = store.lines.findIndex((other) => other.id === id);
    const next = this.list?.children[before] ?? null;
    if (next !== view.element) this.list?.insertBefore(view.element, next);
    if (!this.#isStuck && !line.isLocal) this.#setNews(this.#news + 1);
    if (line.isLocal && line.status === 'sending') this.#catchUp();
  }

  /**
   * @param {Line} line
   * @returns {LineView}
   */
  #place(line) {
    const known = this.#views.get(line.id);
    if (known) {
      known.show(line);
      return known;
    }
    const view = new LineView(line);
    view.element.classList.add('is-new');
    this.#views.set(line.id, view);
    this.list?.append(view.element);
    return view;
  }

  /**
   * @param {string} from
   * @param {string} to
   */
  #rename(from, to) {
    const view = this.#views.get(from);
    this.#views.delete(from);
    if (view) this.#views.set(to, view);
  }

  /** @param {string} id */
  #remove(id) {
    this.#views.get(id)?.element.remove();
    this.#views.delete(id);
  }

  #catchUp() {
    this.#isStuck = true;
    this.#setNews(0);
    this.#keepPlace();
  }

  #scrolled() {
    const { scroller } = this;
    if (!scroller) return;
    const isAtBottom = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < AT_BOTTOM_PX;
    if (isAtBottom) this.#isStuck = true;
    else if (scroller.scrollTop < this.#lastTop) this.#isStuck = false;
    this.#lastTop = scroller.scrollTop;
    this.#setNews(this.#isStuck ? 0 : this.#news);
  }

  #keepPlace() {
    if (!this.#isStuck || !this.scroller) return;
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.#lastTop = this.scroller.scrollTop;
  }

  /** @param {number} count */
  #setNews(count) {
    this.#news = count;
    if (!this.pill) return;
    this.pill.hidden = this.#isStuck;
    if (this.#isStuck) return;
    const words = count
      ? fill(ngettext('Paused, %(count)s new', 'Paused, %(count)s new', count), { count })
      : gettext('Paused');
    this.pill.replaceChildren(icon('down'), words);
    this.pill.title = gettext('Go to the newest line');
  }

  #tellTimes() {
    const now = Date.now();
    for (const view of this.#views.values()) view.tell(now);
  }
}
