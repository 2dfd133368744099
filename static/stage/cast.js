/**
 * Who stands on the stage: a figure for each character of the look, in its place, with its own face.
 *
 * Owns the figures' elements and renderers. Must not know turns, audio or sockets.
 */

import { createRenderer } from './avatar/renderer.js';
import { NO_FACE } from './performer.js';

/** Width of a figure's box for its height: the puppet's own shape. */
const SHAPE = 1 / 1.16;

/** Key of a speaker that has no figure. */
const NARRATOR = 'narrator';

/**
 * @typedef {import('./look.js').StageLook} Look
 * @typedef {import('./look.js').Character} Character
 * @typedef {import('./avatar/renderer.js').AvatarRenderer} AvatarRenderer
 *
 * @typedef {object} Figure
 * @property {HTMLElement} root
 * @property {string} kind
 * @property {AvatarRenderer} renderer
 */

/** The figures by the characters' keys. */
export class Cast {
  /** @type {Map<string, Figure>} */ #figures = new Map();
  /** @type {Map<string, string>} */ #names = new Map();
  #first = '';

  /**
   * @param {HTMLElement} root Gets a figure for each character.
   * @param {(kind: string) => AvatarRenderer} [create]
   */
  constructor(root, create = createRenderer) {
    this.root = root;
    this.create = create;
  }

  /** @returns {string[]} Keys of the characters on stage, the first speaker first. */
  get keys() {
    return [...this.#figures.keys()];
  }

  /** @param {Look} look Bring in, move, redress and take away. */
  show(look) {
    const wanted = new Set(look.characters.map(({ key }) => key));
    for (const [key, figure] of this.#figures) if (!wanted.has(key)) this.#leave(key, figure);
    for (const character of look.characters) this.#enter(character, look);
    this.#first = look.characters[0]?.key ?? '';
    this.#names = new Map(look.characters.map(({ key, name }) => [key, name]));
  }

  /**
   * @param {string | null} key As `say.start` names it; null is the first.
   * @returns {import('./performer.js').Face} Its face; the first's when nobody of that name stands here; a narrator has
   *   none.
   */
  face(key) {
    if (key === NARRATOR) return NO_FACE;
    const figure = this.#figures.get(key ?? this.#first) ?? this.#figures.get(this.#first);
    return figure?.renderer ?? NO_FACE;
  }

  /**
   * @param {string | null} key As in `face`.
   * @returns {string} Its name; a narrator's comes with its words.
   */
  nameOf(key) {
    if (key === NARRATOR) return '';
    return this.#names.get(key ?? this.#first) ?? this.#names.get(this.#first) ?? '';
  }

  /** @param {number} now Draw one picture of everybody. */
  frame(now) {
    for (const { renderer } of this.#figures.values()) renderer.frame(now);
  }

  /**
   * @param {Character} character
   * @param {Look} look
   */
  #enter(character, look) {
    const { key, avatar, name } = character;
    let figure = this.#figures.get(key);
    if (figure && figure.kind !== avatar.kind) {
      this.#leave(key, figure);
      figure = undefined;
    }
    if (!figure) {
      const root = document.createElement('div');
      root.className = 'avatar';
      root.dataset.character = key;
      this.root.append(root);
      figure = { root, kind: avatar.kind, renderer: this.create(avatar.kind) };
      this.#figures.set(key, figure);
    }
    place(figure.root, character.place);
    figure.renderer.mount(figure.root, { ...look, avatar, character: name });
  }

  /**
   * @param {string} key
   * @param {Figure} figure
   */
  #leave(key, figure) {
    figure.renderer.unmount();
    figure.root.remove();
    this.#figures.delete(key);
  }
}

/**
 * @param {HTMLElement} root
 * @param {import('./look.js').Place} at
 */
function place(root, { x, y, height, mirrored }) {
  root.style.setProperty('--x', `${x}%`);
  root.style.setProperty('--y', `${y}%`);
  root.style.setProperty('--height', `${height}vh`);
  root.style.setProperty('--width', `${height * SHAPE}vh`);
  root.classList.toggle('is-mirrored', mirrored);
}
