/**
 * The mini-stage above a layout's form: a stage page in a frame that shows the form's values as they change, and boxes
 * over it to drag. Saves nothing.
 */

/** @typedef {Record<string, any>} Values */

/** Width of a figure's box for its height, in shares of a 16:9 picture. */
const FIGURE_WIDTH = (1 / 1.16) * (9 / 16);
const SUBTITLE_HEIGHT = 16;

/**
 * @param {string} name
 * @returns {HTMLInputElement | HTMLSelectElement | null}
 */
function field(name) {
  return /** @type {any} */ (document.getElementById(`id_${name}`));
}

/** @param {string} name @returns {number} */
const number = (name) => Number(field(name)?.value ?? 0);
/** @param {string} name @returns {boolean} */
const isChecked = (name) => /** @type {HTMLInputElement | null} */ (field(name))?.checked ?? false;
/** @param {string} name @returns {string} */
const text = (name) => field(name)?.value ?? '';

/**
 * @param {string} name
 * @param {number} value Rounded to the field's step and held inside its range by the browser.
 */
function set(name, value) {
  const input = field(name);
  if (!(input instanceof HTMLInputElement)) return;
  input.value = String(Math.round(value * 2) / 2);
  input.dispatchEvent(new Event('input', { bubbles: true }));
}

/** The frame, the boxes and the form. */
class MiniStage {
  #isAsked = false;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.screen = /** @type {HTMLElement} */ (root.querySelector('.vt-mini-screen'));
    this.frame = /** @type {HTMLIFrameElement} */ (root.querySelector('iframe'));
    this.look = JSON.parse(root.dataset.look ?? '{}');
    this.guests = JSON.parse(root.dataset.guests ?? '{}');
    this.boxes = /** @type {HTMLElement[]} */ ([...root.querySelectorAll('[data-box]')]);
    for (const box of this.boxes) box.addEventListener('pointerdown', (event) => this.#hold(box, event));
    for (const kind of ['input', 'change']) document.addEventListener(kind, () => this.#changed());
    root.addEventListener('click', ({ target }) => this.#press(/** @type {HTMLElement} */ (target)));
    window.addEventListener('message', ({ origin, data }) => {
      if (origin === window.location.origin && data?.type === 'vtcontrol.rehearsal') this.#show();
    });
    this.#show();
  }

  /** Once for all changes of a moment. */
  #changed() {
    if (this.#isAsked) return;
    this.#isAsked = true;
    requestAnimationFrame(() => {
      this.#isAsked = false;
      this.#show();
    });
  }

  #show() {
    this.frame.contentWindow?.postMessage({ type: 'vtcontrol.look', look: this.#current() }, window.location.origin);
    const inset = ['top', 'right', 'bottom', 'left'].map((side) => `${number(`safe_${side}`)}%`).join(' ');
    /** @type {HTMLElement | null} */ (this.root.querySelector('.vt-mini-safe'))?.style.setProperty('inset', inset);
    for (const box of this.boxes) this.#place(box);
  }

  /** @returns {Values} The look as the form has it. */
  #current() {
    const place = (/** @type {string} */ who, /** @type {string} */ mirror) => ({
      x: number(`${who}_x`), y: number(`${who}_y`), height: number(`${who}_height`), mirrored: isChecked(mirror),
    });
    const [first] = this.look.characters;
    const characters = [{ ...first, place: place('figure', 'is_mirrored') }];
    const guest = this.guests[text('guest')];
    if (guest) characters.push({ key: 'guest', ...guest, place: place('guest', 'is_guest_mirrored') });
    return {
      ...this.look,
      characters,
      layout: {
        subtitles: {
          x: number('subtitle_x'), y: number('subtitle_y'), width: number('subtitle_width'), size: number('subtitle_size'),
          words: text('subtitle_words'), plate: number('subtitle_plate'), name: isChecked('shows_name'),
        },
        safe: {
          top: number('safe_top'), right: number('safe_right'), bottom: number('safe_bottom'), left: number('safe_left'),
        },
        badge: text('badge_place'),
      },
    };
  }

  /** @param {HTMLElement} box */
  #place(box) {
    const name = box.dataset.box ?? '';
    const isSubtitle = name === 'subtitle';
    if (name === 'guest') box.hidden = !this.guests[text('guest')];
    const height = isSubtitle ? SUBTITLE_HEIGHT : number(`${name}_height`);
    const width = isSubtitle ? number('subtitle_width') : height * FIGURE_WIDTH;
    box.style.setProperty('left', `${number(`${name}_x`) - width / 2}%`);
    box.style.setProperty('width', `${width}%`);
    box.style.setProperty('bottom', `${number(`${name}_y`)}%`);
    box.style.setProperty('height', `${height}%`);
  }

  /**
   * @param {HTMLElement} box
   * @param {PointerEvent} event
   */
  #hold(box, event) {
    event.preventDefault();
    box.setPointerCapture(event.pointerId);
    box.classList.add('is-held');
    const name = box.dataset.box ?? '';
    const isGrip = event.target instanceof Element && event.target.hasAttribute('data-grip');
    const { width, height } = this.screen.getBoundingClientRect();
    const was = (/** @type {string} */ what) => number(`${name}_${what}`);
    const from = { x: was('x'), y: was('y'), height: was('height'), width: was('width') };
    const move = (/** @type {PointerEvent} */ now) => {
      const right = ((now.clientX - event.clientX) / width) * 100;
      const up = ((event.clientY - now.clientY) / height) * 100;
      if (!isGrip) {
        set(`${name}_x`, from.x + right);
        set(`${name}_y`, from.y + up);
      } else if (name === 'subtitle') set('subtitle_width', from.width + 2 * right);
      else set(`${name}_height`, from.height + up);
    };
    const release = () => {
      box.classList.remove('is-held');
      box.removeEventListener('pointermove', move);
    };
    box.addEventListener('pointermove', move);
    box.addEventListener('pointerup', release, { once: true });
    box.addEventListener('pointercancel', release, { once: true });
  }

  /** @param {HTMLElement} target */
  #press(target) {
    const { preset, groundTo } = target.dataset;
    if (groundTo) this.screen.dataset.ground = groundTo;
    if (!preset) return;
    for (const [name, value] of Object.entries(JSON.parse(preset))) set(name, value);
  }
}

const root = document.getElementById('vt-mini');
if (root) new MiniStage(root);

export {};
