/**
 * The voice: PCM chunks scheduled on the audio clock, one unbroken signal, silenced at once when told.
 *
 * Owns the AudioContext's graph and its clock. Must not know messages, turns' meaning or what the face does.
 *
 * Times are seconds on the player's clock. It is the context's clock, but keeps going while the browser holds the
 * context suspended (autoplay refused): subtitles and mouth then follow a voice that is not heard.
 */

import { Track } from './track.js';

/** Between scheduling and sounding, at the start of a turn and after the audio ran dry. */
export const LEAD_S = 0.06;
/** A chunk that would have to sound sooner than this comes too late to join the one before. */
const TOO_LATE_S = 0.005;
/** Segments begin and end this softly: a voice that starts at full swing clicks. */
const EDGE_S = 0.003;
const EDGE_MARGIN_S = 0.0005;
const FADE_S = 0.012;
const SOURCES_STOP_S = 0.045;
const MUTE_S = 0.012;
const MOST_LATENCY_S = 0.25;
/** The share of a change in latency that is followed with each picture. */
const LATENCY_STEP = 0.05;
const SOUND_RMS = 0.01;
const SILENCE_RMS = 0.002;

/**
 * @typedef {object} AudioStats
 * @property {string} state The context's: "running", "suspended", …
 * @property {boolean} playing Something is sounding or scheduled.
 * @property {number} chunks Chunks taken.
 * @property {number} underruns Times a track ran dry before its end.
 * @property {number} gaps Times a track of the same turn came too late to follow the one before at once.
 * @property {number} silentMs Silence those underruns and gaps made.
 * @property {number | null} firstSoundAt Epoch ms at which the last turn was first heard in the graph.
 * @property {number | null} stoppedAt Epoch ms of the last cut.
 * @property {number | null} stopToSilenceMs How long the graph still sounded after it; null while it does.
 */

/** @returns {number} Epoch milliseconds, monotonic within the page. */
export function epochNow() {
  return performance.timeOrigin + performance.now();
}

/** The graph: sources -> a gain of this generation -> master gain -> analyser -> speakers. */
export class Player {
  /** @type {Set<AudioBufferSourceNode>} */ #sources = new Set();
  #cursor = 0;
  /** @type {string | null} */ #turn = null;
  #lostFrames = 0;
  /** @type {number | null} */ #heldSince = null;
  #latency = 0;
  /** @type {import('./track.js').Track | null} */ #track = null;
  #isMuted = false;
  #volume = 1;
  #wall;

