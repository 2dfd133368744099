/**
 * What travels over the stage socket: parsing and validation. What may be played is gate.js's to say.
 *
 * Pure: knows no DOM, no audio, no socket. The protocol is `vtcontrol.v1`.
 */

import { lookOf } from './look.js';

export const FRAME_HEADER_BYTES = 32;
export const FRAME_VERSION = 1;
const LAST_CHUNK = 1;
const RATES_HZ = { least: 4_000, most: 192_000 };

/** The Oculus (OVR LipSync) set, in its own order. @type {readonly string[]} */
export const VISEMES = Object.freeze(
  ['sil', 'PP', 'FF', 'TH', 'DD', 'kk', 'CH', 'SS', 'nn', 'RR', 'aa', 'E', 'I', 'O', 'U'],
);

/**
 * @typedef {import('./look.js').Look} Look
 * @typedef {import('./look.js').StageLook} StageLook
 *
 * @typedef {object} Hello
 * @property {'hello'} type
 * @property {number} v
 * @property {string} page
 * @property {boolean} primary
 * @property {{id: string, name: string, language: string}} stream
 * @property {number} epoch
 * @property {number} fence
 * @property {StageLook} look
 * @property {boolean} muted
 * @property {boolean} panicked
 *
 * @typedef {object} SayStart
 * @property {'say.start'} type
 * @property {string} turn
 * @property {number} fence
 * @property {number} seg
 * @property {string} text
 * @property {string} emotion
 * @property {number} intensity In [0, 1].
 * @property {string | null} motion
 * @property {string | null} character Key of who speaks; null is the first of the look's characters.
 * @property {string | null} name Of who speaks without a figure, as a narrator does; null for the characters.
 *
 * @typedef {object} SayVisemes
 * @property {'say.visemes'} type
 * @property {string} turn
 * @property {number} fence
 * @property {number} seg
 * @property {Cue[]} cues
 *
 * @typedef {[atMs: number, viseme: string]} Cue From `atMs` of the segment's audio on, the mouth shows the viseme.
 *
 * @typedef {object} SayEnd
 * @property {'say.end'} type
 * @property {string} turn
 * @property {number} fence
 * @property {number} seg
 * @property {number} audio_ms
 *
 * @typedef {{type: 'turn.end', turn: string, fence: number, outcome: string}} TurnEnd
 * @typedef {{type: 'stop', epoch: number, reason: string, turn: string | null}} Stop
 * @typedef {{type: 'state', panicked: boolean, muted: boolean}} StageState
 * @typedef {{type: 'look', look: StageLook}} LookChange
 * @typedef {{type: 'primary', primary: boolean}} Primary
 * @typedef {{type: 'ping', n: number}} Ping
 * @typedef {Hello | SayStart | SayVisemes | SayEnd | TurnEnd | Stop | StageState | LookChange | Primary | Ping} Message
 *
 * @typedef {object} AudioFrame
 * @property {string} turn UUID in canonical form.
 * @property {number} fence
 * @property {number} seg
 * @property {number} seq
 * @property {number} sampleRate Hz.
 * @property {boolean} isLast
 * @property {Int16Array} pcm Mono.
 */

/**
 * @template T
 * @typedef {{ok: true, value: T} | {ok: false, reason: string}} Parsed
 */

/** @type {(value: unknown) => boolean} */
const isText = (value) => typeof value === 'string';
/** @type {(value: unknown) => boolean} */
const isCount = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
/** @type {(value: unknown) => boolean} */
const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);
/** @type {(value: unknown) => boolean} */
const isFlag = (value) => typeof value === 'boolean';
/** @type {(value: unknown) => boolean} */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
/** @type {(value: unknown) => boolean} */
const isTextOrNull = (value) => value === null || value === undefined || typeof value === 'string';

const segment = { turn: isText, fence: isCount, seg: isCount };

/** Required fields of every message type and what each must be. @type {Record<string, Record<string, Function>>} */
const SHAPES = {
  hello: { page: isText, primary: isFlag, stream: isObject, epoch: isCount, fence: isCount, look: isObject },
  'say.start': { ...segment, text: isText, motion: isTextOrNull },
  'say.visemes': { ...segment, cues: Array.isArray },
  'say.end': { ...segment, audio_ms: isNumber },
  'turn.end': { turn: isText, fence: isCount },
  stop: { epoch: isCount, turn: isTextOrNull },
  state: { panicked: isFlag, muted: isFlag },
  look: {},
  primary: { primary: isFlag },
  ping: { n: isCount },
};

