/**
 * <vt-tabs>: the five panels of the dock, each with an address of its own. Changing the tab changes the address and
 * keeps the connection.
 */

import { fill, gettext, ngettext } from '../i18n.js';
import { icon, node, setText } from './nodes.js';
import { PANELS } from './routes.js';

/** @typedef {import('./routes.js').PanelName} PanelName */

/** @returns {Record<PanelName, {word: string, icon: string}>} */
function signs() {
  return {
    show: { word: gettext('Show'), icon: 'chat' },
    queue: { word: gettext('Queue'), icon: 'queue' },
    viewer: { word: gettext('Viewer'), icon: 'person' },
    health: { word: gettext('Health'), icon: 'pulse' },
    scene: { word: gettext('Scene'), icon: 'mask' },
  };
}

/** The row of tabs. Dispatches `vt-panel` with the panel's name. */
export class Tabs extends HTMLElement {
  /** @type {Map<PanelName, {tab: HTMLButtonElement, mark: HTMLElement}>} */ #tabs = new Map();
  /** @type {PanelName} */ panel = 'show';

  connectedCallback() {
    if (this.firstChild) return;
    this.setAttribute('role', 'tablist');
    this.setAttribute('aria-label', gettext('Panels'));
    for (const [index, panel] of PANELS.entries()) {
      const { word, icon: iconName } = signs()[panel];
      const mark = node('span', 'tab-mark');
      mark.hidden = true;
      const tab = node('button', 'tab', icon(iconName), node('span', 'tab-word', word), mark);
      Object.assign(tab, { type: 'button', id: `tab-${panel}`, title: `${word} (${index + 1})` });
      tab.setAttribute('role', 'tab');
      tab.setAttribute('aria-controls', `panel-${panel}`);
      tab.setAttribute('aria-keyshortcuts', String(index + 1));
      tab.addEventListener('click', () => this.open(panel));
      this.#tabs.set(panel, { tab, mark });
      this.append(tab);
    }
    this.addEventListener('keydown', (event) => this.#move(event));
  }

  /** @param {PanelName} panel */
  open(panel) {
    this.dispatchEvent(new CustomEvent('vt-panel', { detail: panel }));
  }

  /** @param {PanelName} panel Which one is shown. */
  show(panel) {
    this.panel = panel;
    for (const [name, { tab }] of this.#tabs) {
      tab.setAttribute('aria-selected', String(name === panel));
      tab.tabIndex = name === panel ? 0 : -1;
    }
  }

  /** @param {number} waiting How many lines wait. */
  showWaiting(waiting) {
    const words = fill(ngettext('%(n)s waits', '%(n)s wait', waiting), { n: waiting });
    this.#mark('queue', waiting ? String(Math.min(waiting, 999)) : '', words);
  }

  /** @param {boolean} isTrouble Whether a part of the stream is in trouble. */
  showTrouble(isTrouble) {
    this.#mark('health', isTrouble ? '!' : '', gettext('trouble'));
  }

  /**
   * @param {PanelName} panel
   * @param {string} text
   * @param {string} words What a screen reader is told.
   */
  #mark(panel, text, words) {
    const found = this.#tabs.get(panel);
    if (!found) return;
    found.mark.hidden = !text;
    setText(found.mark, text);
    if (text) found.mark.setAttribute('aria-label', words);
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const place = PANELS.indexOf(this.panel) + step;
    const panel = PANELS[(place + PANELS.length) % PANELS.length];
    if (!panel) return;
    this.open(panel);
    this.#tabs.get(panel)?.tab.focus();
    event.preventDefault();
  }
}
