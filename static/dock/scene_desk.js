/**
 * Joins the scene panel to the server: fetches it while it is looked at, does what is pressed in it, shows it at once
 * and takes it back when the server refuses.
 */

import { gettext } from '../i18n.js';

const GAP_MS = 500;
const EVERY_MS = 8_000;

/** @typedef {import('./scene_state.js').Wish} Wish */

/** The scene panel's way to the server. */
export class SceneDesk {
  #asked = 0;

  /**
   * @param {import('./scene.js').SceneView} view
   * @param {object} hands
   * @param {import('./actions.js').Actions} hands.actions
   * @param {import('./toasts.js').Toasts} hands.toasts
   * @param {(title: string, error: unknown) => void} hands.refused Says what was refused.
   */
  constructor(view, { actions, toasts, refused }) {
    this.view = view;
    this.actions = actions;
    this.toasts = toasts;
    this.refused = refused;
    view.act = (wish) => void this.#act(wish);
    view.say = (text, persona) => actions.direct(text, persona);
    view.narrate = async (text) => this.#load(await actions.narrate(text), view.state.mark());
  }

  /** @returns {import('./feed.js').FeedOptions<import('./scene_state.js').CastOnStage>} How the panel is fed. */
  get feeding() {
    return {
      load: () => {
        this.#asked = this.view.state.mark();
        return this.actions.cast();
      },
      show: (cast) => this.#load(cast, this.#asked),
      failed: () => this.view.fail(gettext('What you see may be old.')),
      gapMs: GAP_MS,
      everyMs: EVERY_MS,
    };
  }

  /**
   * @param {import('./scene_state.js').CastOnStage} cast
   * @param {number} asked
   */
  #load(cast, asked) {
    this.view.fail('');
    this.view.state.load(cast, asked);
    this.view.render();
  }

  /** @param {Wish} wish */
  async #act(wish) {
    const { state } = this.view;
    const press = state.press(wish);
    this.view.render();
    const { done, failed } = wordsOf(wish);
    this.toasts.show(done);
    try {
      const cast = await ('role' in wish ? this.actions.takeRole(wish.role, wish.isTaken) : this.actions.playScene(wish));
      state.settle(press, true);
      this.#load(cast, state.mark());
    } catch (error) {
      state.settle(press, false);
      this.toasts.hide();
      this.view.render();
      this.refused(failed, error);
    }
  }
}

/**
 * @param {Wish} wish
 * @returns {{done: string, failed: string}}
 */
function wordsOf(wish) {
  if ('role' in wish) {
    return wish.isTaken
      ? { done: gettext('You speak for it now'), failed: gettext('Not taken over.') }
      : { done: gettext('It speaks for itself again'), failed: gettext('Not given back.') };
  }
  return {
    start: { done: gettext('The scene has begun'), failed: gettext('Not started.') },
    next: { done: gettext('The next line is due'), failed: gettext('No next line.') },
    pause: { done: gettext('The scene is paused'), failed: gettext('Not paused.') },
    resume: { done: gettext('The scene goes on'), failed: gettext('It does not go on.') },
    end: { done: gettext('The scene is over'), failed: gettext('Not ended.') },
  }[wish.action];
}
