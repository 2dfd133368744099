/**
 * The stage page: builds its parts, joins them, keeps the pictures coming.
 *
 * Options in the address's query (none is secret): `preview=1` never answers what was heard; `mute=1` plays without
 * sound; `debug=1` shows a status strip; `place=left|center|right` says where the character stands; `card=1` shows the
 * test card, with `tone=1` beeping; `rehearsal=1` is the admin's mini-stage, without a connection.
 */

import { Session } from '../session.js';
import { Player } from './audio.js';
import { Badge } from './badge.js';
import { TestCard } from './card.js';
import { Cast } from './cast.js';
import { Conductor } from './conductor.js';
import { createHooks } from './hooks.js';
import { Journal } from './journal.js';
import { applyLayout, placedBy } from './layout.js';
import { DebugStrip, Invitation } from './overlays.js';
import { Performer } from './performer.js';
import { Rehearsal } from './rehearsal.js';
import { Subtitles } from './subtitles.js';
import { Vigil } from './vigil.js';

/** Hidden pages get no pictures, but must go on answering. */
const HIDDEN_TICK_MS = 200;
const STRIP_EVERY_MS = 250;
const SLOWEST_PICTURE_S = 0.05;

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

  /** @returns {number} How long a picture takes to be on screen, in seconds: until the next one begins. */
  get intervalS() {
    const [first = 0] = this.#times;
    const last = this.#times.at(-1) ?? 0;
    return Math.min(SLOWEST_PICTURE_S, (last - first) / 1000 / Math.max(1, this.#times.length - 1));
  }
}

/** Everything on the page. */
class Stage {
  /** @type {import('./wire.js').StageLook | null} */ #look = null;
  #isMutedByServer = false;
  #hasSounded = false;
  #frames = new FrameCounter();
  #vigil = new Vigil();
  #stripAt = 0;

  /** @param {URLSearchParams} options */
  constructor(options) {
    this.options = options;
    this.isInObs = window.obsstudio !== undefined;
    this.journal = new Journal();
    this.player = new Player(new AudioContext({ latencyHint: 'interactive' }));
    this.subtitles = new Subtitles(element('subtitles'));
    this.badge = new Badge(element('badge'));
    this.cast = new Cast(element('figures'));
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
      isPreview: this.#is('preview'),
      effects: this.#effects(),
    });
    this.invitation = new Invitation(/** @type {HTMLButtonElement} */ (element('invitation')), () => this.player.resume());
    this.strip = this.#is('debug') ? new DebugStrip(element('debug')) : null;
    this.card = this.#is('card') ? new TestCard(element('card'), this.player, this.#is('tone')) : null;
    this.hooks = createHooks({ ...this, fps: () => this.#frames.count });
  }

  start() {
    this.player.onended = () => this.performer.tick();
    this.player.onstate = () => this.#noteAudio();
    this.player.resume();
    this.#noteAudio();
    window.addEventListener('hashchange', () => this.session.start());
    window.addEventListener('online', () => this.session.reconnect());
    window.addEventListener('resize', () => this.#resized());
    document.addEventListener('visibilitychange', () => this.player.resume());
    window.setInterval(() => this.#watch(), HIDDEN_TICK_MS);
    window.requestAnimationFrame((now) => this.#picture(now));
    if (!this.#is('rehearsal')) return this.session.start();
    this.rehearsal = new Rehearsal({ onLook: (look) => this.#show(look), performer: this.performer });
  }

  /** @param {string} option @returns {boolean} */
  #is(option) {
    return this.options.get(option) === '1';
  }

  /** @returns {import('./conductor.js').Effects} */
  #effects() {
    return {
      onLook: (look) => this.#show(placedBy(look, this.options.get('place') ?? '')),
      onLanguage: (language) => this.#setLanguage(language),
      onMuted: (isMuted) => {
        this.#isMutedByServer = isMuted;
        this.#setMuted();
      },
      onPrimary: () => this.#setMuted(),
      onHello: () => this.#tellReady(),
      onPing: (n) => {
        this.session.notePing();
        this.session.send({ type: 'pong', n, fps: this.#frames.count });
      },
      send: (message) => this.session.send(message),
      resync: () => this.session.reconnect(),
    };
  }

  /** Goes on in hidden pages, which get no pictures. */
  #watch() {
    this.performer.tick();
    const sleptS = this.#vigil.look(Date.now(), this.player.now());
    if (sleptS) {
      this.journal.note('page', 'slept', { seconds: Math.round(sleptS) });
      this.performer.stop();
      this.session.reconnect();
    }
    if (this.isInObs || this.#hasSounded) this.player.resume();
  }

  /** @param {number} now */
  #picture(now) {
    window.requestAnimationFrame((next) => this.#picture(next));
    this.#frames.note(now);
    this.performer.tick(this.#frames.intervalS);
    this.player.observe();
    this.cast.frame(now);
    this.card?.frame(now, this.#reading());
    if (this.strip && now - this.#stripAt > STRIP_EVERY_MS) {
      this.#stripAt = now;
      this.strip.update(this.hooks);
    }
  }

  /** @returns {import('./card.js').Reading} */
  #reading() {
    return {
      connection: this.session.state,
      isPrimary: this.conductor.isPrimary,
      isPreview: this.conductor.isPreview,
      stream: this.session.stream?.name ?? '',
      fps: this.#frames.count,
      dropped: this.performer.dropped,
    };
  }

  /** @param {import('./wire.js').StageLook} look */
  #show(look) {
    this.#look = look;
    applyLayout(element('stage'), look);
    this.cast.show(look);
    this.performer.setTroupe(this.cast);
    this.performer.queueMostS = look.audio.queue_s;
    this.player.setSound(look.audio);
    this.#setMuted();
    this.badge.setOn(look.badge);
    this.subtitles.setOn(look.subtitles);
    this.subtitles.setStyle(look.layout.subtitles);
    this.subtitles.fit();
    document.documentElement.classList.add('is-on-stage');
  }

  /** @param {string} language BCP 47 tag of what is said. */
  #setLanguage(language) {
    this.subtitles.setLanguage(language);
    this.performer.language = language;
  }

  /** The voice is off when the team, the address or the layout says so: of several pages one is heard. */
  #setMuted() {
    const { isPrimary, isPreview } = this.conductor;
    const isSecond = !isPrimary && !isPreview && this.#look?.audio.second_pages !== 'voiced';
    this.player.setMuted(this.#isMutedByServer || this.#is('mute') || (isSecond && !this.card));
  }

  #tellReady() {
    const audio = this.player.isRunning ? 'running' : 'suspended';
    const size = { width: window.innerWidth, height: window.innerHeight };
    if (this.session.send({ type: 'ready', audio, obs: this.isInObs, ...size })) this.journal.note('out', 'ready', { audio });
  }

  #resized() {
    this.subtitles.fit();
    this.#tellReady();
  }

  #noteAudio() {
    this.journal.note('page', 'audio.state', { state: this.player.context.state });
    this.#hasSounded ||= this.player.isRunning;
    const isHeldBack = !this.player.isRunning && !this.isInObs && !this.#is('mute');
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
