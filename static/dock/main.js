/**
 * The dock page: joins session, store and elements.
 */

import { gettext } from '../i18n.js';
import { Session, browserEnvironment } from '../session.js';
import { Actions, explain } from './actions.js';
import { Barred, barOf } from './barred.js';
import { Composer } from './composer.js';
import { icon, node, setText } from './nodes.js';
import { Notices, connectionNotice, noticesOf } from './notices.js';
import { PanicButton } from './panic.js';
import { HealthView } from './health.js';
import { Panels } from './panels.js';
import { HeldPanel } from './held.js';
import { QueuePanel } from './queue.js';
import { PANELS, addressOf, panelOf } from './routes.js';
import { SceneView } from './scene.js';
import { listenForShortcuts } from './shortcuts.js';
import { adminSignIn } from './sign_in.js';
import { StatusRow } from './status.js';
import { Store, isChange, isSnapshot } from './store.js';
import { Tabs } from './tabs.js';
import { chooseTheme } from './theme.js';
import { Toasts } from './toasts.js';
import { Transcript } from './transcript.js';
import { ViewerView } from './viewer.js';
import { speakerOf } from './words.js';

const REFETCH_AGAIN_MS = 1_500;
/** A press that the server took but never confirmed by a state stops looking busy after this time. */
const BUSY_AT_MOST_MS = 6_000;

customElements.define('vt-transcript', Transcript);
customElements.define('vt-panic', PanicButton);
customElements.define('vt-composer', Composer);
customElements.define('vt-status', StatusRow);
customElements.define('vt-notices', Notices);
customElements.define('vt-barred', Barred);
customElements.define('vt-tabs', Tabs);
customElements.define('vt-queue', QueuePanel);
customElements.define('vt-held', HeldPanel);
customElements.define('vt-viewer', ViewerView);
customElements.define('vt-health', HealthView);
customElements.define('vt-scene', SceneView);
customElements.define('vt-toasts', Toasts);

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

