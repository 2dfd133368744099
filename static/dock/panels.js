/**
 * Joins the panels beside the show to the server: fetches what the shown one needs, does what is pressed in
 * it, shows it at once and takes it back when the server refuses.
 */

import { fill, gettext } from '../i18n.js';
import { RequestError } from '../session.js';
import { explain } from './actions.js';
import { Feed } from './feed.js';
import { SceneDesk } from './scene_desk.js';
import { NOTE_LINES } from './viewer.js';

const QUEUE_GAP_MS = 1_000;
const QUEUE_EVERY_MS = 15_000;
const HELD_GAP_MS = 300;
const HELD_EVERY_MS = 15_000;
const VIEWER_GAP_MS = 1_200;
const VIEWER_EVERY_MS = 30_000;
const HEALTH_GAP_MS = 3_000;
const HEALTH_EVERY_MS = 10_000;

/** @typedef {import('./queue_state.js').Hand} Hand */
/** @typedef {import('./routes.js').PanelName} PanelName */

/**
 * @typedef {object} Elements
 * @property {import('./queue.js').QueuePanel} queue
 * @property {import('./viewer.js').ViewerView} viewer
 * @property {import('./health.js').HealthView} health
 * @property {import('./held.js').HeldPanel} held
 * @property {import('./scene.js').SceneView} scene
 *
 * @typedef {object} Hands
 * @property {import('./actions.js').Actions} actions
 * @property {import('./toasts.js').Toasts} toasts
 * @property {(panel: PanelName) => void} open
 */

/** The panels beside the show. */
export class Panels {
  mayAct = true;
  /** @type {PanelName} */ #panel = 'show';
  /** @type {string | null} */ #chosen = null;
  /** @type {string | null} */ #speakingTurn = null;

