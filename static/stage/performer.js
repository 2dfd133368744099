/**
 * Plays the turn: a queue of segments, each with a voice, mouth shapes, a subtitle, an emotion and perhaps a motion.
 *
 * Owns what is said now and next and by whom, and tells the server what was started and heard. Gets only messages the
 * gate let pass. Must not know sockets, pixels or samples: those are the gate's, the avatar's and the player's.
 */

import { CLOSED } from './lipsync.js';
import { Segment } from './segment.js';

/** The face goes back to calm this long after the last word. */
const CALM_AFTER_S = 3.5;

/**
 * @typedef {import('./wire.js').SayStart} SayStart
 * @typedef {import('./wire.js').AudioFrame} AudioFrame
 *
 * @typedef {object} Face What the performer asks of an avatar.
 * @property {(name: string, intensity: number) => void} setEmotion
 * @property {(weights: Record<string, number>) => void} setViseme
 * @property {(motion: string) => void} play
 *
 * @typedef {object} Troupe The characters on stage; null is the first.
 * @property {(character: string | null) => Face} face
 * @property {(character: string | null) => string} nameOf
 *
 * @typedef {object} Caption What it asks of subtitles.
 * @property {(name: string) => void} setName
 * @property {(text: string) => void} show
 * @property {(share: number) => void} reveal
 * @property {() => void} fade
 * @property {() => void} clear
 */

/** @type {Face} An avatar that is not there yet. */
export const NO_FACE = { setEmotion: () => {}, setViseme: () => {}, play: () => {} };

/** The queue of segments on the player's clock. Call `tick` often: each picture, and whenever a chunk has sounded. */
export class Performer {
  /** @type {Segment[]} */ #queue = [];
  /** @type {number | null} */ #calmAt = null;
  /** Who spoke last. @type {string | null} */ #speaker = null;
  /** Seconds of voice that may wait. */ queueMostS = 300;
  /** Segments that were cut because too much waited. */ dropped = 0;
  /** BCP 47 tag of what is said. */ language = 'en';

  /**
   * @param {object} parts
   * @param {import('./audio.js').Player} parts.player
   * @param {Caption} parts.caption
   * @param {(message: object) => void} parts.answer Sends `started` and `heard`; the page decides whether they leave
   *   it.
   */
  constructor({ player, caption, answer }) {
    this.player = player;
    this.caption = caption;
    this.answer = answer;
    /** @type {Troupe} */
    this.troupe = { face: () => NO_FACE, nameOf: () => '' };
    /** Current mouth of the speaker. @type {import('./lipsync.js').Mouth} */
    this.mouth = CLOSED;
    this.emotion = { name: 'neutral', intensity: 1 };
  }

  /** @returns {boolean} Whether anything is being said or waits to be. */
  get isBusy() {
    return this.#queue.length > 0;
  }

  /** @returns {string | null} Who speaks, or spoke last; null is the first character. */
  get speaker() {
    return this.#speaker;
  }

  /** @returns {{turn: string, seg: number, ms: number} | null} What is heard at this moment, and how far it has got. */
  get position() {
    const now = this.player.audibleNow();
    const current = this.#queue[0];
    if (!current?.track?.isSoundingAt(now)) return null;
    return { turn: current.start.turn, seg: current.start.seg, ms: current.playedMs(now) };
  }

