/**
 * <vt-toasts>: what was just done, for a few seconds, with a way back.
 */

import { gettext } from '../i18n.js';
import { button, icon, node } from './nodes.js';

const SHOWN_MS = 6_000;

/** One message at a time, at the foot of the page. */
export class Toasts extends HTMLElement {
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** @type {(() => void) | null} */ #undo = null;

  connectedCallback() {
    this.setAttribute('role', 'status');
    this.setAttribute('aria-live', 'polite');
  }

  /**
   * @param {string} words
   * @param {(() => void) | null} [undo] The way back, if there is one.
   */
  show(words, undo = null) {
    clearTimeout(this.#timer);
    this.#undo = undo;
    const toast = node('div', 'toast', icon('check'), node('span', 'toast-words', words));
    if (undo) {
      const back = button('button toast-undo', 'undo', gettext('Undo'), { key: 'Z' });
      back.addEventListener('click', () => this.undo());
      toast.append(back);
    }
    this.replaceChildren(toast);
    this.#timer = setTimeout(() => this.hide(), SHOWN_MS);
  }

  /** @returns {boolean} Whether there was something to take back. */
  undo() {
    const undo = this.#undo;
    this.hide();
    undo?.();
    return undo !== null;
  }

  hide() {
    clearTimeout(this.#timer);
    this.#undo = null;
    this.replaceChildren();
  }
}