  /**
   * @param {Elements} elements
   * @param {Hands} hands
   */
  constructor({ queue, viewer, health, held, scene }, { actions, toasts, open }) {
    this.queue = queue;
    this.held = held;
    this.viewer = viewer;
    this.health = health;
    this.actions = actions;
    this.toasts = toasts;
    this.open = open;
    this.scene = scene;
    this.desk = new SceneDesk(scene, { actions, toasts, refused: (title, error) => this.#refused(title, error) });
    let [asked, heldAsked] = [0, 0];
    this.feeds = {
      scene: new Feed(this.desk.feeding),
      held: new Feed({
        load: () => {
          heldAsked = held.state.mark();
          return actions.held();
        },
        show: (data) => held.load(data, heldAsked),
        failed: () => {},
        gapMs: HELD_GAP_MS,
        everyMs: HELD_EVERY_MS,
      }),
      queue: new Feed({
        load: () => {
          asked = queue.state.mark();
          return actions.queue();
        },
        show: (data) => queue.load(data, asked),
        failed: (error) => queue.fail(old(error)),
        gapMs: QUEUE_GAP_MS,
        everyMs: QUEUE_EVERY_MS,
      }),
      viewer: new Feed({
        load: () => actions.viewer(this.#chosen),
        show: (data) => viewer.show(data),
        failed: (error) => this.#viewerFailed(error),
        gapMs: VIEWER_GAP_MS,
        everyMs: VIEWER_EVERY_MS,
      }),
      health: new Feed({
        load: () => actions.health(),
        show: (data) => health.show(data),
        failed: (error) => health.fail(old(error)),
        gapMs: HEALTH_GAP_MS,
        everyMs: HEALTH_EVERY_MS,
      }),
    };
    this.#join();
  }

  #join() {
    const { queue, held, viewer, actions } = this;
    queue.hand = (hand, row) => void this.hand(hand, row.id);
    held.decide = (wish) => void this.#decide(wish);
    viewer.mute = (minutes) => void this.#muteViewer(minutes);
    viewer.unmute = () => void this.#unmuteViewer();
    viewer.follow = () => this.#follow(null);
    viewer.note = async (kind, text) => {
      const id = viewer.panel?.viewer?.id;
      if (kind === 'lines') {
        await actions.noteStream(text, NOTE_LINES);
        this.toasts.show(fill(gettext('Noted for the next %(n)s lines'), { n: NOTE_LINES }));
      } else if (id) {
        const panel = await actions.noteViewer(id, text, kind === 'never');
        if (viewer.panel?.viewer?.id === id) viewer.show(panel);
        this.toasts.show(gettext('Noted on the card'));
      }
    };
  }

  /** @param {PanelName} panel The one that is looked at. */
  show(panel) {
    this.#panel = panel;
    for (const name of /** @type {const} */ (['queue', 'viewer', 'health', 'scene'])) {
      if (name === panel) this.feeds[name].start();
      else this.feeds[name].stop();
    }
    for (const element of document.querySelectorAll('[role="tabpanel"]')) {
      if (element instanceof HTMLElement) element.hidden = element.id !== `panel-${panel}`;
    }
  }

  /** @param {boolean} mayAct */
  allow(mayAct) {
    this.mayAct = mayAct;
    this.queue.mayAct = mayAct;
    this.held.mayAct = mayAct;
    this.feeds.held.start();
    this.scene.mayAct = mayAct;
    this.scene.render();
    this.viewer.mayAct = mayAct;
    this.viewer.render();
  }

  /** Everything may be different: the connection is new, or something was missed. */
  changed() {
    for (const feed of Object.values(this.feeds)) feed.want();
  }

  /** @param {import('./store.js').Line} line */
  lineChanged(line) {
    this.queue.state.hear(line);
    this.queue.render();
    this.feeds.queue.want();
    if (this.held.state.hear(line)) {
      this.held.render();
      this.feeds.held.want();
    }
    if (line.status === 'taken' || line.viewer === this.viewer.panel?.viewer?.id) this.feeds.viewer.want();
    if (line.who !== 'character') return;
    this.feeds.health.want();
    this.feeds.scene.want();
  }

  /** @param {import('./store.js').StreamState} state */
  stateChanged(state) {
    this.feeds.queue.want();
    this.feeds.health.want();
    this.feeds.scene.want();
    if (state.speaking_turn === this.#speakingTurn) return;
    this.#speakingTurn = state.speaking_turn;
    this.feeds.viewer.want();
  }

  /** @param {string} viewerId */
  cardChanged(viewerId) {
    if (this.viewer.panel?.viewer?.id === viewerId) this.feeds.viewer.want();
  }

  /** @param {string} viewerId Somebody wants to see this one. */
  choose(viewerId) {
    this.#follow(viewerId);
    this.open('viewer');
  }

  /** @param {string | null} viewerId */
  #follow(viewerId) {
    this.#chosen = viewerId;
    this.viewer.isChosen = viewerId !== null;
    this.feeds.viewer.restart();
  }

  /**
   * @param {string} key A shortcut's.
   * @returns {boolean} Whether it meant something here.
   */
  key(key) {
    return this.held.key(key) || this.#panelKey(key);
  }

  /**
   * @param {string} key
   * @returns {boolean}
   */
  #panelKey(key) {
    const { queue, viewer } = this;
    if (this.#panel === 'queue') {
      if (key === 'j') return queue.move(1);
      if (key === 'k') return queue.move(-1);
      if (key === 'a') return queue.handChosen(['pin', 'unpin']);
      if (key === 'd') return queue.handChosen(['drop']);
      if (key === 'z') return queue.handChosen(['restore']);
    }
    if (this.#panel === 'scene') return this.scene.key(key);
    if (this.#panel !== 'viewer') return false;
    if (key === 'n') return viewer.focusNote();
    if (key !== 'x' || !viewer.panel?.viewer) return false;
    void (viewer.panel.viewer.is_muted ? this.#unmuteViewer() : this.#muteViewer(5));
    return true;
  }

  /**
   * Put a hand on an event: shown at once, taken back when it is refused.
   *
   * @param {Hand} hand
   * @param {string} eventId
   */
  async hand(hand, eventId) {
    const { state } = this.queue;
    state.press(eventId, hand);
    this.queue.render();
    const said = handWords(hand);
    const back = BACK[hand];
    this.toasts.show(said.done, back ? () => void this.hand(back, eventId) : null);
    try {
      await this.actions.hand(hand, eventId);
      state.settle(eventId, true);
    } catch (error) {
      state.settle(eventId, false);
      this.toasts.hide();
      this.#refused(said.failed, error);
    }
    this.queue.render();
    this.feeds.queue.want();
  }

  /**
   * Decide on a held line: gone at once, back when it is refused.
   *
   * @param {import('./held.js').Wish} wish
   */
  async #decide(wish) {
    const { state } = this.held;
    const isApproval = wish.decision === 'approve';
    state.press(wish.line.id, wish.decision);
    this.held.render();
    this.toasts.show(isApproval ? gettext('Approved: said next') : gettext('Rejected: nobody hears it'));
    try {
      await this.actions.decide(wish);
      state.settle(wish.line.id, true);
    } catch (error) {
      state.settle(wish.line.id, false);
      this.toasts.hide();
      this.#refused(isApproval ? gettext('Not approved.') : gettext('Not rejected.'), error);
    }
    this.held.render();
    this.feeds.held.want();
  }

  /** @param {number | null} minutes */
  async #muteViewer(minutes) {
    const until = minutes === null ? null : new Date(Date.now() + minutes * 60_000).toISOString();
    const press = this.#pressViewer({ is_muted: true, muted_until: until });
    if (!press) return;
    this.toasts.show(gettext('Muted: the character does not answer them'), () => void this.#unmuteViewer());
    await this.#settleViewer(press, this.actions.muteViewer(press.id, minutes), gettext('Not muted.'));
  }

  async #unmuteViewer() {
    const press = this.#pressViewer({ is_muted: false, muted_until: null });
    if (press) await this.#settleViewer(press, this.actions.unmuteViewer(press.id), gettext('Not unmuted.'));
  }

  /**
   * @param {import('./viewer_state.js').Press['change']} change
   * @returns {import('./viewer_state.js').Press | null}
   */
  #pressViewer(change) {
    const press = this.viewer.state.press(change);
    this.viewer.refresh();
    return press;
  }

  /**
   * @param {import('./viewer_state.js').Press} press
   * @param {Promise<import('./viewer.js').ViewerPanel>} asked
   * @param {string} failed
   */
  async #settleViewer(press, asked, failed) {
    const { state } = this.viewer;
    try {
      state.settle(press, await asked);
      this.viewer.fail('');
      this.viewer.render();
    } catch (error) {
      if (state.settle(press, null)) this.toasts.hide();
      this.viewer.refresh();
      this.#refused(failed, error);
    }
    this.feeds.viewer.want();
  }

