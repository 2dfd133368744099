/**
 * The card on the viewer panel: what the server told last, with what was pressed since on top of it.
 */

/**
 * @typedef {import('./viewer.js').ViewerPanel} ViewerPanel
 *
 * @typedef {object} Press
 * @property {string} id Whose card.
 * @property {Partial<import('./viewer.js').ViewerCard>} change
 */

/** A card whose presses show at once, whatever answers come in before theirs. */
export class ViewerState {
  /** @type {ViewerPanel | null} */ #told = null;
  /** @type {Press | null} */ #pressed = null;

  /** @returns {ViewerPanel | null} */
  get panel() {
    const [told, pressed] = [this.#told, this.#pressed];
    if (!told?.viewer || told.viewer.id !== pressed?.id) return told;
    return { ...told, viewer: { ...told.viewer, ...pressed.change } };
  }

  /** @param {ViewerPanel} panel */
  load(panel) {
    this.#told = panel;
  }

  /**
   * @param {Press['change']} change To the card shown.
   * @returns {Press | null} To be settled; null when no card is shown.
   */
  press(change) {
    const id = this.#told?.viewer?.id;
    this.#pressed = id === undefined ? null : { id, change };
    return this.#pressed;
  }

  /**
   * @param {Press} press
   * @param {ViewerPanel | null} answer What the server made of it; null when it was refused.
   * @returns {boolean} Whether nothing was pressed since: then the answer is the last word, else it is out of date.
   */
  settle(press, answer) {
    if (this.#pressed !== press) return false;
    this.#pressed = null;
    if (answer && this.#told?.viewer?.id === press.id) this.#told = answer;
    return true;
  }
}
