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
    pinned: sign(gettext('Answered next'), 'pin', 'busy'),
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
    dropped: gettext('dropped by the team'),
    approved: gettext('approved by the team'),
    let_in: gettext('approved by the team'),
    not_approved: gettext('rejected by the team'),
    undecided: gettext('nobody decided in time'),
    held_too_many: gettext('too much was held at once'),
    words_lost: gettext('the words were lost'),
    command: gettext('a wish about their own data, carried out'),
    deleted: gettext('deleted on the platform'),
    barge_in: gettext('the streamer spoke'),
    priority: gettext('something more important came'),
    empty: gettext('nothing to answer'),
    ignored_kind: gettext('this kind is not answered'),
    crowded: gettext('too much at once'),
    viewer_cooldown: gettext('answered this viewer just before'),
    budget: gettext('enough small talk for now'),
    superseded: gettext('something newer came'),
    scene_stopped: gettext('the scene was stopped'),
    role_taken: gettext('the team speaks for this character'),
    left_stage: gettext('its character left the stage before'),
    timeout: gettext('the engine took too long'),
    rate_limited: gettext('the engine is at its limit'),
    auth: gettext('the engine refused the key'),
    unreachable: gettext('the engine cannot be reached'),
    server: gettext('the engine failed'),
    garbage: gettext('the engine sent garbage'),
    rejected: gettext('the engine refused the request'),
  };
}

/** @returns {Record<string, Sign>} Signs by class of an event that waits. */
function rankSigns() {
  return {
    director: sign(gettext('Answered next'), 'pin', 'busy'),
    support: sign(gettext('Support'), 'gift', 'good'),
    direct: sign(gettext('Mention'), 'at', 'busy'),
    speech: sign(gettext('Speech'), 'wave', 'quiet'),
    cue: sign(gettext('A character’s turn'), 'chat', 'quiet'),
    happening: sign(gettext('Event'), 'star', 'quiet'),
    newcomer: sign(gettext('First message'), 'hand', 'quiet'),
    question: sign(gettext('Question'), 'question', 'quiet'),
    chatter: sign(gettext('Small talk'), 'chat', 'quiet'),
    silence: sign(gettext('Silence'), 'hush', 'quiet'),
  };
}

/** @returns {Record<string, string>} Words by kind of event, for those that have no words of their own. */
function kindWords() {
  return {
    donation: gettext('Donation'),
    subscription: gettext('Subscription'),
    gift: gettext('Gift'),
    raid: gettext('Raid'),
    follow: gettext('New follower'),
    redemption: gettext('Reward'),
    victory: gettext('Victory'),
    defeat: gettext('Defeat'),
    trouble: gettext('Technical trouble'),
    silence: gettext('Silence'),
    director_say: gettext('Director’s words'),
    cue: gettext('A character’s turn'),
  };
}

/** @type {Record<string, Sign> | undefined} */
let ranks;
/** @type {Record<string, string> | undefined} */
let kinds;
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
 * @param {import('./queue_state.js').QueueRow} row
 * @returns {Sign} Its class; the words of the director and what is answered next are told apart.
 */
export function rankSign(row) {
  ranks ??= rankSigns();
  if (row.kind === 'director_say') return sign(kindWord(row.kind), 'horn', 'busy');
  return ranks[row.rank ?? ''] ?? sign(gettext('Waiting'), 'clock', 'quiet');
}

/**
 * @param {string} kind
 * @returns {string} Its word, or "" for plain talk.
 */
export function kindWord(kind) {
  kinds ??= kindWords();
  return kinds[kind] ?? '';
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
 * @param {{name: string, who: string}} line
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
