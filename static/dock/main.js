/**
 * The dock page: joins session, store and elements.
 */

import { gettext } from '../i18n.js';
import { Session } from '../session.js';
import { Actions, explain } from './actions.js';
import { Barred, barOf } from './barred.js';
import { Composer } from './composer.js';
import { icon, node, setText } from './nodes.js';
import { Notices, connectionNotice, noticesOf } from './notices.js';
import { PanicButton } from './panic.js';
import { listenForShortcuts } from './shortcuts.js';
import { StatusRow } from './status.js';
import { Store, isChange, isSnapshot } from './store.js';
import { Transcript } from './transcript.js';

const REFETCH_AGAIN_MS = 1_500;
/** A press that the server took but never confirmed by a state stops looking busy after this time. */
const BUSY_AT_MOST_MS = 6_000;

customElements.define('vt-transcript', Transcript);
customElements.define('vt-panic', PanicButton);
customElements.define('vt-composer', Composer);
customElements.define('vt-status', StatusRow);
customElements.define('vt-notices', Notices);
customElements.define('vt-barred', Barred);

/**
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} kind
 * @returns {T}
 */
function part(selector, kind) {
  const found = document.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`the page has no ${selector}`);
  return found;
}

/**
 * @param {'skip' | 'mute' | 'panic' | 'release'} verb
 * @param {boolean} isMuted
 * @returns {['muted' | 'panicked', boolean] | null} What the state will say once the verb is done.
 */
function wishOf(verb, isMuted) {
  if (verb === 'mute') return ['muted', isMuted];
  return verb === 'skip' ? null : ['panicked', verb === 'panic'];
}

/** The page. */
class Dock {
  store = new Store();
  #retryAt = 0;
  #isRefetching = false;
  /** What was asked for and not yet seen in the state. @type {Map<string, boolean>} */ #asked = new Map();

  constructor() {
    this.session = new Session('dock', {
      onMessage: (data) => this.#receive(data),
      onState: (_state, retryInMs) => this.#connectionChanged(retryInMs),
    });
    this.actions = new Actions(this.session, this.store);
    this.panic = part('vt-panic', PanicButton);
    this.transcript = part('vt-transcript', Transcript);
    this.composer = part('vt-composer', Composer);
    this.status = part('vt-status', StatusRow);
    this.notices = part('vt-notices', Notices);
    this.barred = part('vt-barred', Barred);
    this.name = part('#stream-name', HTMLElement);
    this.live = part('#live', HTMLElement);
    this.connection = part('#connection', HTMLElement);
    this.skip = part('#skip', HTMLButtonElement);
    this.mute = part('#mute', HTMLButtonElement);
    this.spoken = part('#spoken', HTMLElement);
  }

