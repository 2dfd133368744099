/**
 * Subtitles: at most two lines, words coming along with the voice, gone soon after.
 *
 * Owns its element. Must not know turns, audio or sockets; breaking.js knows where lines break.
 */

import { layOut, weightOf } from './breaking.js';

const FADE_AFTER_MS = 1100;
/** Words appear a little before they are said: the eye is slower than the ear. */
const AHEAD_SHARE = 0.02;
/** What the plate and the outline take beside the words, in font sizes. */
const PADDING = 2.4;

/**
 * @typedef {import('./breaking.js').Page} Page
 * @typedef {{node: HTMLElement, from: number}} ShownWord
 * @typedef {{pages: Page[], whole: number, page: number, words: ShownWord[], next: number}} LaidOut
 * @typedef {LaidOut & {text: string}} Shown
 */

/** The element at the foot of the stage. */
export class Subtitles {
  /** @type {Shown | null} */ #shown = null;
  /** @type {number | undefined} */ #fadeTimer;
  #isOn = true;
  #language = 'en';
  #showsName = true;

  /** @param {HTMLElement} root Gets the subtitle as children. */
  constructor(root) {
    this.root = root;
    this.plate = document.createElement('div');
    this.plate.className = 'subtitle';
    this.words = document.createElement('div');
    this.words.className = 'subtitle-words';
    this.words.dir = 'auto';
    this.tag = document.createElement('div');
    this.tag.className = 'subtitle-name';
    this.tag.hidden = true;
    this.plate.append(this.tag, this.words);
    this.root.replaceChildren(this.plate);
    this.pen = document.createElement('canvas').getContext('2d');
  }

  /** @returns {string} What is on screen now, revealed or about to be; "" when nothing is. */
  get text() {
    return this.#shown?.text ?? '';
  }

  /** @returns {string[]} Words that have been said, of the page of words on screen. */
  get said() {
    const words = this.#shown?.words ?? [];
    return words.filter(({ node }) => node.classList.contains('is-said')).map(({ node }) => node.textContent ?? '');
  }

  /** @param {boolean} isOn */
  setOn(isOn) {
    this.#isOn = isOn;
    if (!isOn) this.clear();
  }

  /** @param {import('./look.js').SubtitleStyle} style */
  setStyle({ words, name }) {
    this.plate.dataset.words = words;
    this.#showsName = name;
    this.tag.hidden = !name || !this.tag.textContent;
  }

  /** Lay out what is shown anew: place or size changed. */
  fit() {
    const shown = this.#shown;
    if (!shown) return;
    Object.assign(shown, this.#laidOut(shown.text));
    this.#turnTo(0);
  }

  /** @param {string} language BCP 47 tag of what is said: chooses the shapes of Chinese and Japanese signs. */
  setLanguage(language) {
    this.#language = language;
    this.words.lang = language;
  }

  /** @param {string} name Who speaks; "" shows no name. */
  setName(name) {
    this.tag.textContent = name;
    this.tag.hidden = !name || !this.#showsName;
  }

  /** @param {string} text Replaces what is shown. */
  show(text) {
    clearTimeout(this.#fadeTimer);
    if (!this.#isOn || !text.trim()) return this.clear();
    this.#shown = { ...this.#laidOut(text), text };
    this.plate.classList.remove('is-fading');
    this.#turnTo(0);
    this.plate.classList.add('is-shown');
  }

  /** @param {number} share How much of the text's weight has been said, in [0, 1]. */
  reveal(share) {
    const shown = this.#shown;
    if (!shown) return;
    let said = Math.min(1, share + AHEAD_SHARE) * shown.whole;
    let page = 0;
    while (page < shown.pages.length - 1 && said >= (shown.pages[page]?.weight ?? 0)) {
      said -= shown.pages[page]?.weight ?? 0;
      page += 1;
    }
    if (page > shown.page) this.#turnTo(page);
    if (page < shown.page) return;
    for (; shown.next < shown.words.length; shown.next += 1) {
      const word = shown.words[shown.next];
      if (!word || (share < 1 && word.from > said)) return;
      word.node.classList.add('is-said');
    }
  }

  /** Leave the words for a moment, then let them go. */
  fade() {
    clearTimeout(this.#fadeTimer);
    this.#fadeTimer = window.setTimeout(() => {
      this.plate.classList.add('is-fading');
      this.plate.classList.remove('is-shown');
      this.#shown = null;
    }, FADE_AFTER_MS);
  }

  /** Away at once. */
  clear() {
    clearTimeout(this.#fadeTimer);
    this.#shown = null;
    this.plate.classList.remove('is-shown', 'is-fading');
  }

  /**
   * @param {string} text
   * @returns {LaidOut} Its pages, the first not yet turned to.
   */
  #laidOut(text) {
    const pages = this.#pagesOf(text);
    const whole = pages.reduce((sum, page) => sum + page.weight, 0);
    return { pages, whole, page: -1, words: [], next: 0 };
  }

  /**
   * @param {string} text
   * @returns {Page[]}
   */
  #pagesOf(text) {
    const style = getComputedStyle(this.words);
    const pen = this.pen;
    if (pen) pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const fontSize = parseFloat(style.fontSize);
    const measure = (/** @type {string} */ part) => pen?.measureText(part).width ?? part.length * fontSize * 0.6;
    return layOut(text, this.root.clientWidth - PADDING * fontSize, measure, this.#language);
  }

  /** @param {number} number Put this page's words into the plate, not yet said. */
  #turnTo(number) {
    const shown = this.#shown;
    const page = shown?.pages[number];
    if (!shown || !page) return;
    shown.page = number;
    shown.words = [];
    shown.next = 0;
    let from = 0;
    const lines = page.lines.map((pieces) => {
      const line = document.createElement('span');
      line.className = 'subtitle-line';
      for (const [place, piece] of pieces.entries()) {
        const node = document.createElement('span');
        node.className = 'subtitle-word';
        node.textContent = place === pieces.length - 1 ? piece.trimEnd() : piece; // a last space would shift the line
        line.append(node);
        shown.words.push({ node, from });
        from += weightOf(piece);
      }
      return line;
    });
    this.words.replaceChildren(...lines);
  }
}
