/**
 * Reads the socket's frames and decides what each one does: the gate, the control epoch, panic, who may answer.
 *
 * Pure of DOM and audio: acts through the performer and the callbacks it is given.
 */

import { Gate } from './gate.js';
import { parseFrame, parseMessage } from './wire.js';

/** A line that comes this long after a panic means that its release was lost on the way: ask the server anew. */
const STALE_PANIC_MS = 2_000;
const ASK_AGAIN_MS = 10_000;

/**
 * @typedef {object} Effects What the conductor moves on the page.
 * @property {(look: import('./wire.js').StageLook) => void} onLook
 * @property {(language: string) => void} onLanguage Of what will be said.
 * @property {(isMuted: boolean) => void} onMuted
 * @property {(isPrimary: boolean) => void} onPrimary
 * @property {() => void} onHello After everything of the hello has been applied.
 * @property {(n: number) => void} onPing To be answered: it shows that the page lives.
 * @property {(message: object) => void} send
 * @property {() => void} resync Connect anew, to get a fresh hello.
 *
 * @typedef {import('./wire.js').Message} Message
 */

/** One page's reading of the protocol. */
export class Conductor {
  #gate = new Gate();
  /** @type {Set<string>} */ #silenced = new Set();
  #epoch = -1;
  #panickedAt = 0;
  #askedAt = -Infinity;
  isPrimary = false;
  isPanicked = false;

  /**
   * @param {object} parts
   * @param {import('./performer.js').Performer} parts.performer
   * @param {import('./journal.js').Journal} parts.journal
   * @param {Effects} parts.effects
   * @param {boolean} parts.isPreview Never answers what was heard.
   */
  constructor({ performer, journal, effects, isPreview }) {
    this.performer = performer;
    this.journal = journal;
    this.effects = effects;
    this.isPreview = isPreview;
  }

  /** @param {string | ArrayBuffer} data One frame from the socket. */
  receive(data) {
    if (typeof data !== 'string') return this.#receiveFrame(data);
    const parsed = parseMessage(data);
    if (parsed.ok) return this.#handle(parsed.value);
    this.journal.note('refused', 'message', { reason: parsed.reason });
  }

  /** @param {{type: string, turn: string, seg: number}} message A `started` or `heard` of the performer. */
  answer(message) {
    if (!this.isPrimary || this.isPreview) return;
    const { type, ...detail } = message;
    this.journal.note('out', type, detail);
    this.effects.send(message);
  }

