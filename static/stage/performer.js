/**
 * Plays the turn: a queue of segments, each with a voice, mouth shapes, a subtitle, an emotion and perhaps a motion.
 *
 * Owns what is said now and next, and tells the server what was started and heard. Gets only messages the gate let
 * pass. Must not know sockets, pixels or samples: those are the gate's, the avatar's and the player's.
 */

import { CLOSED, addCues, mouthAt, mouthOfLevel } from './lipsync.js';

/** A segment whose end never came is over when its voice has been dry for this long. */
const ABANDONED_S = 4;
/** The face goes back to calm this long after the last word. */
const CALM_AFTER_S = 3.5;
/** A voice without timings gets its mouth from loudness when no cue came within this time. */
const CUES_DUE_MS = 150;
const READING = { leastMs: 1200, msPerCharacter: 60, mostMs: 6000 };
/** Until the whole voice is there, its length is guessed from the text. */
const GUESS_MS_PER_CHARACTER = 65;

/**
 * @typedef {import('./wire.js').SayStart} SayStart
 * @typedef {import('./wire.js').AudioFrame} AudioFrame
 *
 * @typedef {object} Face What the performer asks of an avatar.
 * @property {(name: string, intensity: number) => void} setEmotion
 * @property {(weights: Record<string, number>) => void} setViseme
 * @property {(motion: string) => void} play
 *
 * @typedef {object} Caption What it asks of subtitles.
 * @property {(text: string) => void} show
 * @property {(share: number) => void} reveal
 * @property {() => void} fade
 * @property {() => void} clear
 *
 * @typedef {object} Segment
 * @property {SayStart} start
 * @property {import('./wire.js').Cue[]} cues
 * @property {AudioFrame[]} pending Chunks not yet handed to the player.
 * @property {import('./audio.js').Track | null} track
 * @property {boolean} isSealed All of its audio is known.
 * @property {boolean} isShown Its subtitle and emotion are on stage.
 * @property {boolean} isTold The server knows that it was scheduled.
 * @property {number | null} readFrom When a segment without voice began to be shown.
 * @property {number} lostBefore The player's lost seconds when it was shown.
 */

/** @type {Face} An avatar that is not there yet. */
export const NO_FACE = { setEmotion: () => {}, setViseme: () => {}, play: () => {} };