/** @returns {import('../session.js').Environment} The browser's; inside the admin its session stands for the token. */
function environment() {
  const { signIn, csrf } = document.body.dataset;
  return signIn ? { ...browserEnvironment(), signIn: adminSignIn(signIn, csrf ?? '') } : browserEnvironment();
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
    }, environment());
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
    this.now = part('#now', HTMLElement);
    this.tabs = part('vt-tabs', Tabs);
    this.toasts = part('vt-toasts', Toasts);
    this.watching = part('#watching', HTMLElement);
    this.panels = new Panels(
      {
        queue: part('vt-queue', QueuePanel),
        viewer: part('vt-viewer', ViewerView),
        health: part('vt-health', HealthView),
        scene: part('vt-scene', SceneView),
        held: part('vt-held', HeldPanel),
      },
      { actions: this.actions, toasts: this.toasts, open: (panel) => this.#open(panel) },
    );
  }

  start() {
    this.transcript.follow(this.store);
    this.store.subscribe(({ isState }) => {
      if (isState) this.#stateChanged();
      this.#showNow();
    });
    this.composer.say = (name, text) => this.actions.say(name, text);
    this.composer.direct = (text) => this.actions.direct(text);
    this.panels.flash = (title, body) => this.notices.flash(title, body);
    this.#label();
    this.#listen();
    this.#listenForKeys();
    this.#showPanel(panelOf(document.body.dataset.panel ?? window.location.pathname));
    window.addEventListener('popstate', () => this.#showPanel(panelOf(window.location.pathname)));
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
    this.tabs.addEventListener('vt-panel', (event) => {
      this.#open(/** @type {CustomEvent<import('./routes.js').PanelName>} */ (event).detail);
    });
    document.addEventListener('vt-viewer', (event) => {
      this.panels.choose(/** @type {CustomEvent<string>} */ (event).detail);
    });
    document.addEventListener('vt-skip', () => void this.#do('skip'));
    this.transcript.addEventListener('vt-answer', (event) => {
      void this.panels.hand('pin', /** @type {CustomEvent<string>} */ (event).detail);
    });
  }

  #listenForKeys() {
    const mayAct = () => this.panels.mayAct;
    const { panels } = this;
    const hands = ['a', 'd', 'n', 'x', 'y', 'e', 'r', 'g', 'b', 'f', 'v', 'w', 'h'];
    listenForShortcuts({
      ...Object.fromEntries(hands.map((key) => [key, { down: () => mayAct() && panels.key(key) }])),
      s: { down: () => mayAct() && void this.#do('skip') },
      m: { down: () => mayAct() && void this.#do('mute') },
      p: { down: () => mayAct() && this.panic.press(), up: () => this.panic.letGo() },
      '/': { down: () => this.#compose('chat') },
      t: { down: () => this.#compose('say') },
      z: { down: () => mayAct() && (this.toasts.undo() || panels.key('z')) },
      j: { down: () => panels.key('j') },
      k: { down: () => panels.key('k') },
      ArrowDown: { down: () => panels.key('j') },
      ArrowUp: { down: () => panels.key('k') },
      ...Object.fromEntries(PANELS.map((panel, place) => [place + 1, { down: () => this.#open(panel) }])),
    });
  }

  /** @param {import('./composer.js').Mode} mode */
  #compose(mode) {
    if (!this.panels.mayAct) return;
    this.#open('show');
    this.composer.focusText(mode);
  }

  /** @param {import('./routes.js').PanelName} panel */
  #open(panel) {
    if (panel !== this.tabs.panel && !document.body.dataset.signIn) {
      window.history.pushState(null, '', addressOf(panel, window.location));
    }
    this.#showPanel(panel);
  }

  /** @param {import('./routes.js').PanelName} panel */
  #showPanel(panel) {
    this.tabs.show(panel);
    this.panels.show(panel);
    document.documentElement.dataset.panel = panel;
    this.#title();
  }

  #title() {
    const { stream } = this.store;
    if (stream) document.title = stream.name;
  }

  /** What this link may do is known. */
  #showRights() {
    const { scopes } = this.session;
    const mayAct = !scopes.size || scopes.has('control');
    document.documentElement.dataset.may = mayAct ? 'act' : 'watch';
    this.watching.hidden = mayAct;
    this.panels.allow(mayAct);
  }

  /** @param {'skip' | 'mute' | 'panic' | 'release'} verb */
  async #do(verb) {
    const isMuted = !(this.#asked.get('muted') ?? this.store.state?.muted);
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
    this.#tellPanels(message);
    const isGap = message?.type === 'hello'
      ? isSnapshot(message) && this.store.load(message) === 'gap'
      : isChange(message) && this.store.receive(message) === 'gap';
    if (isGap) void this.#refetch();
  }

  /** @param {any} message */
  #tellPanels(message) {
    switch (message?.type) {
      case 'ping':
        this.session.notePing();
        break;
      case 'hello':
        this.#showRights();
        this.panels.changed();
        break;
      case 'viewer':
        this.panels.cardChanged(String(message.viewer));
        break;
      case 'line':
        if (isChange(message) && message.type === 'line') this.panels.lineChanged(message.line);
        break;
      default:
    }
  }

  /** Something was missed: take the whole state anew, until that works or the connection is gone. */
  async #refetch() {
    if (this.#isRefetching) return;
    this.#isRefetching = true;
    const outcome = await this.actions.refetch().catch(() => 'gap');
    this.#isRefetching = false;
    this.panels.changed();
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
      this.#title();
    }
    const before = this.#asked.size;
    if (this.#asked.get('panicked') === state.panicked) this.#asked.delete('panicked');
    if (this.#asked.get('muted') === state.muted) this.#asked.delete('muted');
    if (before !== this.#asked.size && state.panicked) setText(this.spoken, gettext('Silenced'));
    this.status.show(state);
    this.tabs.showWaiting(state.waiting);
    this.tabs.showTrouble(!state.brain.ok || !state.voice.ok || !state.stage_pages);
    this.panels.stateChanged(state);
    this.live.replaceChildren(icon(state.live ? 'live' : 'ring'), state.live ? gettext('Live') : gettext('Not live'));
    this.live.dataset.tone = state.live ? 'live' : 'quiet';
    this.#showControls();
    this.#showNotices();
  }

  /** Keep what is being said in sight. */
  #showNow() {
    const { state, stream } = this.store;
    const line = state?.speaking_turn && stream ? this.store.line(state.speaking_turn) : undefined;
    const isLast = this.store.lines.at(-1)?.id === line?.id;
    const isSaid = line !== undefined && !isLast && line.status === 'speaking' && line.text !== '';
    this.now.hidden = !isSaid;
    if (!isSaid) return;
    if (!this.now.firstChild) this.now.append(icon('wave'), node('p', 'now-words'));
    if (this.now.lastElementChild) setText(this.now.lastElementChild, `${speakerOf(line)}: ${line.text}`);
  }

  #showControls() {
    const { state } = this.store;
    const isPanicked = state?.panicked ?? false;
    const wish = this.#asked.get('panicked');
    if (wish === true && !isPanicked) this.panic.show('silencing');
    else if (wish === false && isPanicked) this.panic.show('releasing');
    else this.panic.show(isPanicked ? 'silenced' : 'ready');
    this.#showMute(this.#asked.get('muted') ?? state?.muted ?? false);
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

chooseTheme();

const panel = new URLSearchParams(window.location.search).get('panel');
if (panel && document.body.dataset.signIn) document.body.dataset.panel = panel;

new Dock().start();
