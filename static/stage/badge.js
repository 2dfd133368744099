/**
 * The "AI" badge: tells viewers that nobody sits behind this face. The look may switch it off.
 */

import { gettext } from '../i18n.js';

/** The badge's element. */
export class Badge {
  /** @param {HTMLElement} root Gets the badge as its child. */
  constructor(root) {
    this.root = root;
    const label = document.createElement('span');
    label.textContent = gettext('AI');
    this.root.title = gettext('This character is an AI');
    this.root.replaceChildren(label);
    this.root.hidden = true;
  }

  /** @param {boolean} isOn */
  setOn(isOn) {
    this.root.hidden = !isOn;
  }
}
