/**
 * The face beside an avatar's form: the stage's own puppet, wearing what is chosen now, feeling, speaking and moving as
 * asked. Draws nothing itself.
 *
 * For people who prefer less motion it shows still pictures, and moves only while a movement or a line that was asked
 * for lasts.
 */

import { mouthAt } from '../../stage/lipsync.js';
import { createRenderer } from '../../stage/avatar/renderer.js';
import { Fields } from './fields.js';
import { cuesOf, sweepOf } from './line.js';

/** Long enough for a feeling to settle and the lips to part. */
const SETTLE_MS = 1500;
const PICTURE_MS = 16;
const MOTION_MS = 2600;
const SWEEP_EACH_MS = 420;
const LONGEST_STEP_MS = 100;

/** @typedef {import('./fields.js').Wear} Wear */

/**
 * @param {Wear} wear
 * @returns {import('../../stage/wire.js').Look}
 */
const lookOf = (wear) => /** @type {import('../../stage/wire.js').Look} */ ({
  badge: false, subtitles: false, character: '', avatar: { kind: 'puppet', ...wear },
});

/** The living face. */
class Preview {
  #face = createRenderer('puppet');
  #calm = window.matchMedia('(prefers-reduced-motion: reduce)');
  /** Time of the face itself: it stands while nothing moves. */
  #now = 1000;
  #drawnAt = 0;
  #moveUntil = 0;
  #viseme = 'sil';
  /** @type {{cues: import('../../stage/wire.js').Cue[], from: number, ms: number} | null} */ #line = null;
  #request = 0;

  /**
   * @param {HTMLElement} root
   * @param {Fields} fields
   * @param {(viseme: string) => void} onSaid Told which mouth a line is at, and "sil" when it ends.
   */
  constructor(root, fields, onSaid) {
    this.root = root;
    this.fields = fields;
    this.onSaid = onSaid;
    this.#calm.addEventListener('change', () => this.#wake());
  }

  /** Show what the form says now. */
  dress() {
    this.#face.mount(this.root, lookOf(this.fields.read()));
    this.#wake();
  }

  /**
   * @param {string} name
   * @param {number} intensity
   */
  feel(name, intensity) {
    this.#face.setEmotion(name, intensity);
    this.#wake();
  }

  /** @param {string} viseme Held until another is asked for. */
  hold(viseme) {
    this.#line = null;
    this.#viseme = viseme;
    this.#wake();
  }

  /** @param {string} motion */
  move(motion) {
    this.#face.play(motion);
    this.#moveUntil = this.#now + MOTION_MS;
    this.#wake();
  }

  /** @param {{cues: import('../../stage/wire.js').Cue[], ms: number}} line */
  say({ cues, ms }) {
    this.#line = { cues, ms, from: this.#now };
    this.#moveUntil = Math.max(this.#moveUntil, this.#now + ms + 200);
    this.#wake();
  }

  dispose() {
    cancelAnimationFrame(this.#request);
    this.#request = 0;
    this.#face.unmount();
  }

  /** Something is to be shown: go on moving, or paint one settled picture. */
  #wake() {
    if (this.#calm.matches && this.#now >= this.#moveUntil) this.#settle();
    else if (!this.#request) {
      this.#drawnAt = 0;
      this.#request = requestAnimationFrame((at) => this.#picture(at));
    }
  }

  #settle() {
    for (const end = this.#now + SETTLE_MS; this.#now < end; this.#now += PICTURE_MS) this.#step();
  }

  /** @param {number} at */
  #picture(at) {
    this.#request = 0;
    this.#now += Math.min(LONGEST_STEP_MS, this.#drawnAt ? at - this.#drawnAt : PICTURE_MS);
    this.#drawnAt = at;
    this.#step();
    if (this.#calm.matches && this.#now >= this.#moveUntil) return;
    this.#request = requestAnimationFrame((next) => this.#picture(next));
  }

  #step() {
    this.#face.setViseme(this.#mouth());
    this.#face.frame(this.#now);
  }

