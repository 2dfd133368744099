/**
 * <vt-viewer>: the card of whoever is being answered, or of the viewer somebody chose: what binds them to the
 * character, notes, names, last lines; muting and quick notes.
 */

import { fill, gettext, ngettext } from '../i18n.js';
import { explain } from './actions.js';
import { ago, exactly } from './moments.js';
import { button, icon, node, setText, showTrouble } from './nodes.js';
import { movesOf, scoreWords } from './scores.js';
import { ViewerState } from './viewer_state.js';
import { reasonWord, statusSign } from './words.js';

/**
 * @typedef {object} Bond
 * @property {number} affinity 0 to 100, as the next three.
 * @property {number} trust
 * @property {number} familiarity
 * @property {number} loyalty
 * @property {number} warmth 0 to 1.
 * @property {number} scars
 * @property {{kind: string, at: string, deltas: Record<string, number>}[]} ledger
 *
 * @typedef {object} ViewerCard
 * @property {string} id
 * @property {string} name
 * @property {{platform: string, name: string}[]} accounts
 * @property {{name: string, last_at: string}[]} names
 * @property {string} first_seen_at
 * @property {string | null} last_seen_at
 * @property {number} messages
 * @property {string[]} notes
 * @property {string[]} never_mention
 * @property {string[]} tags
 * @property {boolean} is_muted
 * @property {string | null} muted_until
 * @property {boolean} has_opted_out
 * @property {string} character
 * @property {Bond | null} bond
 * @property {{id: string, at: string, text: string, status: string, reason: string}[]} lines
 *
 * @typedef {object} ViewerPanel
 * @property {boolean} is_now
 * @property {string} name
 * @property {string} why_none
 * @property {ViewerCard | null} viewer
 *
 * @typedef {'about' | 'never' | 'lines'} NoteKind
 */

const LONGEST_NOTE = 300;
export const NOTE_LINES = 3;

/** @returns {Record<string, string>} Words by kind of entry in the ledger. */
function moveWords() {
  return {
    chat: gettext('wrote in chat'),
    answered: gettext('was answered'),
    sentiment: gettext('mood of the words'),
    follow: gettext('followed'),
    redemption: gettext('redeemed a reward'),
    subscription: gettext('subscribed'),
    gift: gettext('gave a gift'),
    donation: gettext('donated'),
    raid: gettext('raided'),
    timeout: gettext('was timed out'),
    ban: gettext('was banned'),
    adjusted: gettext('put right by the team'),
  };
}

/** The panel. Give it what it calls. */
export class ViewerView extends HTMLElement {
  mayAct = true;
  /** @type {(minutes: number | null) => void} */ mute = () => {};
  unmute = () => {};
  /** Adds a note; rejects when it was refused. @type {(kind: NoteKind, text: string) => Promise<void>} */
  note = async () => {};
  /** Back to whoever is being answered. */
  follow = () => {};
  /** Whether somebody chose this viewer. */
  isChosen = false;
  state = new ViewerState();
  #shown = '';

  connectedCallback() {
    if (this.firstChild) return;
    this.trouble = node('p', 'trouble');
    this.trouble.setAttribute('role', 'alert');
    this.trouble.hidden = true;
    this.card = node('div', 'card');
    this.card.setAttribute('aria-live', 'polite');
    this.form = this.#form();
    this.form.hidden = true;
    this.scroller = node('div', 'scroller', this.trouble, this.card);
    this.append(this.scroller, this.form);
    setInterval(() => this.offsetParent !== null && this.render(), 10_000);
  }

  /** @returns {ViewerPanel | null} What is shown. */
  get panel() {
    return this.state.panel;
  }

  /** @param {ViewerPanel} panel */
  show(panel) {
    this.state.load(panel);
    this.fail('');
    this.render();
  }

  /** @param {string} words What went wrong; "" when it is well again. */
  fail(words) {
    showTrouble(this.trouble, words);
  }

  focusNote() {
    if (!this.form || this.form.hidden) return false;
    this.text?.focus();
    return true;
  }