  start() {
    this.transcript.follow(this.store);
    this.store.subscribe(({ isState }) => isState && this.#stateChanged());
    this.composer.say = (name, text) => this.actions.say(name, text);
    this.#label();
    this.#listen();
    window.addEventListener('hashchange', () => this.session.start());
    window.addEventListener('online', () => this.session.reconnect());
    setInterval(() => this.#showNotices(), 1000);
    this.session.start();
  }

  #label() {
    this.skip.replaceChildren(icon('skip'), node('span', '', gettext('Skip line')), node('kbd', '', 'S'));
    this.skip.title = gettext('Skip line: cut what is being said (S)');
    this.skip.setAttribute('aria-keyshortcuts', 'S');
    this.mute.setAttribute('aria-keyshortcuts', 'M');
    this.#showMute(false);
  }

  #listen() {
    this.skip.addEventListener('click', () => void this.#do('skip'));
    this.mute.addEventListener('click', () => void this.#do('mute'));
    this.panic.addEventListener('vt-panic', () => void this.#do('panic'));
    this.panic.addEventListener('vt-release', () => void this.#do('release'));
    this.barred.addEventListener('vt-retry', () => this.session.start());
    listenForShortcuts({
      s: { down: () => void this.#do('skip') },
      m: { down: () => void this.#do('mute') },
      p: { down: () => this.panic.press(), up: () => this.panic.letGo() },
      '/': { down: () => this.composer.focusText() },
    });
  }

  /** @param {'skip' | 'mute' | 'panic' | 'release'} verb */
  async #do(verb) {
    const isMuted = !this.store.state?.muted;
    const calls = {
      skip: { run: () => this.actions.skip(), failed: gettext('Not skipped.') },
      mute: { run: () => this.actions.mute(isMuted), failed: gettext('The sound was not switched.') },
      panic: {
        run: () => this.actions.panic(),
        failed: gettext('The character was NOT silenced. Mute the browser source in OBS.'),
      },
      release: { run: () => this.actions.release(), failed: gettext('The character was not released.') },
    };
    const wish = wishOf(verb, isMuted);
    if (wish) this.#ask(...wish);
    try {
      await calls[verb].run();
    } catch (error) {
      if (wish) this.#asked.delete(wish[0]);
      this.notices.flash(calls[verb].failed, explain(error));
    }
    this.#showControls();
  }

  /**
   * Look busy until the state says so, but not for ever.
   *
   * @param {'muted' | 'panicked'} field
   * @param {boolean} value
   */
  #ask(field, value) {
    this.#asked.set(field, value);
    setTimeout(() => {
      if (this.#asked.get(field) === value) this.#asked.delete(field);
      this.#showControls();
    }, BUSY_AT_MOST_MS);
    this.#showControls();
  }

  /** @param {string | ArrayBuffer} data */
  #receive(data) {
    if (typeof data !== 'string') return;
    /** @type {any} */
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      return;
    }
    if (message?.type === 'ping') this.session.notePing();
    const isGap = message?.type === 'hello'
      ? isSnapshot(message) && this.store.load(message) === 'gap'
      : isChange(message) && this.store.receive(message) === 'gap';
    if (isGap) void this.#refetch();
  }

  /** Something was missed: take the whole state anew, until that works or the connection is gone. */
  async #refetch() {
    if (this.#isRefetching) return;
    this.#isRefetching = true;
    const outcome = await this.actions.refetch().catch(() => 'gap');
    this.#isRefetching = false;
    if (outcome !== 'gap') return;
    setTimeout(() => this.session.state === 'open' && void this.#refetch(), REFETCH_AGAIN_MS);
  }

  /** @param {number} retryInMs */
  #connectionChanged(retryInMs) {
    const { state } = this.session;
    this.#retryAt = performance.now() + retryInMs;
    document.documentElement.dataset.connection = state;
    this.barred.show(state);
    this.composer.setEnabled(!barOf(state));
    const signs = {
      open: ['check', gettext('Connected')],
      connecting: ['clock', gettext('Connecting…')],
      waiting: ['warn', gettext('Reconnecting…')],
      refused: ['cross', gettext('Link refused')],
      no_token: ['cross', gettext('No link')],
      wrong_page: ['cross', gettext('Wrong link')],
      closed: ['cross', gettext('Closed')],
    };
    const [iconName = '', word = ''] = signs[state];
    this.connection.replaceChildren(icon(iconName), word);
    this.connection.dataset.tone = state === 'open' ? 'good' : state === 'connecting' ? 'quiet' : 'warn';
    setText(this.spoken, word);
    if (this.session.stream && !this.store.stream) setText(this.name, this.session.stream.name);
    this.#showNotices();
  }

  #stateChanged() {
    const { state, stream } = this.store;
    if (!state) return;
    if (stream) {
      setText(this.name, stream.name);
      this.name.title = stream.name;
      document.title = stream.name;
    }
    const before = this.#asked.size;
    if (this.#asked.get('panicked') === state.panicked) this.#asked.delete('panicked');
    if (this.#asked.get('muted') === state.muted) this.#asked.delete('muted');
    if (before !== this.#asked.size && state.panicked) setText(this.spoken, gettext('Silenced'));
    this.status.show(state);
    this.live.replaceChildren(icon(state.live ? 'live' : 'ring'), state.live ? gettext('Live') : gettext('Not live'));
    this.live.dataset.tone = state.live ? 'live' : 'quiet';
    this.#showControls();
    this.#showNotices();
  }

  #showControls() {
    const { state } = this.store;
    const isPanicked = state?.panicked ?? false;
    const wish = this.#asked.get('panicked');
    if (wish === true && !isPanicked) this.panic.show('silencing');
    else if (wish === false && isPanicked) this.panic.show('releasing');
    else this.panic.show(isPanicked ? 'silenced' : 'ready');
    this.#showMute(state?.muted ?? false);
    this.mute.setAttribute('aria-busy', String(this.#asked.has('muted')));
    this.skip.classList.toggle('is-idle', !state?.speaking_turn);
  }

  /** @param {boolean} isMuted */
  #showMute(isMuted) {
    const word = isMuted ? gettext('Unmute') : gettext('Mute');
    this.mute.setAttribute('aria-pressed', String(isMuted));
    this.mute.replaceChildren(icon(isMuted ? 'mute' : 'speaker'), node('span', '', word), node('kbd', '', 'M'));
    this.mute.title = isMuted ? gettext('Let the character be heard again (M)') : gettext('Mute the character’s voice (M)');
  }

  #showNotices() {
    const seconds = Math.max(1, Math.ceil((this.#retryAt - performance.now()) / 1000));
    const lost = connectionNotice(this.session.state, seconds);
    const state = barOf(this.session.state) ? null : this.store.state;
    this.notices.show([...(lost ? [lost] : []), ...(state ? noticesOf(state) : [])]);
  }
}

const theme = new URLSearchParams(window.location.search).get('theme');
if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme;
else if (window.obsstudio !== undefined) document.documentElement.dataset.theme = 'dark';

new Dock().start();