  /** @returns {Record<string, number>} */
  #mouth() {
    const line = this.#line;
    if (!line) return { [this.#viseme]: 1 };
    const atMs = this.#now - line.from;
    if (atMs > line.ms) {
      this.#line = null;
      this.#viseme = 'sil';
      this.onSaid('sil');
      return { sil: 1 };
    }
    const mouth = mouthAt(line.cues, atMs);
    const [widest = 'sil'] = Object.entries(mouth).sort((left, right) => right[1] - left[1])[0] ?? [];
    this.onSaid(widest);
    return mouth;
  }
}

/**
 * Small pictures of the ready looks: each drawn once.
 *
 * @param {HTMLElement} button
 * @param {Record<string, string>} parts
 */
function paintThumb(button, parts) {
  const frame = button.querySelector('.vt-thumb');
  if (!(frame instanceof HTMLElement)) return;
  const values = /** @type {Record<string, string>} */ (JSON.parse(button.dataset.values ?? '{}'));
  const named = Object.entries(parts).map(([part, name]) => [part, values[name] ?? '']);
  const face = createRenderer('puppet');
  face.mount(frame, lookOf({ palette: values, parts: Object.fromEntries(named) }));
  for (let at = 0; at < 40; at += 1) face.frame(2000 + at * PICTURE_MS);
  const drawn = frame.querySelector('canvas');
  face.unmount();
  if (drawn) frame.append(drawn);
}

/**
 * @param {ParentNode} panel
 * @param {string} selector
 * @param {(input: HTMLInputElement) => void} act
 */
function onRadios(panel, selector, act) {
  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (panel.querySelectorAll(selector))) {
    input.addEventListener('change', () => act(input));
  }
}

/** @param {HTMLElement} panel */
function wire(panel) {
  const root = /** @type {HTMLElement} */ (panel.querySelector('.vt-face'));
  const parts = /** @type {Record<string, string>} */ (JSON.parse(panel.dataset.parts ?? '{}'));
  const fields = new Fields(/** @type {Wear} */ (JSON.parse(panel.dataset.wear ?? '{}')), parts);
  /** @type {(selector: string) => any} */
  const find = (selector) => panel.querySelector(selector);
  const preview = new Preview(root, fields, (viseme) => {
    const mouth = find(`input[name="vt-mouth"][value="${viseme}"]`);
    if (mouth) mouth.checked = true;
  });
  const feel = () => {
    const strength = Number(find('#vt-strength').value);
    find('#vt-strength-said').textContent = `${Math.round(strength * 100)} %`;
    preview.feel(find('input[name="vt-feeling"]:checked')?.value ?? 'neutral', strength);
  };
  onRadios(panel, 'input[name="vt-feeling"]', feel);
  onRadios(panel, 'input[name="vt-mouth"]', (input) => preview.hold(input.value));
  find('#vt-strength').addEventListener('input', feel);
  for (const button of panel.querySelectorAll('button[data-motion]')) {
    button.addEventListener('click', () => preview.move(/** @type {HTMLElement} */ (button).dataset.motion ?? ''));
  }
  wireLine(panel, preview);
  wireLooks(panel, fields);
  fields.watch(soon(() => preview.dress()));
  preview.dress();
  feel();
  window.addEventListener('pagehide', () => preview.dispose());
  window.addEventListener('pageshow', (shown) => shown.persisted && preview.dress());
}

/**
 * A ready look changes many fields: the face is dressed once, before the next picture.
 *
 * @param {() => void} act
 * @returns {() => void}
 */
function soon(act) {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    queueMicrotask(() => {
      isDue = false;
      act();
    });
  };
}

/**
 * @param {HTMLElement} panel
 * @param {Preview} preview
 */
function wireLine(panel, preview) {
  const line = /** @type {HTMLInputElement} */ (panel.querySelector('#vt-line'));
  const say = () => preview.say(cuesOf(line.value || line.placeholder));
  panel.querySelector('#vt-say')?.addEventListener('click', say);
  line.addEventListener('keydown', (pressed) => {
    if (pressed.key !== 'Enter') return;
    pressed.preventDefault();
    say();
  });
  panel.querySelector('#vt-sweep')?.addEventListener('click', () => {
    const mouths = [...panel.querySelectorAll('input[name="vt-mouth"]')];
    preview.say(sweepOf(mouths.map((mouth) => /** @type {HTMLInputElement} */ (mouth).value), SWEEP_EACH_MS));
  });
}

/**
 * @param {HTMLElement} panel
 * @param {Fields} fields
 */
function wireLooks(panel, fields) {
  const said = /** @type {HTMLElement | null} */ (panel.querySelector('#vt-look-said'));
  const parts = /** @type {Record<string, string>} */ (JSON.parse(panel.dataset.parts ?? '{}'));
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (panel.querySelectorAll('button[data-values]'))) {
    if (button.querySelector('.vt-thumb')) paintThumb(button, parts);
    button.addEventListener('click', () => {
      fields.fill(JSON.parse(button.dataset.values ?? '{}'));
      if (said) said.textContent = said.dataset.filled?.replace('%s', button.dataset.said ?? '') ?? '';
    });
  }
  panel.querySelector('#vt-back')?.addEventListener('click', () => {
    fields.reset();
    if (said) said.textContent = said.dataset.back ?? '';
  });
}

const place = document.getElementById('vt-avatar');
if (place) wire(place);
