/**
 * The stage page: builds its parts, joins them, keeps the pictures coming.
 *
 * Options in the address's query (none is secret): `preview=1` never answers what was heard; `mute=1` plays without
 * sound; `debug=1` shows a status strip; `place=left|center|right` says where the character stands.
 */

import { Session } from '../session.js';
import { Player } from './audio.js';
import { createRenderer } from './avatar/renderer.js';
import { Badge } from './badge.js';
import { Conductor } from './conductor.js';
import { createHooks } from './hooks.js';
import { Journal } from './journal.js';
import { DebugStrip, Invitation } from './overlays.js';
import { Performer } from './performer.js';
import { Subtitles } from './subtitles.js';

/** Hidden pages get no pictures, but must go on answering. */
const HIDDEN_TICK_MS = 200;
const STRIP_EVERY_MS = 250;

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** Counts the pictures of the last second. */
class FrameCounter {
  /** @type {number[]} */ #times = [];

  /** @param {number} now */
  note(now) {
    this.#times.push(now);
    while (this.#times.length && Number(this.#times[0]) < now - 1000) this.#times.shift();
  }

  get count() {
    return this.#times.length;
  }
}

/** Everything on the page. */
class Stage {
  /** @type {import('./avatar/renderer.js').AvatarRenderer | null} */ #avatar = null;
  #avatarKind = '';
  #isMutedByServer = false;
  #frames = new FrameCounter();
  #stripAt = 0;

  /** @param {URLSearchParams} options */
  constructor(options) {
    this.options = options;
    this.isInObs = window.obsstudio !== undefined;
    this.journal = new Journal();
    this.player = new Player(new AudioContext({ latencyHint: 'interactive' }));
    this.subtitles = new Subtitles(element('subtitles'));
    this.badge = new Badge(element('badge'));
    this.performer = new Performer({
      player: this.player,
      caption: this.subtitles,
      answer: (message) => this.conductor.answer(/** @type {any} */ (message)),
    });
    this.session = new Session('stage', {
      onMessage: (data) => this.conductor.receive(data),
      onState: (state, retryInMs) => this.#noteConnection(state, retryInMs),
    });
    this.conductor = new Conductor({
      performer: this.performer,
      journal: this.journal,
      isPreview: options.get('preview') === '1',
      effects: this.#effects(),
    });
    this.invitation = new Invitation(/** @type {HTMLButtonElement} */ (element('invitation')), () => this.player.resume());
    this.strip = options.get('debug') === '1' ? new DebugStrip(element('debug')) : null;
    this.hooks = createHooks({ ...this, fps: () => this.#frames.count });
  }

  start() {
    document.documentElement.dataset.place = this.options.get('place') ?? '';
    this.player.onended = () => this.performer.tick();
    this.player.onstate = () => this.#noteAudio();
    this.player.resume();
    this.#noteAudio();
    window.addEventListener('hashchange', () => this.session.start());
    window.addEventListener('online', () => this.session.reconnect());
    document.addEventListener('visibilitychange', () => this.player.resume());
    window.setInterval(() => this.performer.tick(), HIDDEN_TICK_MS);
    window.requestAnimationFrame((now) => this.#picture(now));
    this.session.start();
  }

  /** @returns {import('./conductor.js').Effects} */
  #effects() {
    return {
      onLook: (look) => this.#show(look),
      onLanguage: (language) => this.subtitles.setLanguage(language),
      onMuted: (isMuted) => this.#setMuted(isMuted),
      onHello: () => this.#tellReady(),
      onPing: () => this.session.notePing(),
      send: (message) => this.session.send(message),
      resync: () => this.session.reconnect(),
    };
  }

  /** @param {number} now */
  #picture(now) {
    window.requestAnimationFrame((next) => this.#picture(next));
    this.#frames.note(now);
    this.performer.tick();
    this.player.observe();
    this.#avatar?.frame(now);
    if (this.strip && now - this.#stripAt > STRIP_EVERY_MS) {
      this.#stripAt = now;
      this.strip.update(this.hooks);
    }
  }

  /** @param {import('./wire.js').Look} look */
  #show(look) {
    if (!this.#avatar || this.#avatarKind !== look.avatar.kind) {
      this.#avatar?.unmount();
      this.#avatar = createRenderer(look.avatar.kind);
      this.#avatarKind = look.avatar.kind;
    }
    this.#avatar.mount(element('avatar'), look);
    this.performer.setFace(this.#avatar);
    this.badge.setOn(look.badge);
    this.subtitles.setOn(look.subtitles);
    this.subtitles.setName(look.character);
    document.documentElement.classList.add('is-on-stage');
  }

  /** @param {boolean} isMuted */
  #setMuted(isMuted) {
    this.#isMutedByServer = isMuted;
    this.player.setMuted(this.#isMutedByServer || this.options.get('mute') === '1');
  }

  #tellReady() {
    const audio = this.player.isRunning ? 'running' : 'suspended';
    if (this.session.send({ type: 'ready', audio })) this.journal.note('out', 'ready', { audio });
  }

  #noteAudio() {
    this.journal.note('page', 'audio.state', { state: this.player.context.state });
    const isHeldBack = !this.player.isRunning && !this.isInObs && this.options.get('mute') !== '1';
    this.invitation.setOn(isHeldBack && this.session.state === 'open');
    this.#tellReady();
  }

  /**
   * @param {import('../session.js').SessionState} state
   * @param {number} retryInMs
   */
  #noteConnection(state, retryInMs) {
    this.journal.note('page', 'connection', { state, retryInMs });
    if (state === 'open') this.#noteAudio();
    const isTrouble = state === 'waiting' || state === 'refused' || state === 'no_token' || state === 'wrong_page';
    // eslint-disable-next-line no-console -- the only sign of a lost connection: viewers must not see one
    if (isTrouble) console.info(`vtcontrol stage: ${state}${retryInMs ? `, next try in ${retryInMs} ms` : ''}`);
  }
}

const stage = new Stage(new URLSearchParams(window.location.search));
Object.defineProperty(window, 'vtcontrol', { value: stage.hooks, enumerable: true });
stage.start();