  /** @param {Troupe} troupe The speaker among them shows the current emotion from now on. */
  setTroupe(troupe) {
    this.troupe = troupe;
    const face = troupe.face(this.#speaker);
    face.setEmotion(this.emotion.name, this.emotion.intensity);
    face.setViseme(this.mouth);
    this.caption.setName(this.#queue[0]?.start.name ?? troupe.nameOf(this.#speaker));
  }

  /** @param {SayStart} start */
  sayStart(start) {
    for (const segment of this.#queue) {
      if (segment.start.turn !== start.turn) segment.isSealed ||= segment.isVoiced;
    }
    this.#queue = this.#queue.filter((segment) => segment.start.turn === start.turn || segment.isSealed);
    this.#queue.push(new Segment(start, this.language));
  }

  /** @param {{turn: string, seg: number, cues: import('./wire.js').Cue[]}} message */
  sayVisemes({ turn, seg, cues }) {
    this.#find(turn, seg)?.addCues(cues);
  }

  /** @param {AudioFrame} frame */
  sayAudio(frame) {
    const segment = this.#find(frame.turn, frame.seg);
    if (!segment || segment.isSealed) return;
    if (this.waitingSeconds() + frame.pcm.length / frame.sampleRate > this.queueMostS) return this.#drop(segment);
    segment.take(frame);
    this.#feed();
  }

  /** @param {{turn: string, seg: number, audio_ms: number}} message */
  sayEnd({ turn, seg, audio_ms: audioMs }) {
    const segment = this.#find(turn, seg);
    if (!segment) return;
    segment.isSealed = true;
    if (audioMs > 0 && !segment.isVoiced) this.#giveUp(segment);
    this.#feed();
  }

  /** @param {string} turn Nothing more of it comes. */
  turnEnd(turn) {
    for (const segment of this.#queue) {
      if (segment.start.turn === turn) segment.isSealed = true;
    }
    this.#feed();
  }

  /** Silence now. Forgets everything queued; what was started is answered with how far it got. */
  stop() {
    const now = this.player.audibleNow();
    const forgotten = this.#queue;
    this.#queue = [];
    this.player.cut();
    this.#setMouth(CLOSED);
    this.caption.clear();
    for (const segment of forgotten) {
      if (segment.isTold || segment.isShown) this.#tellHeard(segment, now);
    }
    if (forgotten.length) this.#calmAt = now + 0.4;
  }

  /**
   * @param {string} turn
   * @returns {boolean} Whether anything of it is being said or waits to be.
   */
  holds(turn) {
    return this.#queue.some((segment) => segment.start.turn === turn);
  }

  /** @returns {number} Seconds of voice that have not sounded yet. */
  waitingSeconds() {
    return this.#queue.reduce((sum, segment) => sum + segment.waitingS, this.player.aheadSeconds());
  }

  /**
   * Bring stage and answers up to the player's clock.
   *
   * @param {number} [pictureS] Until what is drawn now is on screen: the mouth is that of then, in seconds.
   */
  tick(pictureS = 0) {
    const now = this.player.audibleNow();
    this.#feed();
    for (let first = this.#queue[0]; first?.isOver(now); first = this.#queue[0]) {
      this.#show(first, now);
      this.#queue.shift();
      this.#tellHeard(first, now);
      if (!this.#queue.length) this.#rest(now);
      this.#feed();
    }
    const current = this.#queue[0];
    if (current?.hasBegun(now)) {
      this.#show(current, now);
      this.caption.reveal(current.shareSaid(now));
    }
    this.#setMouth(current?.mouthAt(now + pictureS, () => this.player.rms()) ?? CLOSED);
    if (this.#calmAt !== null && now >= this.#calmAt) {
      this.#calmAt = null;
      this.#setEmotion('neutral', 1);
    }
  }

  /** Hand chunks to the player, up to and with the first segment that is not all there yet. */
  #feed() {
    const now = this.player.now();
    for (const segment of this.#queue) {
      segment.feed(this.player);
      this.#tellStarted(segment);
      if (!segment.isFed) return;
      if (!segment.track && !(segment === this.#queue[0] && segment.isRead(now))) return;
    }
  }

  /**
   * @param {Segment} segment
   * @param {number} now
   */
  #show(segment, now) {
    if (segment.isShown) return;
    segment.isShown = true;
    segment.lostBefore = this.player.lostSeconds();
    const { text, emotion, intensity, motion, character, name } = segment.start;
    this.#calmAt = null;
    this.#passOn(character ?? null);
    this.#setEmotion(emotion, intensity);
    if (motion) this.troupe.face(this.#speaker).play(motion);
    this.caption.setName(name ?? this.troupe.nameOf(this.#speaker));
    this.caption.show(text);
    this.caption.reveal(segment.shareSaid(now));
  }

  /** @param {string | null} character Speaks now; whoever spoke before falls silent and calm. */
  #passOn(character) {
    const before = this.troupe.face(this.#speaker);
    this.#speaker = character;
    if (this.troupe.face(character) === before) return;
    before.setViseme(CLOSED);
    before.setEmotion('neutral', 1);
  }

  /** @param {number} now Nothing is left to say. */
  #rest(now) {
    this.caption.reveal(1);
    this.caption.fade();
    this.#calmAt = now + CALM_AFTER_S;
  }

  /** @param {import('./lipsync.js').Mouth} mouth */
  #setMouth(mouth) {
    this.mouth = mouth;
    this.troupe.face(this.#speaker).setViseme(mouth);
  }

  /**
   * @param {string} name
   * @param {number} intensity
   */
  #setEmotion(name, intensity) {
    this.emotion = { name, intensity };
    this.troupe.face(this.#speaker).setEmotion(name, intensity);
  }

  /** @param {Segment} segment */
  #tellStarted(segment) {
    const startTime = segment.track?.startTime ?? null;
    if (segment.isTold || startTime === null) return;
    segment.isTold = true;
    const { turn, seg } = segment.start;
    this.answer({ type: 'started', turn, seg, at: Math.round(this.player.epochOf(startTime)) });
  }

  /**
   * @param {Segment} segment
   * @param {number} now
   */
  #tellHeard(segment, now) {
    const { turn, seg } = segment.start;
    const unheardMs = segment.isShown ? (this.player.lostSeconds() - segment.lostBefore) * 1000 : 0;
    this.answer({ type: 'heard', turn, seg, ms: Math.max(0, Math.round(segment.playedMs(now) - unheardMs)) });
  }

  /** @param {Segment} segment Too much waits already: what it has is said, the rest is not. */
  #drop(segment) {
    this.dropped += 1;
    segment.isSealed = true;
    if (!segment.isVoiced) this.#giveUp(segment);
    this.#feed();
  }

  /** @param {Segment} segment Nobody waits for its audio any more. */
  #giveUp(segment) {
    this.#queue = this.#queue.filter((other) => other !== segment);
    this.#tellHeard(segment, 0);
  }

  /**
   * @param {string} turn
   * @param {number} seg
   * @returns {Segment | undefined}
   */
  #find(turn, seg) {
    return this.#queue.find((segment) => segment.start.turn === turn && segment.start.seg === seg);
  }
}
