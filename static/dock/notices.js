/**
 * <vt-notices>: what is wrong, what it means for the show, and the one next step.
 */

import { fill, gettext } from '../i18n.js';
import { icon, node } from './nodes.js';

const FLASH_MS = 9_000;

/**
 * @typedef {object} Notice
 * @property {string} key
 * @property {'warn' | 'bad' | 'info'} tone
 * @property {string} title
 * @property {string} body
 */

/**
 * What the stream's state calls for, most pressing first.
 *
 * @param {import('./store.js').StreamState} state
 * @returns {Notice[]}
 */
export function noticesOf(state) {
  /** @type {Notice[]} */
  const notices = [];
  if (state.panicked) {
    notices.push({
      key: 'panicked',
      tone: 'bad',
      title: gettext('Silenced'),
      body: gettext('The character says nothing and answers nobody until you hold “Release”.'),
    });
  }
  if (state.stage_pages === 0) {
    notices.push({
      key: 'stage',
      tone: 'warn',
      title: gettext('No stage page is open'),
      body: gettext('Nobody hears the character.')
        + ` ${gettext('Open the stage page (its link is in the admin) or add it to OBS as a browser source.')}`,
    });
  }
  for (const [engine, title] of /** @type {const} */ ([
    [state.brain, gettext('The brain is in trouble')],
    [state.voice, gettext('The voice is in trouble')],
  ])) {
    if (!engine.ok) notices.push({ key: title, tone: 'warn', title, body: engine.note || engine.name });
  }
  return notices;
}

/**
 * @param {import('../session.js').SessionState} state
 * @param {number} seconds Until the next try.
 * @returns {Notice | null} What the connection calls for while the transcript can still be shown.
 */
export function connectionNotice(state, seconds) {
  if (state !== 'waiting') return null;
  return {
    key: 'connection',
    tone: 'warn',
    title: gettext('Connection lost'),
    body: fill(gettext('What you see may be old. Panic still works. Trying again in %(n)s s.'), { n: seconds }),
  };
}

/** The banners. */
export class Notices extends HTMLElement {
  #shown = '';
  /** @type {Notice | null} */ #flash = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #flashTimer;
  /** @type {Notice[]} */ #lasting = [];

  connectedCallback() {
    this.setAttribute('aria-live', 'polite');
  }

  /** @param {Notice[]} notices */
  show(notices) {
    this.#lasting = notices;
    this.#render();
  }

  /** @param {string} title @param {string} body Something that failed just now; goes away by itself. */
  flash(title, body) {
    this.#flash = { key: 'flash', tone: 'bad', title, body };
    clearTimeout(this.#flashTimer);
    this.#flashTimer = setTimeout(() => {
      this.#flash = null;
      this.#render();
    }, FLASH_MS);
    this.#render();
  }

  #render() {
    const notices = this.#flash ? [this.#flash, ...this.#lasting] : this.#lasting;
    const shown = JSON.stringify(notices);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.replaceChildren(...notices.map(({ tone, title, body }) => {
      const banner = node('div', 'notice', icon(tone === 'bad' ? 'stop' : 'warn'),
        node('div', '', node('strong', '', title), ' ', node('span', '', body)));
      banner.dataset.tone = tone;
      if (tone === 'bad') banner.setAttribute('role', 'alert');
      return banner;
    }));
  }
}
