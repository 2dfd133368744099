/**
 * <vt-scene>: the role-play that is played: started, paused, moved on and ended; its roles, taken over and given back;
 * its narration. Without one, those that could be started.
 */

import { fill, gettext } from '../i18n.js';
import { button, icon, node, setText, showTrouble } from './nodes.js';
import { RoleRow } from './role_row.js';
import { SceneState } from './scene_state.js';
import { WordsForm } from './words_form.js';

/** @typedef {import('./scene_state.js').Scene} Scene */
/** @typedef {import('./scene_state.js').SceneAction} SceneAction */
/** @typedef {import('./scene_state.js').Wish} Wish */

/** @returns {Record<SceneAction, {word: string, icon: string, key: string, title: string}>} */
function actionSigns() {
  return {
    start: { word: gettext('Start scene'), icon: 'skip', key: 'G', title: gettext('Bring everybody with a part on stage and begin') },
    next: { word: gettext('Next line'), icon: 'arrow', key: 'N', title: gettext('Whoever’s turn it is speaks now') },
    pause: { word: gettext('Pause scene'), icon: 'clock', key: 'B', title: gettext('The characters are themselves until it goes on') },
    resume: { word: gettext('Go on'), icon: 'skip', key: 'B', title: gettext('Go on with the scene') },
    end: { word: gettext('End scene'), icon: 'stop', key: 'F', title: gettext('End the scene and give all roles back') },
  };
}

/** @returns {Record<Scene['state'], {word: string, icon: string, tone: string}>} */
function stateSigns() {
  return {
    planned: { word: gettext('Planned'), icon: 'note', tone: 'quiet' },
    running: { word: gettext('Running'), icon: 'live', tone: 'good' },
    paused: { word: gettext('Paused'), icon: 'clock', tone: 'warn' },
    ended: { word: gettext('Over'), icon: 'check', tone: 'quiet' },
  };
}

/**
 * @param {Scene} scene
 * @returns {string} What brings its next line.
 */
function paceOf({ advance, lines_said: said, lines_most: most }) {
  if (advance === 'auto') return fill(gettext('%(said)s of %(most)s lines by itself'), { said, most });
  return advance === 'viewers' ? gettext('Goes on by what viewers write') : gettext('Goes on by your hand');
}

/** @param {Scene} scene @returns {string} How viewers get the narration. */
function tellerOf({ narrated_by: teller }) {
  return {
    character: gettext('The narrator says it aloud'),
    voice: gettext('A voice says it aloud'),
    subtitles: gettext('Shown as subtitles'),
  }[teller];
}

/** The panel. Give it `act`, `say` and `narrate`. */
export class SceneView extends HTMLElement {
  state = new SceneState();
  mayAct = true;
  /** Does it; shows what was refused. @type {(wish: Wish) => void} */
  act = () => {};
  /**
   * Has a role's character say words; rejects when it was refused.
   *
   * @type {(text: string, persona: string) => Promise<void>}
   */
  say = async () => {};
  /** Tells what happens; rejects when it was refused. @type {(text: string) => Promise<void>} */
  narrate = async () => {};
  /** @type {Map<string, RoleRow>} */ #rows = new Map();
  #shown = '';

  connectedCallback() {
    if (this.firstChild) return;
    this.trouble = node('p', 'trouble');
    this.trouble.setAttribute('role', 'alert');
    this.trouble.hidden = true;
    this.head = node('section', 'scene-head');
    this.roles = node('ol', 'rows');
    this.roles.setAttribute('aria-label', gettext('Roles'));
    this.planned = node('section', 'half scene-planned');
    this.told = node('p', 'scene-told');
    this.told.dir = 'auto';
    this.teller = node('p', 'soft');
    this.narration = new WordsForm({
      label: gettext('What happens now'),
      placeholder: gettext('What happens now'),
      word: gettext('Tell it'),
      iconName: 'note',
      failed: gettext('Not told.'),
    }, (text) => this.narrate(text));
    this.narration.field.setAttribute('aria-keyshortcuts', 'H');
    this.narration.field.title = gettext('Every role and the viewers get to know it (H)');
    this.foot = node('section', 'scene-narration', this.told, this.teller, this.narration.element);
    this.append(node('div', 'scroller', this.trouble, this.head, this.roles, this.planned), this.foot);
    this.addEventListener('vt-role', (event) => this.act(/** @type {CustomEvent<Wish>} */ (event).detail));
    this.render();
  }

  /** @param {string} words What you see may be old, and why; "" when it is not. */
  fail(words) {
    showTrouble(this.trouble, words);
  }

