/**
 * What the dock knows of the scene: the server's last word, and what was pressed here since. Pure.
 */

import { Presses } from './presses.js';

/**
 * @typedef {object} Role
 * @property {string} id
 * @property {string} role
 * @property {string} persona Who plays it.
 * @property {string} character Its name.
 * @property {boolean} is_taken The team speaks for it.
 *
 * @typedef {object} Scene A role-play as `GET …/cast` tells it.
 * @property {string} id
 * @property {string} name
 * @property {'planned' | 'running' | 'paused' | 'ended'} state
 * @property {'viewers' | 'operator' | 'auto'} advance
 * @property {number} lines_said
 * @property {number} lines_most
 * @property {string} narration
 * @property {'character' | 'voice' | 'subtitles'} narrated_by
 * @property {Role[]} roles
 *
 * @typedef {object} CastOnStage
 * @property {{id: string, name: string}[]} characters
 * @property {Scene | null} scene The one that is running or paused.
 * @property {Scene[]} planned Those that could be started.
 *
 * @typedef {'start' | 'pause' | 'resume' | 'end' | 'next'} SceneAction
 * @typedef {{action: SceneAction, scene: string}} SceneWish
 * @typedef {{role: string, isTaken: boolean}} RoleWish
 * @typedef {SceneWish | RoleWish} Wish
 */

/** The scene as it is shown. */
export class SceneState {
  /** @type {CastOnStage | null} */ #cast = null;
  /** @type {Presses<number, Wish>} */ #presses = new Presses();

  /** @returns {number} A mark of now; take one before asking the server. */
  mark() {
    return this.#presses.mark();
  }

  /**
   * @param {CastOnStage} cast
   * @param {number} asked The mark that was taken before it was asked for.
   */
  load(cast, asked) {
    this.#cast = cast;
    this.#presses.forget(asked);
  }

  /**
   * @param {Wish} wish
   * @returns {number} What it is settled by.
   */
  press(wish) {
    const id = this.mark();
    this.#presses.press(id, wish);
    return id;
  }

  /**
   * @param {number} id
   * @param {boolean} isDone Whether the server took it; if not everything is shown as it was.
   */
  settle(id, isDone) {
    this.#presses.settle(id, isDone);
  }

  /** @returns {CastOnStage | null} What is shown; null before the server said anything. */
  view() {
    if (!this.#cast) return null;
    return this.#presses.all.reduce((cast, [, wish]) => after(cast, wish), this.#cast);
  }
}

/**
 * @param {CastOnStage} cast
 * @param {Wish} wish
 * @returns {CastOnStage} The cast as it will be once the wish is done.
 */
function after(cast, wish) {
  const { scene } = cast;
  if ('role' in wish) {
    const roles = scene?.roles.map((role) => (role.id === wish.role ? { ...role, is_taken: wish.isTaken } : role));
    return scene && roles ? { ...cast, scene: { ...scene, roles } } : cast;
  }
  if (wish.action === 'start') return started(cast, wish.scene);
  if (scene?.id !== wish.scene || wish.action === 'next') return cast;
  if (wish.action === 'end') return { ...cast, scene: null, planned: [{ ...given(scene), state: 'ended' }, ...cast.planned] };
  return { ...cast, scene: { ...scene, state: wish.action === 'pause' ? 'paused' : 'running' } };
}

/**
 * @param {CastOnStage} cast
 * @param {string} id
 * @returns {CastOnStage}
 */
function started(cast, id) {
  const found = cast.scene ? undefined : cast.planned.find((one) => one.id === id);
  if (!found) return cast;
  const planned = cast.planned.filter((one) => one !== found);
  return { ...cast, scene: { ...given(found), state: 'running', lines_said: 0 }, planned };
}

/**
 * @param {Scene} scene
 * @returns {Scene} The scene with all roles given back.
 */
function given(scene) {
  return { ...scene, roles: scene.roles.map((role) => ({ ...role, is_taken: false })) };
}
