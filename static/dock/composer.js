/**
 * <vt-composer>: "Say something as a viewer". Keeps the words when they could not be sent.
 */

import { gettext } from '../i18n.js';
import { explain } from './actions.js';
import { icon, node, setText } from './nodes.js';
import { rememberName, rememberedName } from './remember.js';

const LONGEST_TEXT = 500;
const LONGEST_NAME = 40;

/** The form at the foot of the dock. Give it `say` before it is used. */
export class Composer extends HTMLElement {
  /** Sends a line; rejects when it was refused. @type {(name: string, text: string) => Promise<void>} */
  say = async () => {};
  #isEnabled = true;

  connectedCallback() {
    if (this.firstChild) return;
    this.name = node('input', 'composer-name');
    Object.assign(this.name, { type: 'text', maxLength: LONGEST_NAME, autocomplete: 'off', spellcheck: false });
    this.name.placeholder = gettext('Viewer');
    this.name.setAttribute('aria-label', gettext('Name to speak under'));
    this.name.title = gettext('Name to speak under; remembered in this browser');
    this.name.value = rememberedName();
    this.text = node('input', 'composer-text');
    Object.assign(this.text, { type: 'text', maxLength: LONGEST_TEXT, autocomplete: 'off', enterKeyHint: 'send' });
    this.text.placeholder = gettext('Say something as a viewer');
    this.text.setAttribute('aria-label', gettext('Say something as a viewer'));
    this.text.setAttribute('aria-keyshortcuts', '/');
    this.text.title = gettext('Say something as a viewer (/)');
    this.button = node('button', 'button send', icon('send'), node('span', 'send-word', gettext('Send')));
    this.button.type = 'submit';
    this.button.title = gettext('Send (Enter)');
    this.error = node('p', 'composer-error');
    this.error.setAttribute('role', 'alert');
    this.error.hidden = true;
    const form = node('form', 'composer', this.name, this.text, this.button);
    this.append(this.error, form);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#send();
    });
    this.name.addEventListener('change', () => rememberName(this.name?.value.trim() ?? ''));
    this.text.addEventListener('input', () => this.#showError(''));
  }

  focusText() {
    this.text?.focus();
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
      await this.say(name.value.trim() || gettext('Viewer'), words);
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
