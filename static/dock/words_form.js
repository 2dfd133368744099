/**
 * A field with a button beside it: words that are sent, and kept when they could not be.
 */

import { explain } from './actions.js';
import { button, node, setText } from './nodes.js';

const LONGEST = 1000;

/** The form. Its `element` may stand anywhere. */
export class WordsForm {
  /**
   * @param {object} words
   * @param {string} words.label What a screen reader calls the field.
   * @param {string} words.placeholder
   * @param {string} words.word On the button.
   * @param {string} words.iconName
   * @param {string} words.failed Said before the reason, when the words were refused.
   * @param {(text: string) => Promise<void>} send Rejects when they were refused.
   */
  constructor({ label, placeholder, word, iconName, failed }, send) {
    this.failed = failed;
    this.send = send;
    this.field = node('input', '');
    Object.assign(this.field, { type: 'text', maxLength: LONGEST, autocomplete: 'off', enterKeyHint: 'send', placeholder });
    this.field.dir = 'auto';
    this.field.setAttribute('aria-label', label);
    this.error = node('p', 'composer-error');
    this.error.setAttribute('role', 'alert');
    this.error.hidden = true;
    const go = button('button', iconName, word);
    go.type = 'submit';
    this.element = node('form', 'words-form', this.error, this.field, go);
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.field.addEventListener('keydown', ({ key }) => key === 'Escape' && this.field.blur());
  }

  async #submit() {
    const { field, error } = this;
    const words = field.value.trim();
    if (!words) return;
    field.value = '';
    error.hidden = true;
    try {
      await this.send(words);
    } catch (refusal) {
      if (!field.value) field.value = words;
      error.hidden = false;
      setText(error, `${this.failed} ${explain(refusal)}`);
    }
  }
}