  render() {
    const view = this.state.view();
    if (!this.foot || !view) return;
    const { scene, planned } = view;
    this.foot.hidden = !scene;
    this.#showRoles(scene?.roles ?? []);
    if (scene) this.#showNarration(scene);
    const shown = JSON.stringify([scene && { ...scene, roles: [], narration: '' }, scene ? [] : planned, this.mayAct]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#keepFocus(() => {
      this.head?.replaceChildren(...(scene ? this.#headOf(scene) : []));
      this.planned?.replaceChildren(...(scene ? [] : this.#plans(planned)));
    });
  }

  /** @param {() => void} rebuild Puts new buttons in; the focus stays on the same one, or goes to the first. */
  #keepFocus(rebuild) {
    const focused = document.activeElement;
    const action = focused instanceof HTMLElement && this.contains(focused) ? focused.dataset.action : undefined;
    rebuild();
    if (action === undefined) return;
    const buttons = this.#buttons();
    (buttons.find(({ dataset }) => dataset.action === action) ?? buttons[0])?.focus();
  }

  /** @returns {HTMLButtonElement[]} Those of the scene as a whole. */
  #buttons() {
    return [...this.querySelectorAll('button')].filter(({ dataset }) => dataset.action !== undefined);
  }

  /**
   * @param {Scene} scene
   * @returns {Node[]}
   */
  #headOf(scene) {
    /** @type {SceneAction[]} */
    const actions = scene.state === 'running' ? ['next', 'pause', 'end'] : ['resume', 'end'];
    const hands = node('div', 'scene-hands', ...(this.mayAct ? actions.map((action) => this.#button(action, scene)) : []));
    return [
      node('div', 'scene-title', node('h2', '', scene.name), chipOf(scene)),
      node('p', 'counts', paceOf(scene)),
      hands,
    ];
  }

  /**
   * @param {Scene[]} planned
   * @returns {Node[]}
   */
  #plans(planned) {
    if (!planned.length) {
      return [node('div', 'empty', icon('mask'), node('strong', '', gettext('No role-play yet')),
        node('p', '', gettext('Scenes that your characters play stand here. Write one in the admin under Role-plays: the scene, and at least two roles.')))];
    }
    return [
      node('div', 'half-head', node('h2', '', gettext('Role-plays'))),
      node('ol', 'rows', ...planned.map((scene) => this.#plan(scene))),
    ];
  }

  /**
   * @param {Scene} scene
   * @returns {HTMLElement}
   */
  #plan(scene) {
    const parts = scene.roles.map(({ role, character }) => `${role}: ${character}`).join(' · ');
    const row = node('li', 'row', node('div', 'row-head', node('strong', 'line-name', scene.name), chipOf(scene)),
      node('p', 'row-text', parts || gettext('Nobody has a part yet.')));
    if (this.mayAct) row.append(node('span', 'row-hands', this.#button('start', scene)));
    row.tabIndex = -1;
    return row;
  }

  /**
   * @param {SceneAction} action
   * @param {Scene} scene
   * @returns {HTMLButtonElement}
   */
  #button(action, scene) {
    const { word, icon: iconName, key, title } = actionSigns()[action];
    const made = button(action === 'start' ? 'button hand' : 'button', iconName, word, { key, title });
    made.dataset.action = action;
    made.addEventListener('click', () => this.act({ action, scene: scene.id }));
    return made;
  }

  /** @param {import('./scene_state.js').Role[]} roles */
  #showRoles(roles) {
    const wanted = new Set(roles.map(({ id }) => id));
    for (const [id, row] of this.#rows) {
      if (wanted.has(id)) continue;
      row.element.remove();
      this.#rows.delete(id);
    }
    for (const role of roles) {
      let row = this.#rows.get(role.id);
      if (!row) {
        row = new RoleRow(role, this.mayAct, (text, persona) => this.say(text, persona));
        this.#rows.set(role.id, row);
        this.roles?.append(row.element);
      }
      row.mayAct = this.mayAct;
      row.show(role);
    }
  }

  /** @param {Scene} scene */
  #showNarration(scene) {
    if (!this.told || !this.teller || !this.narration) return;
    this.told.hidden = !scene.narration;
    setText(this.told, scene.narration);
    setText(this.teller, tellerOf(scene));
    this.narration.element.hidden = !this.mayAct;
  }

  /**
   * @param {string} key A shortcut's.
   * @returns {boolean} Whether it meant something here.
   */
  key(key) {
    if (key === 'j' || key === 'k') return this.#move(key === 'j' ? 1 : -1);
    if (!this.mayAct) return false;
    const signs = actionSigns();
    const keyOf = (/** @type {HTMLElement} */ { dataset }) => signs[/** @type {SceneAction} */ (dataset.action)].key;
    const hand = this.#buttons().find((one) => keyOf(one).toLowerCase() === key);
    const row = hand && this.contains(document.activeElement) ? document.activeElement?.closest('li') : null;
    if (hand) (this.#buttons().find((one) => row?.contains(one)) ?? hand).click();
    else if (key === 'h' && !this.foot?.hidden) this.narration?.field.focus();
    else return this.#roleKey(key);
    return true;
  }

  /**
   * @param {string} key
   * @returns {boolean}
   */
  #roleKey(key) {
    const row = this.#chosen();
    if (key === 'v' && row) row.turn();
    else if (key === 'w' && row && !row.form.element.hidden) row.form.field.focus();
    else return false;
    return true;
  }

  /** @returns {RoleRow | undefined} The role with the focus; else the first that is taken; else the first. */
  #chosen() {
    const rows = [...this.#rows.values()];
    return rows.find(({ element }) => element.contains(document.activeElement))
      ?? rows.find(({ role }) => role.is_taken) ?? rows[0];
  }

  /**
   * @param {number} step
   * @returns {boolean}
   */
  #move(step) {
    const rows = [...this.querySelectorAll('li.row')];
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const next = rows[Math.max(0, Math.min(rows.length - 1, at + step))];
    if (!(next instanceof HTMLElement)) return false;
    next.focus();
    return true;
  }
}

/**
 * @param {Scene} scene
 * @returns {HTMLElement}
 */
function chipOf({ state }) {
  const { word, icon: iconName, tone } = stateSigns()[state];
  const chip = node('span', 'chip', icon(iconName), word);
  chip.dataset.tone = tone;
  return chip;
}