  /** @param {ArrayBuffer} buffer */
  #receiveFrame(buffer) {
    const parsed = parseFrame(buffer);
    if (!parsed.ok) {
      this.journal.note('refused', 'audio', { reason: parsed.reason });
      return;
    }
    const frame = parsed.value;
    const { turn, seg, seq, fence, isLast, pcm } = frame;
    const verdict = this.#gate.admitFrame(frame);
    const detail = { turn, seg, seq, fence, samples: pcm.length, last: isLast };
    if (verdict !== 'ok') return this.journal.note('refused', 'audio', { ...detail, reason: verdict });
    this.journal.note('in', 'audio', detail);
    this.performer.sayAudio(frame);
  }

  /** @param {Message} message */
  #handle(message) {
    const refusal = this.#refusal(message);
    const detail = detailOf(message);
    if (refusal) return this.journal.note('refused', message.type, { ...detail, reason: refusal });
    this.journal.note('in', message.type, detail);
    switch (message.type) {
      case 'hello':
        return this.#hello(message);
      case 'say.start':
        return this.performer.sayStart(message);
      case 'say.visemes':
        return this.performer.sayVisemes(message);
      case 'say.end':
        return this.performer.sayEnd(message);
      case 'turn.end':
        return this.#turnEnd(message);
      case 'stop':
        return this.#stop(message);
      default:
        return this.#handleState(message);
    }
  }

  /** @param {Message} message */
  #handleState(message) {
    switch (message.type) {
      case 'state':
        this.effects.onMuted(message.muted);
        return this.#setPanicked(message.panicked);
      case 'look':
        return this.effects.onLook(message.look);
      case 'primary':
        this.isPrimary = message.primary;
        return this.effects.onPrimary(message.primary);
      case 'ping':
        return this.effects.onPing(message.n);
      default:
        return undefined;
    }
  }

  /**
   * @param {Message} message
   * @returns {string} Why it must not be played, or "".
   */
  #refusal(message) {
    if (message.type === 'say.visemes' || message.type === 'say.end') {
      const verdict = this.#gate.admitPart(message);
      return verdict === 'ok' ? '' : verdict;
    }
    if (message.type !== 'say.start') return '';
    if (this.isPanicked) {
      this.#doubtPanic();
      return 'panicked';
    }
    const verdict = this.#gate.admitStart(message);
    return verdict === 'ok' ? '' : verdict;
  }

  /** @param {import('./wire.js').Hello} hello What it left behind of an older epoch is silenced; the rest plays on. */
  #hello(hello) {
    const isLater = this.#epoch >= 0 && hello.epoch > this.#epoch;
    this.#epoch = Math.max(this.#epoch, hello.epoch);
    this.#gate.raise(hello.fence);
    if (isLater) this.#silence();
    this.isPrimary = hello.primary;
    this.effects.onPrimary(hello.primary);
    this.effects.onLanguage(hello.stream.language);
    this.effects.onLook(hello.look);
    this.effects.onMuted(hello.muted);
    this.#setPanicked(hello.panicked);
    this.effects.onHello();
  }

  /** @param {import('./wire.js').TurnEnd} end */
  #turnEnd({ turn }) {
    this.#gate.stopTurn(turn);
    this.performer.turnEnd(turn);
  }

  /**
   * A stop of an older epoch, or told twice, only concerns its own turn: it must not silence what came after it.
   *
   * @param {import('./wire.js').Stop} stop
   */
  #stop({ epoch, turn, reason }) {
    const isOld = epoch < this.#epoch || (epoch === this.#epoch && turn !== null && this.#silenced.has(turn));
    if (turn !== null) {
      this.#gate.stopTurn(turn);
      this.#silenced.add(turn);
    }
    if (reason === 'panic' && epoch >= this.#epoch) this.#setPanicked(true);
    if (isOld && (turn === null || !this.performer.holds(turn))) return;
    this.#epoch = Math.max(this.#epoch, epoch);
    this.#silence();
  }

  #silence() {
    for (const turn of this.#gate.stopAll()) this.#silenced.add(turn);
    while (this.#silenced.size > 256) this.#silenced.delete(String(this.#silenced.values().next().value));
    this.performer.stop();
  }

  /** @param {boolean} isPanicked */
  #setPanicked(isPanicked) {
    if (isPanicked && !this.isPanicked) {
      this.#panickedAt = this.journal.now();
      if (this.performer.isBusy) this.#silence();
    }
    this.isPanicked = isPanicked;
  }

  /** The server speaks although this page believes in a panic. */
  #doubtPanic() {
    const now = this.journal.now();
    if (now - this.#panickedAt < STALE_PANIC_MS || now - this.#askedAt < ASK_AGAIN_MS) return;
    this.#askedAt = now;
    this.effects.resync();
  }
}

/**
 * @param {Message} message
 * @returns {Record<string, string | number | boolean | null>} Its ids and counts, without words.
 */
function detailOf(message) {
  /** @type {Record<string, string | number | boolean | null>} */
  const detail = {};
  const kept = ['turn', 'fence', 'seg', 'epoch', 'reason', 'emotion', 'motion', 'audio_ms', 'outcome', 'primary', 'muted',
    'panicked', 'n'];
  for (const [field, value] of Object.entries(message)) {
    if (kept.includes(field) && (value === null || typeof value !== 'object')) detail[field] = value;
  }
  if (message.type === 'say.visemes') detail.cues = message.cues.length;
  return detail;
}