  /** Says what was refused. @type {(title: string, body: string) => void} */
  flash = () => {};

  /**
   * @param {string} title
   * @param {unknown} error
   */
  #refused(title, error) {
    this.flash(title, explain(error));
  }

  /** @param {unknown} error */
  #viewerFailed(error) {
    if (error instanceof RequestError && error.status === 404 && this.#chosen) this.#follow(null);
    else this.viewer.fail(old(error));
  }
}

/** What takes a hand back. @type {Record<Hand, Hand | null>} */
const BACK = { pin: 'unpin', unpin: 'pin', drop: 'restore', restore: null };

/**
 * @param {Hand} hand
 * @returns {{done: string, failed: string}}
 */
function handWords(hand) {
  return {
    pin: { done: gettext('Answered next'), failed: gettext('Not put first.') },
    unpin: { done: gettext('Back in its place'), failed: gettext('Not put back.') },
    drop: { done: gettext('Dropped: nobody answers it'), failed: gettext('Not dropped.') },
    restore: { done: gettext('Back in the queue'), failed: gettext('Not put back.') },
  }[hand];
}

/**
 * @param {unknown} error
 * @returns {string} That what is shown may be old, and why.
 */
function old(error) {
  return `${gettext('What you see may be old.')} ${explain(error)}`;
}