/**
 * @param {string} text One text frame.
 * @returns {Parsed<Message>} Normalised: absent optional fields have their defaults, cues are sorted out.
 */
export function parseMessage(text) {
  /** @type {any} */
  let message;
  try {
    message = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'not JSON' };
  }
  if (!isObject(message) || !isText(message.type)) return { ok: false, reason: 'no type' };
  const shape = Object.hasOwn(SHAPES, message.type) ? SHAPES[message.type] : undefined;
  if (!shape) return { ok: false, reason: `unknown type ${message.type}` };
  for (const [field, fits] of Object.entries(shape)) {
    if (!fits(message[field])) return { ok: false, reason: `bad ${field} in ${message.type}` };
  }
  return { ok: true, value: normalised(message) };
}

/** @type {(value: any, otherwise: any) => any} The value if it is a text with something in it. */
const textOr = (value, otherwise) => (typeof value === 'string' && value ? value : otherwise);

/**
 * @param {any} message A message of a known type whose required fields fit.
 * @returns {Message}
 */
function normalised(message) {
  if (typeof message.turn === 'string') message.turn = message.turn.toLowerCase();
  switch (message.type) {
    case 'say.start':
      return {
        ...message,
        emotion: textOr(message.emotion, 'neutral'),
        intensity: isNumber(message.intensity) ? Math.min(1, Math.max(0, message.intensity)) : 1,
        motion: message.motion ?? null,
        character: textOr(message.character, null),
        name: textOr(message.name, null),
      };
    case 'say.visemes':
      return { ...message, cues: message.cues.filter(isCue) };
    case 'stop':
      return { ...message, turn: message.turn ?? null, reason: String(message.reason ?? '') };
    case 'hello':
      return { ...message, look: lookOf(message.look), muted: !!message.muted, panicked: !!message.panicked };
    case 'look':
      return { type: 'look', look: lookOf(isObject(message.look) ? message.look : message) };
    default:
      return message;
  }
}

/**
 * @param {unknown} cue
 * @returns {cue is Cue}
 */
function isCue(cue) {
  return Array.isArray(cue) && cue.length === 2 && isNumber(cue[0]) && cue[0] >= 0 && VISEMES.includes(cue[1]);
}

/**
 * Read one binary frame: a 32-byte little-endian header, then PCM16 mono.
 *
 * @param {ArrayBuffer} buffer
 * @returns {Parsed<AudioFrame>}
 */
export function parseFrame(buffer) {
  if (buffer.byteLength < FRAME_HEADER_BYTES) return { ok: false, reason: 'truncated header' };
  const view = new DataView(buffer);
  if (view.getUint8(0) !== FRAME_VERSION) return { ok: false, reason: `unknown version ${view.getUint8(0)}` };
  const bytes = buffer.byteLength - FRAME_HEADER_BYTES;
  if (bytes % 2) return { ok: false, reason: 'half a sample' };
  const sampleRate = view.getUint32(12, true);
  if (sampleRate < RATES_HZ.least || sampleRate > RATES_HZ.most) return { ok: false, reason: `rate ${sampleRate}` };
  const value = {
    isLast: (view.getUint8(1) & LAST_CHUNK) !== 0,
    seg: view.getUint16(2, true),
    seq: view.getUint32(4, true),
    fence: view.getUint32(8, true),
    sampleRate,
    turn: uuidAt(view, 16),
    pcm: samplesAt(view, FRAME_HEADER_BYTES, bytes / 2),
  };
  return { ok: true, value };
}

/**
 * @param {DataView} view
 * @param {number} offset
 * @returns {string}
 */
function uuidAt(view, offset) {
  let hex = '';
  for (let index = 0; index < 16; index += 1) hex += view.getUint8(offset + index).toString(16).padStart(2, '0');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/**
 * @param {DataView} view
 * @param {number} offset
 * @param {number} count
 * @returns {Int16Array}
 */
function samplesAt(view, offset, count) {
  const samples = new Int16Array(count);
  for (let index = 0; index < count; index += 1) samples[index] = view.getInt16(offset + 2 * index, true);
  return samples;
}
