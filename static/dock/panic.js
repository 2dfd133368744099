/**
 * <vt-panic>: one press silences the character; a held press lets it speak again. Always the same button in the same
 * place.
 */

import { gettext } from '../i18n.js';
import { Hold } from './hold.js';
import { icon, node, setText } from './nodes.js';

/** @typedef {'ready' | 'silencing' | 'silenced' | 'releasing'} PanicState */

/** The button. Dispatches `vt-panic` and `vt-release`. */
export class PanicButton extends HTMLElement {
  /** @type {PanicState} */ #state = 'ready';
  /** The press that asked for silence must end before one for release may begin. */
  #isSamePress = false;

  connectedCallback() {
    if (this.firstChild) return;
    this.word = node('span', 'panic-word');
    this.small = node('span', 'panic-small');
    this.icon = node('span', 'panic-icon', icon('stop'));
    this.button = node('button', 'panic', this.icon, node('span', 'panic-words', this.word, this.small));
    this.button.type = 'button';
    this.button.setAttribute('aria-keyshortcuts', 'P');
    this.hold = new Hold(
      () => this.dispatchEvent(new CustomEvent('vt-release')),
      (isHeld) => this.button?.classList.toggle('is-held', isHeld),
    );
    this.append(this.button);
    this.#listen(this.button);
    this.show('ready');
  }

  /** @param {PanicState} state */
  show(state) {
    this.#state = state;
    const { button, word, small } = this;
    if (!button || !word || !small) return;
    const isSilenced = state === 'silenced' || state === 'releasing';
    if (!isSilenced) this.hold?.letGo();
    button.dataset.state = state;
    button.setAttribute('aria-busy', String(state === 'silencing' || state === 'releasing'));
    this.icon?.replaceChildren(icon(isSilenced ? 'speaker' : 'stop'));
    const words = {
      ready: [gettext('Panic'), gettext('silence now')],
      silencing: [gettext('Silencing…'), gettext('please wait')],
      silenced: [gettext('Release'), gettext('hold down')],
      releasing: [gettext('Releasing…'), gettext('please wait')],
    }[state];
    setText(word, words[0] ?? '');
    setText(small, words[1] ?? '');
    button.title = isSilenced
      ? gettext('Hold for a moment to let the character speak again (hold P)')
      : gettext('Panic: silence now (P)');
  }

  /** The key or pointer went down. */
  press() {
    if (this.#state === 'ready') {
      this.#isSamePress = true;
      this.dispatchEvent(new CustomEvent('vt-panic'));
    } else if (this.#state === 'silenced' && !this.#isSamePress) this.hold?.press();
  }

  /** The key or pointer went up. */
  letGo() {
    this.#isSamePress = false;
    this.hold?.letGo();
  }

  /** @param {HTMLButtonElement} button */
  #listen(button) {
    button.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      button.setPointerCapture(event.pointerId);
      this.press();
    });
    for (const end of ['pointerup', 'pointercancel', 'lostpointercapture', 'blur']) {
      button.addEventListener(end, () => this.letGo());
    }
    button.addEventListener('contextmenu', (event) => event.preventDefault());
    button.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      if (!event.repeat) this.press();
    });
    button.addEventListener('keyup', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      this.letGo();
    });
    button.addEventListener('click', (event) => {
      if (event.detail === 0) this.#clickWithoutPointer();
    });
  }

  /** A screen reader's click has neither pointer nor key, so nothing to hold. */
  #clickWithoutPointer() {
    if (this.#state === 'silenced') this.dispatchEvent(new CustomEvent('vt-release'));
    else this.press();
    this.letGo();
  }
}
