/**
 * The test card of `?card=1`: what somebody who sets up OBS wants to see, and viewers never do.
 *
 * Owns its element: colour bars, margins, the page's size and pace, the connection, the sound. Reads, changes nothing
 * but the test tone.
 */

import { fill, gettext } from '../i18n.js';
import { Tone } from './tone.js';

const BARS = 8;
/** Where titles have to stay by old custom, % of the picture. */
const TITLE_SAFE = 5;
const LEAST_DB = -60;
const PEAK_FALLS_DB = 0.4;
const UPDATE_MS = 100;

/**
 * @typedef {object} Reading
 * @property {import('../session.js').SessionState} connection
 * @property {boolean} isPrimary
 * @property {boolean} isPreview
 * @property {string} stream
 * @property {number} fps
 * @property {number} dropped
 */

/** @returns {string} The connection in words. @param {import('../session.js').SessionState} state */
function connectionWords(state) {
  switch (state) {
    case 'open':
      return gettext('connected');
    case 'connecting':
      return gettext('connecting…');
    case 'waiting':
      return gettext('not connected, trying again');
    case 'refused':
      return gettext('this link was revoked: make a new one in the admin');
    case 'wrong_page':
      return gettext('this is the link of another page');
    case 'no_token':
      return gettext('the address has no token: copy the whole link');
    default:
      return gettext('not connected');
  }
}

/**
 * @param {string} className
 * @param {string} [text]
 * @returns {HTMLElement}
 */
function node(className, text = '') {
  const made = document.createElement('div');
  made.className = className;
  made.textContent = text;
  return made;
}

/** The card and its numbers. */
export class TestCard {
  #peakDb = LEAST_DB;
  #updatedAt = 0;

  /**
   * @param {HTMLElement} root
   * @param {import('./audio.js').Player} player
   * @param {boolean} beeps Begin with the tone on.
   */
  constructor(root, player, beeps) {
    this.root = root;
    this.player = player;
    this.tone = new Tone(player);
    this.flash = node('card-flash');
    this.level = node('card-level');
    this.peak = node('card-peak');
    /** @type {Map<string, HTMLElement>} */
    this.values = new Map();
    this.button = document.createElement('button');
    this.button.type = 'button';
    this.button.className = 'card-button';
    this.button.addEventListener('click', () => this.#switch(!this.tone.isOn));
    this.root.replaceChildren(this.#bars(), this.#frame('card-safe'), this.#title(), this.#panel());
    this.root.hidden = false;
    this.#switch(beeps);
  }

  /**
   * @param {number} now `performance.now()`.
   * @param {Reading} reading
   */
  frame(now, reading) {
    this.flash.classList.toggle('is-on', this.tone.tick());
    const db = Math.max(LEAST_DB, 20 * Math.log10(this.player.rms() * Math.SQRT2 || 1e-9));
    this.#peakDb = Math.max(db, this.#peakDb - PEAK_FALLS_DB);
    this.level.style.setProperty('--level', String(1 - db / LEAST_DB));
    this.peak.style.setProperty('--level', String(1 - this.#peakDb / LEAST_DB));
    if (now - this.#updatedAt < UPDATE_MS) return;
    this.#updatedAt = now;
    this.#tell(reading);
  }

  /** @param {Reading} reading */
  #tell(reading) {
    const { connection, isPrimary, isPreview, stream, fps, dropped } = reading;
    const { context, stats } = this.player;
    const share = `${window.innerWidth} × ${window.innerHeight}`;
    const isWide = Math.abs(window.innerWidth / window.innerHeight - 16 / 9) < 0.01;
    this.#set('connection', connectionWords(connection), connection === 'open');
    this.#set('stream', stream || '—', true);
    this.#set('page', this.#roleWords(connection, isPrimary, isPreview), isPrimary);
    this.#set('picture', `${share}${isWide ? '' : ` · ${gettext('not 16:9')}`} · ${window.devicePixelRatio}×`, isWide);
    this.#set('fps', String(fps), fps >= 30);
    this.#set('sound', this.#soundWords(), this.player.isRunning);
    this.#set('level', `${this.#peakDb <= LEAST_DB ? '−∞' : this.#peakDb.toFixed(0)} dBFS`, true);
    this.#set('rate', `${context.sampleRate} Hz · ${Math.round((context.outputLatency || 0) * 1000)} ms`, true);
    const wrong = fill(gettext('%(n)s breaks, %(dropped)s dropped'), { n: stats.underruns + stats.gaps, dropped });
    this.#set('breaks', wrong, stats.underruns + stats.gaps + dropped === 0);
  }

  /** @returns {string} @param {string} connection @param {boolean} isPrimary @param {boolean} isPreview */
  #roleWords(connection, isPrimary, isPreview) {
    if (isPreview) return gettext('preview: never answers for the show');
    if (connection !== 'open') return '—';
    return isPrimary ? gettext('primary: this page counts') : gettext('not primary: another page counts');
  }

  /** @returns {string} */
  #soundWords() {
    if (this.player.isRunning) return window.obsstudio ? gettext('on, in OBS') : gettext('on');
    return gettext('held back by the browser: click the page');
  }

  /** @param {string} name @param {string} text @param {boolean} isGood */
  #set(name, text, isGood) {
    const value = this.values.get(name);
    if (!value) return;
    if (value.textContent !== text) value.textContent = text;
    value.classList.toggle('is-bad', !isGood);
  }

  /** @param {boolean} isOn */
  #switch(isOn) {
    this.tone.set(isOn);
    this.button.textContent = isOn ? gettext('Stop the test tone') : gettext('Play the test tone');
    this.button.setAttribute('aria-pressed', String(isOn));
  }

  /** @returns {HTMLElement} */
  #bars() {
    const bars = node('card-bars');
    for (let bar = 0; bar < BARS; bar += 1) bars.append(node(`card-bar card-bar-${bar}`));
    const greys = node('card-bars card-greys');
    for (let grey = 0; grey < BARS; grey += 1) greys.append(node(`card-bar card-grey-${grey}`));
    const both = node('card-ground');
    both.append(bars, greys);
    return both;
  }

  /** @param {string} className @returns {HTMLElement} Lines around what is inside the margins. */
  #frame(className) {
    const frame = node(className);
    frame.append(node('card-label', gettext('your margins: subtitles stay inside')), node('card-cross'));
    return frame;
  }

  /** @returns {HTMLElement} */
  #title() {
    const frame = node('card-title');
    frame.style.setProperty('inset', `${TITLE_SAFE}%`);
    return frame;
  }

  /** @returns {HTMLElement} */
  #panel() {
    const panel = node('card-panel');
    const rows = [
      ['connection', gettext('Connection')], ['stream', gettext('Stream')], ['page', gettext('This page')],
      ['picture', gettext('Picture')], ['fps', gettext('Pictures a second')], ['sound', gettext('Sound')],
      ['level', gettext('Peak')], ['rate', gettext('Sound card')], ['breaks', gettext('Voice so far')],
    ];
    panel.append(node('card-heading', gettext('Test card')));
    for (const [name = '', label = ''] of rows) {
      const value = node('card-value');
      this.values.set(name, value);
      panel.append(node('card-name', label), value);
    }
    const meter = node('card-meter');
    meter.append(this.level, this.peak);
    panel.append(meter, this.button, this.flash);
    return panel;
  }
}