  render() {
    const { panel, card } = this;
    if (!panel || !card) return;
    const shown = JSON.stringify([panel, this.isChosen, this.mayAct, Math.floor(Date.now() / 10_000)]);
    if (shown === this.#shown || card.contains(document.activeElement)) return;
    this.#shown = shown;
    if (this.form) this.form.hidden = !this.mayAct || !panel.viewer || panel.viewer.has_opted_out;
    card.replaceChildren(...(panel.viewer ? this.#parts(panel, panel.viewer) : [this.#none(panel)]));
  }

  /** Show the card anew at once, even if a button in it has the focus. */
  refresh() {
    this.#shown = '';
    if (this.card?.contains(document.activeElement) && document.activeElement instanceof HTMLElement) {
      document.activeElement.blur();
    }
    this.render();
  }

  /**
   * @param {ViewerPanel} panel
   * @returns {HTMLElement}
   */
  #none(panel) {
    const isNobody = panel.why_none === 'nobody_yet';
    return node('div', 'empty', icon('person'),
      node('strong', '', isNobody ? gettext('Nobody has been answered yet') : panel.name || gettext('No card')),
      node('p', '', isNobody
        ? gettext('When the character answers somebody, their card stands here: what binds them, notes, last lines.')
        : gettext('This person asked not to be remembered, so there is no card. They are answered all the same.')));
  }

  /**
   * @param {ViewerPanel} panel
   * @param {ViewerCard} viewer
   * @returns {Node[]}
   */
  #parts(panel, viewer) {
    return [
      this.#head(panel, viewer),
      ...(this.mayAct ? [this.#muting(viewer)] : []),
      node('div', 'halves',
        node('div', 'half', this.#bond(viewer), ...this.#notes(viewer)),
        node('div', 'half', ...this.#past(viewer))),
    ];
  }

  /**
   * @param {ViewerPanel} panel
   * @param {ViewerCard} viewer
   * @returns {HTMLElement}
   */
  #head(panel, viewer) {
    const face = node('span', 'face', [...viewer.name][0]?.toUpperCase() ?? '?');
    face.setAttribute('aria-hidden', 'true');
    const now = node('span', 'chip', icon(panel.is_now ? 'wave' : this.isChosen ? 'eye' : 'check'), panel.is_now
      ? gettext('being answered now')
      : this.isChosen ? gettext('chosen by you') : gettext('answered last'));
    now.dataset.tone = panel.is_now ? 'busy' : 'quiet';
    const signs = node('p', 'signs', now);
    if (viewer.is_muted) {
      const until = viewer.muted_until
        ? fill(gettext('muted until %(time)s'), { time: clock(viewer.muted_until) })
        : gettext('muted');
      const muted = node('span', 'chip', icon('hush'), until);
      muted.dataset.tone = 'bad';
      signs.append(muted);
    }
    const head = node('div', 'card-head', face, node('div', 'card-title', node('h2', '', viewer.name), signs));
    if (this.isChosen) {
      const back = button('button hand', 'undo', gettext('Follow the show'), {
        title: gettext('Show whoever is being answered'),
      });
      back.addEventListener('click', () => this.follow());
      head.append(back);
    }
    return head;
  }

  /**
   * @param {ViewerCard} viewer
   * @returns {HTMLElement}
   */
  #muting(viewer) {
    const group = node('div', 'muting');
    group.setAttribute('role', 'group');
    group.setAttribute('aria-label', gettext('Muting'));
    if (viewer.is_muted) {
      const on = button('button', 'speaker', gettext('Unmute viewer'), { key: 'X', title: gettext('Answer them again') });
      on.addEventListener('click', () => this.unmute());
      group.append(on);
      return group;
    }
    group.append(node('span', 'soft', icon('hush'), node('span', 'muting-word', gettext('Mute for'))));
    for (const minutes of [5, 30, null]) {
      const word = minutes === null ? gettext('Until unmuted') : fill(gettext('%(n)s min'), { n: minutes });
      const title = minutes === null
        ? gettext('Not answered until you unmute them')
        : fill(gettext('Not answered for %(n)s minutes'), { n: minutes });
      const off = node('button', 'button', word);
      Object.assign(off, { type: 'button', title: minutes === 5 ? `${title} (X)` : title });
      if (minutes === 5) off.setAttribute('aria-keyshortcuts', 'X');
      off.addEventListener('click', () => this.mute(minutes));
      group.append(off);
    }
    return group;
  }

  /**
   * @param {ViewerCard} viewer
   * @returns {HTMLElement}
   */
  #bond(viewer) {
    const title = node('h3', '', fill(gettext('With %(character)s'), { character: viewer.character }));
    if (!viewer.bond) return node('section', '', title, node('p', 'soft', gettext('They do not know each other yet.')));
    const words = scoreWords();
    const list = node('dl', 'gauges');
    for (const name of /** @type {const} */ (['affinity', 'trust', 'familiarity', 'loyalty', 'warmth'])) {
      const most = name === 'warmth' ? 1 : 100;
      const value = viewer.bond[name];
      const gauge = node('span', 'gauge');
      gauge.style.setProperty('--share', String(Math.max(0, Math.min(1, value / most))));
      gauge.dataset.score = name;
      const figure = node('span', 'figure', most === 1 ? value.toFixed(2) : String(Math.round(value)));
      list.append(node('dt', '', words[name] ?? name), node('dd', '', gauge, figure));
    }
    const scars = viewer.bond.scars;
    const mark = scars
      ? [node('p', 'scars', icon('warn'), fill(ngettext('%(n)s scar', '%(n)s scars', scars), { n: scars }))]
      : [];
    return node('section', '', title, list, ...mark);
  }

  /**
   * @param {ViewerCard} viewer
   * @returns {Node[]}
   */
  #notes(viewer) {
    const parts = [];
    if (viewer.never_mention.length) {
      const list = node('ul', 'notes is-never', ...viewer.never_mention.map((line) => node('li', '', line)));
      parts.push(node('section', '', node('h3', 'warn-title', icon('hush'), gettext('Never mention')), list));
    }
    const list = viewer.notes.length
      ? node('ul', 'notes', ...viewer.notes.map((line) => node('li', '', line)))
      : node('p', 'soft', gettext('No notes yet. Write the first one below.'));
    parts.push(node('section', '', node('h3', '', gettext('Notes')), list));
    if (viewer.tags.length) {
      parts.push(node('p', 'tags', ...viewer.tags.map((tag) => node('span', 'tag', tag))));
    }
    return parts;
  }

  /**
   * @param {ViewerCard} viewer
   * @returns {Node[]}
   */
  #past(viewer) {
    const lines = viewer.lines.map((line) => {
      const sign = statusSign(line.status);
      const status = node('span', 'chip status', icon(sign?.icon ?? 'dot'), sign?.word ?? '');
      status.dataset.tone = sign?.tone ?? 'quiet';
      if (line.reason) status.title = reasonWord(line.reason);
      const text = node('p', 'row-text', line.text);
      text.dir = 'auto';
      return node('li', 'said', node('div', 'row-head', when(line.at), status), text);
    });
    const accounts = viewer.accounts.map(({ platform, name }) => node('span', 'tag', `${platform}: ${name}`));
    const names = viewer.names.map(({ name, last_at: at }) => node('li', '', node('span', '', name), when(at)));
    const words = moveWords();
    const moves = (viewer.bond?.ledger ?? []).map(({ kind, at, deltas }) =>
      node('li', '', node('span', '', words[kind] ?? kind, node('small', '', movesOf(deltas))), when(at)));
    const known = fill(ngettext('%(n)s message', '%(n)s messages', viewer.messages), { n: viewer.messages });
    const facts = node('p', 'soft', `${known} · ${gettext('first seen')} `, when(viewer.first_seen_at));
    /** @type {(title: string, items: Node[]) => Node[]} */
    const list = (title, items) =>
      (items.length ? [node('section', '', node('h3', '', title), node('ul', 'pairs', ...items))] : []);
    return [
      node('section', '', node('h3', '', gettext('Last lines')), node('ul', 'saids', ...lines)),
      node('section', '', node('h3', '', gettext('Who it is')), node('p', 'tags', ...accounts), facts),
      ...list(gettext('Earlier names'), names),
      ...list(gettext('What moved'), moves),
    ];
  }

  /** @returns {HTMLFormElement} The quick note. */
  #form() {
    const kind = node('select', 'note-kind');
    /** @type {[NoteKind, string][]} */
    const kinds = [
      ['about', gettext('About them')],
      ['never', gettext('Never mention')],
      ['lines', fill(gettext('Next %(n)s lines'), { n: NOTE_LINES })],
    ];
    for (const [value, word] of kinds) kind.append(Object.assign(node('option', '', word), { value }));
    kind.setAttribute('aria-label', gettext('What kind of note'));
    this.text = node('input', 'note-text');
    Object.assign(this.text, { type: 'text', maxLength: LONGEST_NOTE, autocomplete: 'off', enterKeyHint: 'send' });
    this.text.placeholder = gettext('Quick note');
    this.text.title = gettext('Quick note (N)');
    this.text.setAttribute('aria-label', gettext('Quick note'));
    this.text.setAttribute('aria-keyshortcuts', 'N');
    const add = button('button send', 'note', gettext('Add'), { title: gettext('Add the note (Enter)') });
    add.type = 'submit';
    this.noteError = node('p', 'composer-error');
    this.noteError.setAttribute('role', 'alert');
    this.noteError.hidden = true;
    const form = node('form', 'note-form', this.noteError, kind, this.text, add);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#add(/** @type {NoteKind} */ (kind.value));
    });
    return form;
  }

  /** @param {NoteKind} kind */
  async #add(kind) {
    const words = this.text?.value.trim() ?? '';
    if (!words || !this.text || !this.noteError) return;
    this.text.value = '';
    this.noteError.hidden = true;
    try {
      await this.note(kind, words);
    } catch (error) {
      if (!this.text.value) this.text.value = words;
      this.noteError.hidden = false;
      setText(this.noteError, `${gettext('Not noted.')} ${explain(error)}`);
    }
  }
}

/**
 * @param {string} at ISO 8601.
 * @returns {HTMLElement}
 */
function when(at) {
  const time = node('time', 'row-time', ago(Date.parse(at), Date.now()));
  time.dateTime = at;
  time.title = exactly(Date.parse(at));
  return time;
}

/**
 * @param {string} at ISO 8601.
 * @returns {string} The time of the day.
 */
function clock(at) {
  return new Intl.DateTimeFormat(document.documentElement.lang || 'en', { timeStyle: 'short' }).format(Date.parse(at));
}
