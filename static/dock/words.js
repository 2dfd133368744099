/**
 * The dock's vocabulary: one word and one icon for each status, emotion and speaker.
 */

import { gettext } from '../i18n.js';

/**
 * @typedef {object} Sign
 * @property {string} word
 * @property {string} icon Name in nodes.js.
 * @property {'quiet' | 'busy' | 'good' | 'warn' | 'bad'} tone Colour; never the only difference.
 */

/** @type {(word: string, icon: string, tone: Sign['tone']) => Sign} */
const sign = (word, icon, tone) => ({ word, icon, tone });

/** @returns {Record<string, Sign>} Signs by status. */
function statusSigns() {
  return {
    sending: sign(gettext('Sending'), 'send', 'quiet'),
    waiting: sign(gettext('Waiting'), 'clock', 'quiet'),
    taken: sign(gettext('Chosen'), 'spark', 'busy'),
    thinking: sign(gettext('Thinking'), 'spark', 'busy'),
    speaking: sign(gettext('Speaking'), 'wave', 'busy'),
    heard: sign(gettext('Heard'), 'checks', 'good'),
    answered: sign(gettext('Answered'), 'check', 'good'),
    folded: sign(gettext('Answered together'), 'check', 'good'),
    approved: sign(gettext('Approved'), 'check', 'good'),
    held: sign(gettext('Held for approval'), 'hand', 'warn'),
    cut: sign(gettext('Cut off'), 'cut', 'warn'),
    cancelled: sign(gettext('Cancelled'), 'cross', 'warn'),
    rejected: sign(gettext('Rejected'), 'cross', 'warn'),
    blocked: sign(gettext('Blocked'), 'stop', 'warn'),
    passed_over: sign(gettext('Passed over'), 'arrow', 'quiet'),
    expired: sign(gettext('Too late'), 'clock', 'quiet'),
    failed: sign(gettext('Failed'), 'warn', 'bad'),
  };
}

/** @returns {Record<string, string>} Words by emotion. */
function emotionWords() {
  return {
    joy: gettext('joy'),
    laugh: gettext('laughing'),
    love: gettext('love'),
    excited: gettext('excited'),
    sad: gettext('sad'),
    angry: gettext('angry'),
    surprised: gettext('surprised'),
    scared: gettext('scared'),
    shy: gettext('shy'),
    smug: gettext('smug'),
    thinking: gettext('thoughtful'),
    sleepy: gettext('sleepy'),
    confused: gettext('confused'),
  };
}

/** @returns {Record<string, string>} Words by reason code. */
function reasonWords() {
  return {
    cut_short: gettext('the answer was cut short'),
    skip: gettext('skipped'),
    panic: gettext('panic'),
    worker_lost: gettext('a worker was lost'),
    answer_blocked: gettext('the answer broke a rule'),
    nothing_to_say: gettext('nothing to say'),
    no_audio: gettext('no sound could be made'),
    moderated: gettext('broke a rule'),
    ignored_viewer: gettext('this viewer is ignored'),
    stale: gettext('waited too long'),
    duplicate: gettext('said twice'),
    near_duplicate: gettext('said by many'),
    crowded: gettext('too much at once'),
    viewer_cooldown: gettext('answered this viewer just before'),
    budget: gettext('enough small talk for now'),
    superseded: gettext('something newer came'),
    timeout: gettext('the engine took too long'),
    rate_limited: gettext('the engine is at its limit'),
    auth: gettext('the engine refused the key'),
    unreachable: gettext('the engine cannot be reached'),
    server: gettext('the engine failed'),
    garbage: gettext('the engine sent garbage'),
    rejected: gettext('the engine refused the request'),
  };
}

/** @type {Record<string, Sign> | undefined} */
let statuses;
/** @type {Record<string, string> | undefined} */
let reasons;
/** @type {Record<string, string> | undefined} */
let emotions;

/**
 * @param {string} status
 * @returns {Sign | null} Nothing for a line without one; a status this dock does not know speaks for itself.
 */
export function statusSign(status) {
  if (!status) return null;
  statuses ??= statusSigns();
  return statuses[status] ?? sign(status.replaceAll('_', ' '), 'dot', 'quiet');
}

/**
 * @param {string} reason
 * @returns {string} Why a line ended so, in words; a code this dock does not know speaks for itself.
 */
export function reasonWord(reason) {
  reasons ??= reasonWords();
  const word = reasons[reason.replace(/^broke_off_/, '')];
  return word ?? reason.replaceAll('_', ' ');
}

/**
 * @param {string | null | undefined} emotion
 * @returns {string} Its word, or "" for a calm face.
 */
export function emotionWord(emotion) {
  if (!emotion || emotion === 'neutral') return '';
  emotions ??= emotionWords();
  return emotions[emotion] ?? emotion;
}

/**
 * @param {import('./store.js').Line} line
 * @returns {string} Who says it.
 */
export function speakerOf(line) {
  if (line.name) return line.name;
  switch (line.who) {
    case 'director':
      return gettext('Director');
    case 'system':
      return gettext('System');
    case 'character':
      return gettext('Character');
    default:
      return gettext('Viewer');
  }
}