/** The queue of segments on the player's clock. Call `tick` often: each picture, and whenever a chunk has sounded. */
export class Performer {
  /** @type {Segment[]} */ #queue = [];
  /** @type {number | null} */ #calmAt = null;

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
    /** @type {Face} */
    this.face = NO_FACE;
    /** Current mouth. @type {import('./lipsync.js').Mouth} */
    this.mouth = CLOSED;
    this.emotion = { name: 'neutral', intensity: 1 };
  }

  /** @returns {boolean} Whether anything is being said or waits to be. */
  get isBusy() {
    return this.#queue.length > 0;
  }

  /** @param {Face} face Shows the current emotion from now on. */
  setFace(face) {
    this.face = face;
    face.setEmotion(this.emotion.name, this.emotion.intensity);
    face.setViseme(this.mouth);
  }

  /** @param {SayStart} start */
  sayStart(start) {
    for (const segment of this.#queue) {
      if (segment.start.turn !== start.turn) segment.isSealed ||= this.#isVoiced(segment);
    }
    this.#queue = this.#queue.filter((segment) => segment.start.turn === start.turn || segment.isSealed);
    this.#queue.push({
      start,
      cues: [],
      pending: [],
      track: null,
      isSealed: false,
      isShown: false,
      isTold: false,
      readFrom: null,
      lostBefore: 0,
    });
  }

  /** @param {{turn: string, seg: number, cues: import('./wire.js').Cue[]}} message */
  sayVisemes({ turn, seg, cues }) {
    const segment = this.#find(turn, seg);
    if (segment) addCues(segment.cues, cues);
  }

  /** @param {AudioFrame} frame */
  sayAudio(frame) {
    const segment = this.#find(frame.turn, frame.seg);
    if (!segment || segment.isSealed) return;
    segment.pending.push(frame);
    if (frame.isLast) segment.isSealed = true;
    this.#feed();
  }

  /** @param {{turn: string, seg: number, audio_ms: number}} message */
  sayEnd({ turn, seg, audio_ms: audioMs }) {
    const segment = this.#find(turn, seg);
    if (!segment) return;
    segment.isSealed = true;
    if (audioMs > 0 && !this.#isVoiced(segment)) this.#giveUp(segment);
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

  /** Bring stage and answers up to the player's clock. */
  tick() {
    const now = this.player.audibleNow();
    this.#feed();
    for (let first = this.#queue[0]; first && this.#isOver(first, now); first = this.#queue[0]) {
      this.#show(first, now);
      this.#queue.shift();
      this.#tellHeard(first, now);
      if (!this.#queue.length) this.#rest(now);
      this.#feed();
    }
    const current = this.#queue[0];
    if (current && this.#hasBegun(current, now)) {
      this.#show(current, now);
      this.caption.reveal(this.#shareSaid(current, now));
    }
    this.#setMouth(this.#mouthNow(now));
    if (this.#calmAt !== null && now >= this.#calmAt) {
      this.#calmAt = null;
      this.#setEmotion('neutral', 1);
    }
  }

  /** Hand chunks to the player, up to and with the first segment that is not all there yet. */
  #feed() {
    const now = this.player.now();
    for (const segment of this.#queue) {
      this.#feedOne(segment);
      if (!segment.isSealed) return;
      if (!segment.track && !this.#isRead(segment, now)) return;
    }
  }

  /** @param {Segment} segment */
  #feedOne(segment) {
    if (segment.pending.length && !segment.track) segment.track = this.player.openTrack(segment.start.turn);
    for (const frame of segment.pending.splice(0)) {
      if (frame.pcm.length) segment.track?.push(frame.pcm, frame.sampleRate);
    }
    if (segment.isSealed) segment.track?.finish();
    if (segment.track?.startTime === null && segment.isSealed) segment.track = null;
    this.#tellStarted(segment);
  }

  /**
   * A segment without voice is shown for as long as reading it takes.
   *
   * @param {Segment} segment
   * @param {number} now
   * @returns {boolean}
   */
  #isRead(segment, now) {
    if (segment !== this.#queue[0]) return false;
    segment.readFrom ??= now;
    return now >= segment.readFrom + readingMs(segment.start.text) / 1000;
  }

  /**
   * @param {Segment} segment
   * @param {number} now
   * @returns {boolean}
   */
  #hasBegun(segment, now) {
    const start = segment.track ? segment.track.startTime : segment.readFrom;
    return start !== null && now >= start;
  }

  /**
   * @param {Segment} segment
   * @param {number} now
   * @returns {boolean}
   */
  #isOver(segment, now) {
    const { track } = segment;
    if (!track) return segment.isSealed && this.#isRead(segment, now);
    if (track.startTime === null || now < track.endTime) return false;
    return segment.isSealed || now > track.endTime + ABANDONED_S;
  }

  /**
   * @param {Segment} segment
   * @param {number} now
   */
  #show(segment, now) {
    if (segment.isShown) return;
    segment.isShown = true;
    segment.lostBefore = this.player.lostSeconds();
    const { text, emotion, intensity, motion } = segment.start;
    this.#calmAt = null;
    this.#setEmotion(emotion, intensity);
    if (motion) this.face.play(motion);
    this.caption.show(text);
    this.caption.reveal(this.#shareSaid(segment, now));
  }

  /** @param {number} now Nothing is left to say. */
  #rest(now) {
    this.caption.reveal(1);
    this.caption.fade();
    this.#calmAt = now + CALM_AFTER_S;
  }

  /**
   * @param {Segment} segment
   * @param {number} now
   * @returns {number} In [0, 1].
   */
  #shareSaid(segment, now) {
    const { track, readFrom } = segment;
    if (!track) return readFrom === null ? 0 : ((now - readFrom) * 1000) / readingMs(segment.start.text);
    const guessMs = segment.start.text.length * GUESS_MS_PER_CHARACTER;
    const lastCueMs = segment.cues.at(-1)?.[0] ?? 0;
    const wholeMs = segment.isSealed ? track.lengthMs : Math.max(guessMs, track.lengthMs, lastCueMs);
    return wholeMs ? Math.min(1, track.positionMs(now) / wholeMs) : 1;
  }

  /**
   * @param {number} now
   * @returns {import('./lipsync.js').Mouth}
   */
  #mouthNow(now) {
    const current = this.#queue[0];
    if (!current?.track?.isSoundingAt(now)) return CLOSED;
    const atMs = current.track.positionMs(now);
    if (current.cues.length) return mouthAt(current.cues, atMs);
    return atMs > CUES_DUE_MS ? mouthOfLevel(this.player.rms(), atMs) : CLOSED;
  }

  /** @param {import('./lipsync.js').Mouth} mouth */
  #setMouth(mouth) {
    this.mouth = mouth;
    this.face.setViseme(mouth);
  }

  /**
   * @param {string} name
   * @param {number} intensity
   */
  #setEmotion(name, intensity) {
    this.emotion = { name, intensity };
    this.face.setEmotion(name, intensity);
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
    const playedMs = segment.track?.positionMs(now) ?? 0;
    const unheardMs = segment.isShown ? (this.player.lostSeconds() - segment.lostBefore) * 1000 : 0;
    this.answer({ type: 'heard', turn, seg, ms: Math.max(0, Math.round(playedMs - unheardMs)) });
  }

  /**
   * @param {Segment} segment
   * @returns {boolean} Whether any of its audio came.
   */
  #isVoiced(segment) {
    return segment.track !== null || segment.pending.length > 0;
  }

  /** @param {Segment} segment Its audio was sent, but never came: nobody waits for it. */
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

/**
 * @param {string} text
 * @returns {number} How long it takes to read, in milliseconds.
 */
export function readingMs(text) {
  return Math.min(READING.mostMs, READING.leastMs + READING.msPerCharacter * [...text].length);
}
