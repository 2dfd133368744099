/**
 * What the dock can do to the stream, as REST calls; every failure becomes a sentence for a person.
 */

import { gettext } from '../i18n.js';
import { RequestError } from '../session.js';
import { isSnapshot } from './store.js';

const PANIC_TRIES = 4;
const PANIC_AGAIN_MS = 250;

/**
 * What a line of the transcript looks like after a hand.
 *
 * @type {Record<import('./queue_state.js').Hand, Partial<import('./store.js').Line>>}
 */
const HANDED = {
  pin: { status: 'waiting', reason: '', is_pinned: true },
  unpin: { is_pinned: false },
  drop: { status: 'cancelled', reason: 'dropped', is_pinned: false },
  restore: { status: 'waiting', reason: '' },
};

/** @returns {string} A fresh idempotency key (UUID v4); works without a secure context too. */
export function newKey() {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (Number(bytes[6]) & 0x0f) | 0x40;
  bytes[8] = (Number(bytes[8]) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/**
 * @param {unknown} error
 * @returns {string} What happened and what to do, in the page's language.
 */
export function explain(error) {
  if (!(error instanceof RequestError)) return gettext('Something went wrong on this page. Reload it.');
  if (error.status === 0) return gettext('The server did not answer. Check that it runs, then try again.');
  if (error.status === 401) return gettext('This dock link is no longer valid. Make a new one in the admin.');
  if (error.status === 403) return gettext('You may watch here, but not change anything.');
  if (error.status === 429) return gettext('Too many at once. Wait a moment, then try again.');
  return error.problem.detail || error.problem.title;
}

/** The stream's buttons. */
export class Actions {
  /**
   * @param {import('../session.js').Session} session
   * @param {import('./store.js').Store} store
   */
  constructor(session, store) {
    this.session = session;
    this.store = store;
  }

  /**
   * Say something as a viewer. Shown at once, taken back when the server refuses it.
   *
   * @param {string} name
   * @param {string} text
   * @throws {RequestError}
   */
  async say(name, text) {
    const key = newKey();
    this.store.addLocal(key, name, text, new Date());
    try {
      const answer = await this.#post('events', {
        body: { kind: 'chat', platform: 'dock', platform_id: key, author_name: name, author_id: name.toLowerCase(), text },
        headers: { 'Idempotency-Key': key },
      });
      this.store.confirmLocal(key, String(answer?.id ?? key), String(answer?.state ?? 'waiting'));
    } catch (error) {
      this.store.dropLocal(key);
      throw error;
    }
  }

  /**
   * Have the character say these words. Shown at once, taken back when the server refuses them.
   *
   * @param {string} text
   * @param {string | null} [persona] Whose words they are; nothing: the stream's own character's.
   * @throws {RequestError}
   */
  async direct(text, persona = null) {
    const key = newKey();
    this.store.addLocal(key, '', text, new Date(), 'director');
    try {
      const answer = await this.#post('say', { body: persona ? { text, character: persona } : { text }, headers: { 'Idempotency-Key': key } });
      this.store.confirmLocal(key, String(answer?.id ?? key), String(answer?.state ?? 'waiting'));
    } catch (error) {
      this.store.dropLocal(key);
      throw error;
    }
  }

  /**
   * Put a hand on an event of the queue; the transcript shows it at once, and as it was when the server refuses.
   *
   * @param {import('./queue_state.js').Hand} hand
   * @param {string} eventId
   * @throws {RequestError}
   */
  async hand(hand, eventId) {
    const undo = this.store.assume(eventId, HANDED[hand]);
    try {
      await this.#post(`events/${encodeURIComponent(eventId)}/${hand}`);
    } catch (error) {
      undo();
      throw error;
    }
  }

  /** @returns {Promise<import('./held_state.js').Held>} */
  held() {
    return this.#get('held');
  }

  /**
   * Decide on a held line.
   *
   * @param {import('./held.js').Wish} wish
   * @throws {RequestError}
   */
  async decide({ line, decision, text, note }) {
    const body = decision === 'approve' ? { text } : { reason: note };
    const headers = { 'Idempotency-Key': newKey() };
    await this.#post(`held/${encodeURIComponent(line.id)}/${decision}`, { body, headers });
  }

  /** @returns {Promise<import('./scene_state.js').CastOnStage>} */
  cast() {
    return this.#get('cast');
  }

  /**
   * Start, pause, move on or end a scene.
   *
   * @param {import('./scene_state.js').SceneWish} wish
   * @returns {Promise<import('./scene_state.js').CastOnStage>}
   * @throws {RequestError}
   */
  playScene({ action, scene }) {
    return this.#post('scene', { body: { action, roleplay: scene }, headers: { 'Idempotency-Key': newKey() } });
  }

  /**
   * Let the team speak for a role, or give it back.
   *
   * @param {string} role
   * @param {boolean} isTaken
   * @returns {Promise<import('./scene_state.js').CastOnStage>}
   * @throws {RequestError}
   */
  takeRole(role, isTaken) {
    const headers = { 'Idempotency-Key': newKey() };
    return this.#post(`scene/roles/${encodeURIComponent(role)}`, { body: { taken: isTaken }, headers });
  }

  /**
   * Tell what happens in the scene.
   *
   * @param {string} text
   * @returns {Promise<import('./scene_state.js').CastOnStage>}
   * @throws {RequestError}
   */
  narrate(text) {
    return this.#post('scene/narration', { body: { text }, headers: { 'Idempotency-Key': newKey() } });
  }

  /** @returns {Promise<import('./queue_state.js').Queue>} */
  queue() {
    return this.#get('queue');
  }

  /** @returns {Promise<import('./health.js').Health>} */
  health() {
    return this.#get('health');
  }

  /**
   * @param {string | null} viewerId Nothing: whoever is being answered.
   * @returns {Promise<import('./viewer.js').ViewerPanel>}
   */
  viewer(viewerId) {
    return this.#get(`viewers/${encodeURIComponent(viewerId ?? 'current')}`);
  }

  /**
   * @param {string} viewerId
   * @param {number | null} minutes Nothing: until unmuted.
   * @returns {Promise<import('./viewer.js').ViewerPanel>}
   */
  muteViewer(viewerId, minutes) {
    return this.#post(`viewers/${encodeURIComponent(viewerId)}/mute`, { body: { minutes } });
  }

  /**
   * @param {string} viewerId
   * @returns {Promise<import('./viewer.js').ViewerPanel>}
   */
  unmuteViewer(viewerId) {
    return this.#post(`viewers/${encodeURIComponent(viewerId)}/unmute`);
  }

  /**
   * @param {string} viewerId
   * @param {string} text
   * @param {boolean} isNeverMention
   * @returns {Promise<import('./viewer.js').ViewerPanel>}
   */
  noteViewer(viewerId, text, isNeverMention) {
    const body = { text, never_mention: isNeverMention };
    return this.#post(`viewers/${encodeURIComponent(viewerId)}/notes`, { body, headers: { 'Idempotency-Key': newKey() } });
  }

  /**
   * @param {string} text
   * @param {number} lines How many of the next lines it steers.
   */
  async noteStream(text, lines) {
    await this.#post('notes', { body: { text, lines }, headers: { 'Idempotency-Key': newKey() } });
  }

  /** Cut the line that is being said. */
  async skip() {
    await this.#post('skip');
  }

  /** Silence now. Tries again by itself: this one must get through. */
  async panic() {
    for (let tried = 1; ; tried += 1) {
      try {
        await this.#post('panic');
        return;
      } catch (error) {
        const isWorthIt = error instanceof RequestError && (error.status === 0 || error.status >= 500);
        if (!isWorthIt || tried === PANIC_TRIES) throw error;
        await new Promise((resume) => setTimeout(resume, PANIC_AGAIN_MS * tried));
      }
    }
  }

  /** Let the character speak again. */
  async release() {
    await this.#post('release');
  }

  /** @param {boolean} isMuted */
  async mute(isMuted) {
    await this.#post('mute', { body: { muted: isMuted } });
  }

  /**
   * Fetch the state anew, after something was missed.
   *
   * @returns {Promise<import('./store.js').Outcome>}
   */
  async refetch() {
    const snapshot = await this.session.request(`/api/v1/streams/${this.#streamId()}/state`);
    return isSnapshot(snapshot) ? this.store.load(snapshot) : 'gap';
  }

  /**
   * @param {string} what
   * @returns {Promise<any>}
   */
  #get(what) {
    return this.session.request(`/api/v1/streams/${this.#streamId()}/${what}`);
  }

  /**
   * @param {string} verb
   * @param {{body?: object, headers?: Record<string, string>}} [options]
   * @returns {Promise<any>}
   */
  #post(verb, options = {}) {
    return this.session.request(`/api/v1/streams/${this.#streamId()}/${verb}`, { method: 'POST', ...options });
  }

  /** @returns {string} */
  #streamId() {
    const id = this.store.stream?.id ?? this.session.stream?.id;
    if (!id) throw new RequestError({ title: '', detail: gettext('The dock is not connected yet.'), status: -1 });
    return encodeURIComponent(id);
  }
}
