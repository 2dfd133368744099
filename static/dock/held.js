/**
 * <vt-held>: lines that wait for a person, above the show and the queue; nothing at all while none does.
 */

import { fill, ngettext, gettext } from '../i18n.js';
import { HeldRow } from './held_row.js';
import { HeldState } from './held_state.js';
import { icon, node, setText } from './nodes.js';

/** @typedef {import('./held_state.js').Decision} Decision */
/** @typedef {import('./held_state.js').HeldLine} HeldLine */
/** @typedef {{line: HeldLine, decision: Decision, text: string | null, note: string}} Wish */

const TICK_MS = 500;

/** The section. Give it `decide`; lets `vt-viewer` through. */
export class HeldPanel extends HTMLElement {
  state = new HeldState();
  mayAct = true;
  /** Does it; shows what was refused. @type {(wish: Wish) => void} */
  decide = () => {};
  /** Is told how many wait. @type {(count: number) => void} */
  counted = () => {};
  #skewMs = 0;
  /** @type {Map<string, HeldRow>} */ #rows = new Map();

  connectedCallback() {
    if (this.firstChild) return;
    this.hidden = true;
    this.setAttribute('role', 'region');
    this.setAttribute('aria-label', gettext('Held for approval'));
    this.count = node('h2', '');
    this.count.setAttribute('role', 'status');
    this.list = node('ol', 'held-lines');
    this.append(node('div', 'held-head', icon('hand'), this.count), this.list);
    this.addEventListener('vt-decide', (event) => this.decide(/** @type {CustomEvent<Wish>} */ (event).detail));
    setInterval(() => this.#tick(), TICK_MS);
  }

  /**
   * @param {import('./held_state.js').Held} held
   * @param {number} asked
   */
  load(held, asked) {
    this.#skewMs = Date.parse(held.now) - Date.now();
    this.state.load(held, asked);
    this.render();
  }

  render() {
    const lines = this.state.view();
    const wanted = new Set(lines.map(({ id }) => id));
    for (const [id, row] of this.#rows) {
      if (wanted.has(id)) continue;
      row.element.remove();
      this.#rows.delete(id);
    }
    for (const line of lines) {
      if (this.#rows.has(line.id)) continue;
      const row = new HeldRow(line, this.mayAct);
      this.#rows.set(line.id, row);
      this.list?.append(row.element);
    }
    this.hidden = !lines.length;
    const words = ngettext('%(n)s line waits for your decision', '%(n)s lines wait for your decision', lines.length);
    if (this.count) setText(this.count, fill(words, { n: lines.length }));
    this.counted(lines.length);
    this.#tick();
  }

  #tick() {
    const now = Date.now() + this.#skewMs;
    for (const row of this.#rows.values()) row.tell(now, this.state.timeMs);
  }

  /** @returns {HeldRow | undefined} The row that has the focus, or the first. */
  #chosen() {
    const rows = [...this.#rows.values()];
    return rows.find(({ element }) => element.contains(document.activeElement)) ?? rows[0];
  }

  /**
   * @param {string} key
   * @returns {boolean} Whether it meant something here.
   */
  key(key) {
    const row = this.#chosen();
    if (!row || !this.mayAct || !'yer'.includes(key)) return false;
    if (key === 'y') row.decide('approve');
    else if (key === 'r') row.ask('reject');
    else if (row.line.kind === 'answer') row.ask('edit');
    return true;
  }
}
