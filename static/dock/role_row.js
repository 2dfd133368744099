/**
 * One role of the scene as an element: who plays it, whether the team speaks for it, and the words to say then.
 */

import { fill, gettext } from '../i18n.js';
import { button, icon, node, setText } from './nodes.js';
import { WordsForm } from './words_form.js';

/** @typedef {import('./scene_state.js').Role} Role */

/** A row. Its button dispatches `vt-role` with the wish. */
export class RoleRow {
  /**
   * @param {Role} role
   * @param {boolean} mayAct
   * @param {(text: string, persona: string) => Promise<void>} say
   */
  constructor(role, mayAct, say) {
    this.role = role;
    this.mayAct = mayAct;
    this.name = node('strong', 'line-name');
    this.mark = node('span', 'chip', icon('hand'), gettext('You speak for it'));
    this.mark.dataset.tone = 'warn';
    this.player = node('p', 'row-text');
    this.hands = node('span', 'row-hands');
    this.form = new WordsForm({
      label: fill(gettext('Words for %(role)s'), { role: role.role }),
      placeholder: gettext('Its next line'),
      word: gettext('Say'),
      iconName: 'horn',
      failed: gettext('Not sent.'),
    }, (text) => say(text, this.role.persona));
    this.form.field.setAttribute('aria-keyshortcuts', 'W');
    this.form.field.title = gettext('Said word for word, in its voice (W)');
    this.element = node('li', 'row', node('div', 'row-head', this.name, this.mark), this.player, this.hands, this.form.element);
    this.element.tabIndex = -1;
    this.show(role);
  }

  /** @param {Role} role */
  show(role) {
    this.role = role;
    this.element.dataset.id = role.id;
    setText(this.name, role.role);
    setText(this.player, fill(gettext('played by %(name)s'), { name: role.character }));
    this.mark.hidden = !role.is_taken;
    this.form.element.hidden = !role.is_taken || !this.mayAct;
    if (!this.mayAct) return this.hands.replaceChildren();
    if (this.hands.dataset.taken === String(role.is_taken)) return undefined;
    const hadFocus = this.hands.contains(document.activeElement);
    this.hands.dataset.taken = String(role.is_taken);
    const hand = role.is_taken
      ? button('button hand', 'undo', gettext('Give back'), { key: 'V', title: gettext('The character speaks for itself again') })
      : button('button hand', 'hand', gettext('Speak for it'), { key: 'V', title: gettext('Its lines are left to you') });
    hand.addEventListener('click', () => this.turn());
    this.hands.replaceChildren(hand);
    if (hadFocus) hand.focus();
    return undefined;
  }

  /** Take it over, or give it back. */
  turn() {
    const detail = { role: this.role.id, isTaken: !this.role.is_taken };
    this.element.dispatchEvent(new CustomEvent('vt-role', { detail, bubbles: true }));
  }
}
