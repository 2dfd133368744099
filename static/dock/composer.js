/**
 * <vt-composer>: "Say something as a viewer", and "Say this" for words the character speaks as they stand. Keeps the
 * words when they could not be sent.
 */

import { gettext } from '../i18n.js';
import { explain } from './actions.js';
import { button, icon, node, setText } from './nodes.js';
import { rememberName, rememberedName } from './remember.js';

const LONGEST_TEXT = 500;
const LONGEST_SAY = 1000;
const LONGEST_NAME = 40;

/** @typedef {'chat' | 'say'} Mode */

/** The form at the foot of the dock. Give it `say` and `direct` before it is used. */
export class Composer extends HTMLElement {
  /** Sends a line; rejects when it was refused. @type {(name: string, text: string) => Promise<void>} */
  say = async () => {};
  /** Has the character say a line; rejects when it was refused. @type {(text: string) => Promise<void>} */
  direct = async () => {};
  #isEnabled = true;
  /** @type {Mode} */ #mode = 'chat';

  connectedCallback() {
    if (this.firstChild) return;
    this.name = node('input', 'composer-name');
    Object.assign(this.name, { type: 'text', maxLength: LONGEST_NAME, autocomplete: 'off', spellcheck: false });
    this.name.placeholder = gettext('Viewer');
    this.name.setAttribute('aria-label', gettext('Name to speak under'));
    this.name.title = gettext('Name to speak under; remembered in this browser');
    this.name.value = rememberedName();
    this.text = node('input', 'composer-text');
    Object.assign(this.text, { type: 'text', autocomplete: 'off', enterKeyHint: 'send' });
    this.sendWord = node('span', 'send-word');
    this.button = node('button', 'button send', icon('send'), this.sendWord);
    this.button.type = 'submit';
    this.error = node('p', 'composer-error');
    this.error.setAttribute('role', 'alert');
    this.error.hidden = true;
    this.modes = {
      chat: button('mode', 'chat', gettext('As a viewer'), { key: '/', title: gettext('Say something as a viewer') }),
      say: button('mode', 'horn', gettext('Say this'), { key: 'T', title: gettext('The character says these very words') }),
    };
    const modes = node('div', 'modes', this.modes.chat, this.modes.say);
    modes.setAttribute('role', 'group');
    modes.setAttribute('aria-label', gettext('Who speaks'));
    const form = node('form', 'composer', this.name, this.text, this.button);
    this.append(this.error, modes, form);
    this.#listen(form);
    this.#showMode();
  }

  /** @param {HTMLFormElement} form */
  #listen(form) {
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#send();
    });
    this.name?.addEventListener('change', () => rememberName(this.name?.value.trim() ?? ''));
    this.text?.addEventListener('input', () => this.#showError(''));
    this.modes?.chat.addEventListener('click', () => this.focusText('chat'));
    this.modes?.say.addEventListener('click', () => this.focusText('say'));
  }

  /** @param {Mode} mode */
  focusText(mode) {
    this.#mode = mode;
    this.#showMode();
    this.text?.focus();
  }

  #showMode() {
    const { name, text, button: send, modes } = this;
    if (!name || !text || !send || !modes) return;
    const isSay = this.#mode === 'say';
    this.dataset.mode = this.#mode;
    modes.chat.setAttribute('aria-pressed', String(!isSay));
    modes.say.setAttribute('aria-pressed', String(isSay));
    name.hidden = isSay;
    text.maxLength = isSay ? LONGEST_SAY : LONGEST_TEXT;
    text.placeholder = isSay ? gettext('Words for the character') : gettext('Say something as a viewer');
    text.title = isSay
      ? gettext('The character says these very words, next, in its voice. Feelings such as [joy] work. (T)')
      : gettext('Say something as a viewer (/)');
    text.setAttribute('aria-label', isSay ? gettext('Words for the character') : gettext('Say something as a viewer'));
    if (this.sendWord) setText(this.sendWord, isSay ? gettext('Say') : gettext('Send'));
    send.title = isSay ? gettext('Say (Enter)') : gettext('Send (Enter)');
  }

  /** @param {boolean} isEnabled */
  setEnabled(isEnabled) {
    this.#isEnabled = isEnabled;
    if (this.button) this.button.disabled = !isEnabled;
  }

  async #send() {
    const { name, text } = this;
    const words = text?.value.trim() ?? '';
    if (!name || !text || !words || !this.#isEnabled) return;
    text.value = '';
    this.#showError('');
    try {
      if (this.#mode === 'say') await this.direct(words);
      else await this.say(name.value.trim() || gettext('Viewer'), words);
    } catch (error) {
      if (!text.value) text.value = words;
      this.#showError(`${gettext('Not sent.')} ${explain(error)}`);
    }
  }

  /** @param {string} words */
  #showError(words) {
    if (!this.error) return;
    this.error.hidden = !words;
    setText(this.error, words);
  }
}