  /**
   * @param {AudioContext} context
   * @param {() => number} [wall] Milliseconds, monotonic; the clock while the context is held.
   */
  constructor(context, wall = () => performance.now()) {
    this.context = context;
    this.#wall = wall;
    this.analyser = new AnalyserTap(context);
    this.master = context.createGain();
    this.master.connect(this.analyser.node);
    this.voice = this.#newVoice();
    /** How loud new tracks may be. */
    this.limits = { boost_db: 0, ceiling_db: -1 };
    /** @type {AudioStats} */
    this.stats = {
      state: context.state,
      playing: false,
      chunks: 0,
      underruns: 0,
      gaps: 0,
      silentMs: 0,
      firstSoundAt: null,
      stoppedAt: null,
      stopToSilenceMs: null,
    };
    /** @type {() => void} Called when the context starts or is held. */
    this.onstate = () => {};
    /** @type {() => void} Called when a chunk has sounded; comes even in hidden pages. */
    this.onended = () => {};
    this.#noteState();
    context.addEventListener('statechange', () => this.#noteState());
  }

  /** @returns {boolean} Whether sound can come out. */
  get isRunning() {
    return this.context.state === 'running';
  }

  /** Ask the browser to let sound out; it may refuse until the page was clicked. */
  resume() {
    if (!this.isRunning) void this.context.resume().catch(() => {});
  }

  /** @returns {number} The player's clock, in seconds. */
  now() {
    const heldMs = this.#heldSince === null ? 0 : this.#wall() - this.#heldSince;
    return this.context.currentTime + this.#lostFrames / this.context.sampleRate + heldMs / 1000;
  }

  /** @returns {number} The moment that is being heard now: the clock less the way to the speakers, in seconds. */
  audibleNow() {
    return this.now() - this.#latency;
  }

  /** @returns {number} Seconds for which the clock went on without sound. */
  lostSeconds() {
    const heldMs = this.#heldSince === null ? 0 : this.#wall() - this.#heldSince;
    return this.#lostFrames / this.context.sampleRate + heldMs / 1000;
  }

  /**
   * @param {number} time On the player's clock.
   * @returns {number} Epoch milliseconds at which it is heard.
   */
  epochOf(time) {
    return epochNow() + (time - this.audibleNow()) * 1000;
  }

  /**
   * @param {string} turn
   * @returns {Track}
   */
  openTrack(turn) {
    return new Track(this, turn);
  }

  /**
   * Put samples behind everything scheduled so far, or a lead away when that has run out.
   *
   * @param {Float32Array} samples At the context's rate.
   * @param {Track} track
   * @returns {number} The frame at which they start.
   */
  place(samples, track) {
    const rate = this.context.sampleRate;
    const now = this.now();
    if (track.turn !== this.#turn) this.stats.firstSoundAt = null;
    const isLate = this.#cursor < (now + TOO_LATE_S) * rate;
    if (isLate) {
      const start = Math.round((now + LEAD_S) * rate);
      this.#countSilence(track, start);
      this.#cursor = start;
    }
    const goesOn = !isLate && track === this.#track;
    this.#turn = track.turn;
    this.#track = track;
    const start = this.#cursor;
    this.#cursor += samples.length;
    if (this.isRunning) {
      const when = (start - this.#lostFrames) / rate;
      this.#startSource(samples, when);
      this.#smooth(when, when + samples.length / rate, goesOn);
    }
    return start;
  }

  /** Silence now: inaudible within 15 ms, every source stopped within 50 ms, nothing scheduled any more. */
  cut() {
    const now = this.context.currentTime;
    const old = this.voice;
    old.gain.cancelScheduledValues(now);
    old.gain.setValueAtTime(old.gain.value, now);
    old.gain.linearRampToValueAtTime(0, now + FADE_S);
    for (const source of this.#sources) source.stop(now + SOURCES_STOP_S);
    setTimeout(() => old.disconnect(), 4 * SOURCES_STOP_S * 1000);
    const wasPlaying = this.#sources.size > 0;
    this.#sources.clear();
    this.#cursor = 0;
    this.#turn = null;
    this.#track = null;
    this.voice = this.#newVoice();
    this.stats.stoppedAt = epochNow();
    this.stats.stopToSilenceMs = wasPlaying ? null : 0;
  }

  /** @param {boolean} isMuted Quiet, but on with the show. */
  setMuted(isMuted) {
    this.#isMuted = isMuted;
    this.#turnKnob();
  }

  /** @param {import('./look.js').Sound} sound Its volume is heard at once, its limits from the next segment on. */
  setSound({ volume, ...limits }) {
    this.limits = limits;
    this.#volume = volume / 100;
    this.#turnKnob();
  }

  /** @returns {number} Seconds of voice scheduled and not yet sounded. */
  aheadSeconds() {
    return Math.max(0, this.#cursor / this.context.sampleRate - this.now());
  }

  #turnKnob() {
    const now = this.context.currentTime;
    this.master.gain.cancelScheduledValues(now);
    this.master.gain.setTargetAtTime(this.#isMuted ? 0 : this.#volume, now, MUTE_S / 3);
  }

  /** @returns {number} Level of what leaves the graph, 0 to 1. */
  rms() {
    return this.analyser.rms();
  }

  /** Look at the graph once a picture: how late it is heard, when sound begins, when it is gone after a cut. */
  observe() {
    const { stats } = this;
    const latency = Math.min(MOST_LATENCY_S, this.context.outputLatency || 0);
    this.#latency += (latency - this.#latency) * LATENCY_STEP;
    stats.playing = this.#cursor > this.now() * this.context.sampleRate;
    const waitsForSound = stats.firstSoundAt === null && this.#turn !== null;
    const waitsForSilence = stats.stoppedAt !== null && stats.stopToSilenceMs === null;
    if (!waitsForSound && !waitsForSilence) return;
    const level = this.rms();
    if (waitsForSound && level > SOUND_RMS) stats.firstSoundAt = epochNow();
    if (waitsForSilence && level < SILENCE_RMS) stats.stopToSilenceMs = epochNow() - Number(stats.stoppedAt);
  }

  /**
   * @param {Track} track
   * @param {number} start Frame at which sound goes on.
   */
  #countSilence(track, start) {
    const isUnderrun = track.runs.length > 0;
    const isGap = !isUnderrun && track.turn === this.#turn;
    if (isUnderrun) this.stats.underruns += 1;
    if (isGap) this.stats.gaps += 1;
    if (isUnderrun || isGap) this.stats.silentMs += ((start - this.#cursor) / this.context.sampleRate) * 1000;
  }

  /**
   * @param {Float32Array} samples
   * @param {number} when Context time.
   */
  #startSource(samples, when) {
    const buffer = this.context.createBuffer(1, samples.length, this.context.sampleRate);
    buffer.getChannelData(0).set(samples);
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.voice);
    source.onended = () => {
      this.#sources.delete(source);
      source.disconnect();
      this.onended();
    };
    source.start(when);
    this.#sources.add(source);
  }

  /**
   * Let a stretch of voice begin and end without a click.
   *
   * @param {number} from Context time.
   * @param {number} until
   * @param {boolean} goesOn It joins the stretch before it, which then does not end there.
   */
  #smooth(from, until, goesOn) {
    const { gain } = this.voice;
    const edge = Math.min(EDGE_S, (until - from) / 2);
    if (goesOn) {
      gain.cancelScheduledValues(from - EDGE_S - EDGE_MARGIN_S);
      gain.setValueAtTime(1, from - EDGE_S - EDGE_MARGIN_S);
    } else {
      gain.setValueAtTime(0, from);
      gain.linearRampToValueAtTime(1, from + edge);
    }
    gain.setValueAtTime(1, until - (goesOn ? EDGE_S : edge));
    gain.linearRampToValueAtTime(0, until);
  }

  #newVoice() {
    const voice = this.context.createGain();
    voice.connect(this.master);
    return voice;
  }

  #noteState() {
    this.stats.state = this.context.state;
    if (!this.isRunning) this.#heldSince ??= this.#wall();
    else if (this.#heldSince !== null) {
      this.#lostFrames += Math.round(((this.#wall() - this.#heldSince) / 1000) * this.context.sampleRate);
      this.#heldSince = null;
      for (const source of this.#sources) source.stop();
      this.#sources.clear();
    }
    this.onstate();
  }
}

/** The meter in front of the speakers. */
class AnalyserTap {
  /** @param {AudioContext} context */
  constructor(context) {
    this.node = context.createAnalyser();
    this.node.fftSize = 512;
    this.node.connect(context.destination);
    this.samples = new Float32Array(this.node.fftSize);
  }

  /** @returns {number} Root mean square of the last 512 samples. */
  rms() {
    this.node.getFloatTimeDomainData(this.samples);
    let sum = 0;
    for (const sample of this.samples) sum += sample * sample;
    return Math.sqrt(sum / this.samples.length);
  }
}
