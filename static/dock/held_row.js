/**
 * One held line as an element: the question, the words with their feelings, why it is held, how long there is, and the
 * decision.
 */

import { fill, gettext } from '../i18n.js';
import { partsOf } from './held_state.js';
import { countdown } from './moments.js';
import { button, icon, node, setText } from './nodes.js';
import { emotionWord, speakerOf } from './words.js';

/** @typedef {import('./held_state.js').HeldLine} HeldLine */

const URGENT_MS = 15_000;
const TEXT_LONGEST = 1500;
const NOTE_LONGEST = 200;

/**
 * @param {HeldLine} line
 * @returns {string} Why it is held.
 */
function whyHeld(line) {
  if (line.rule) return fill(gettext('Rule: %(rule)s'), { rule: line.rule });
  return line.held_by === 'persona' ? gettext('The character always asks') : gettext('Every answer is held');
}

/** A row. Dispatches `vt-decide` with `{line, decision, text, note}`, its name `vt-viewer`. */
export class HeldRow {
  /** @type {'' | 'edit' | 'reject'} */ #asking = '';

  /**
   * @param {HeldLine} line
   * @param {boolean} mayAct
   */
  constructor(line, mayAct) {
    this.line = line;
    this.mayAct = mayAct;
    this.time = node('span', 'row-time');
    this.bar = node('span', 'row-bar');
    this.bar.setAttribute('aria-hidden', 'true');
    this.foot = node('div', 'held-foot');
    this.element = node('li', 'held-line', this.#head(), ...this.#words(), this.foot, this.bar);
    this.element.dataset.id = line.id;
    this.element.tabIndex = -1;
    this.ask('');
  }

  #head() {
    const { line } = this;
    const name = node('button', 'line-name', speakerOf(line));
    Object.assign(name, { type: 'button', disabled: !line.viewer });
    name.addEventListener('click', () => line.viewer && this.#tell('vt-viewer', line.viewer));
    const why = node('span', 'chip held-why', icon('hand'), node('span', '', whyHeld(line)));
    return node('div', 'row-head', name, why, this.time);
  }

  /** @returns {HTMLElement[]} */
  #words() {
    const question = node('p', 'held-question', this.line.question);
    question.dir = 'auto';
    if (this.line.kind === 'event') {
      return [question, node('p', 'soft', gettext('Held before the character may answer it.'))];
    }
    const words = node('p', 'held-words');
    words.dir = 'auto';
    for (const { word, isTag } of partsOf(this.line.text)) {
      words.append(isTag ? this.#tag(word) : node('span', '', word), ' ');
    }
    return this.line.question ? [question, words] : [words];
  }

  /** @param {string} tag */
  #tag(tag) {
    const [name = tag, ...rest] = tag.split(':');
    const shown = name === 'motion' ? rest.join(':') : emotionWord(name) || name;
    return node('span', 'chip held-tag', shown);
  }

  /** @param {'' | 'edit' | 'reject'} what Ask for other words, for a reason, or for the decision. */
  ask(what) {
    this.#asking = what;
    if (!this.mayAct) return;
    if (what === 'edit') this.#askWords();
    else if (what === 'reject') this.#askReason();
    else this.foot.replaceChildren(node('div', 'held-hands', ...this.#hands()));
  }

  /** @returns {boolean} Whether somebody is writing in it. */
  get isBusy() {
    return this.#asking !== '';
  }

  #hands() {
    const isEvent = this.line.kind === 'event';
    const approve = button('button is-good', 'check', isEvent ? gettext('Let it be answered') : gettext('Approve'), { key: 'Y' });
    approve.addEventListener('click', () => this.decide('approve'));
    const edit = button('button', 'note', gettext('Edit'), { key: 'E', title: gettext('Edit, then approve') });
    edit.addEventListener('click', () => this.ask('edit'));
    const reject = button('button is-bad', 'cross', gettext('Reject'), { key: 'R' });
    reject.addEventListener('click', () => this.ask('reject'));
    return isEvent ? [approve, reject] : [approve, edit, reject];
  }

  #askWords() {
    const field = node('textarea', 'held-field');
    Object.assign(field, { value: this.line.text, maxLength: TEXT_LONGEST, rows: 3, dir: 'auto' });
    field.setAttribute('aria-label', gettext('Words to say, with feelings in brackets'));
    const say = button('button is-good', 'check', gettext('Approve these words'));
    const done = () => this.decide('approve', field.value);
    this.#form(field, say, done, ({ key, ctrlKey, metaKey }) => key === 'Enter' && (ctrlKey || metaKey));
  }

  #askReason() {
    const field = node('input', 'held-field');
    Object.assign(field, { type: 'text', maxLength: NOTE_LONGEST, placeholder: gettext('Why? (may stay empty)'), dir: 'auto' });
    field.setAttribute('aria-label', gettext('Why it is rejected'));
    const reject = button('button is-bad', 'cross', gettext('Reject'));
    this.#form(field, reject, () => this.decide('reject', null, field.value), ({ key }) => key === 'Enter');
  }

  /**
   * @param {HTMLInputElement | HTMLTextAreaElement} field
   * @param {HTMLButtonElement} go
   * @param {() => void} done
   * @param {(event: KeyboardEvent) => boolean} isDone
   */
  #form(field, go, done, isDone) {
    const back = button('button', 'undo', gettext('Back'));
    const leave = () => {
      this.ask('');
      this.element.focus();
    };
    back.addEventListener('click', leave);
    go.addEventListener('click', done);
    field.addEventListener('keydown', (event) => {
      const key = /** @type {KeyboardEvent} */ (event);
      if (key.isComposing) return;
      if (key.key === 'Escape') leave();
      else if (isDone(key)) done();
      else return;
      event.preventDefault();
    });
    this.foot.replaceChildren(field, node('div', 'held-hands', go, back));
    field.focus();
    this.element.scrollIntoView({ block: 'nearest' });
  }

  /**
   * @param {import('./held_state.js').Decision} decision
   * @param {string | null} [text]
   * @param {string} [note]
   */
  decide(decision, text = null, note = '') {
    const said = text === null || text.trim() === this.line.text.trim() ? null : text;
    this.#tell('vt-decide', { line: this.line, decision, text: said, note });
  }

  /**
   * Bring the time up to date.
   *
   * @param {number} nowMs By the server's clock.
   * @param {number} timeMs How long there was from the beginning.
   */
  tell(nowMs, timeMs) {
    const left = Date.parse(this.line.expires_at) - nowMs;
    setText(this.time, left > 0 ? countdown(left) : gettext('Time is over'));
    this.time.title = gettext('Time left to decide; then it is not said');
    this.bar.style.setProperty('--left', String(Math.max(0, Math.min(1, left / timeMs))));
    this.element.classList.toggle('is-urgent', left < URGENT_MS);
    this.element.classList.toggle('is-over', left <= 0);
  }

  /**
   * @param {string} what
   * @param {unknown} detail
   */
  #tell(what, detail) {
    this.element.dispatchEvent(new CustomEvent(what, { detail, bubbles: true }));
  }
}
