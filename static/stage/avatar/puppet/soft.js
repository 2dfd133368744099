/**
 * Parts that bend: an outline whose lower end swings later and further than its root.
 */

/**
 * @typedef {import('./frame.js').Swing} Swing
 * @typedef {import('./palette.js').Palette} Palette
 *
 * @typedef {object} Stroke One line or surface of a soft part; it bends with the whole.
 * @property {string} path Absolute M, L, Q, C and Z only.
 * @property {(pen: CanvasRenderingContext2D, palette: Palette) => string | CanvasGradient} [fill]
 * @property {(palette: Palette) => string} [line]
 * @property {number} [width]
 */

/** An outline that can be traced bent. */
export class Bendable {
  /** @type {string[]} */ #verbs = [];
  /** @type {Float64Array} */ #points;
  #bent;

  /**
   * @param {string} path Absolute M, L, Q, C and Z only.
   * @param {number} top Where it hangs.
   * @param {number} bottom Its end.
   */
  constructor(path, top, bottom) {
    this.top = top;
    this.length = bottom - top;
    const numbers = [];
    for (const [, verb = '', rest = ''] of path.matchAll(/([MLQCZ])([^MLQCZ]*)/g)) {
      const found = rest.trim().split(/[\s,]+/).filter(Boolean).map(Number);
      const pairs = { M: 2, L: 2, Q: 4, C: 6, Z: 0 }[verb] ?? 0;
      for (let at = 0; at < Math.max(1, found.length); at += pairs || 1) this.#verbs.push(verb);
      numbers.push(...found);
    }
    this.#points = Float64Array.from(numbers);
    this.#bent = new Float64Array(numbers.length);
  }

  /**
   * Give the pen the bent outline as its path.
   *
   * @param {CanvasRenderingContext2D} pen
   * @param {number} root Radians at the root.
   * @param {number} tip Radians at the end.
   */
  trace(pen, root, tip) {
    const from = this.#points;
    const to = this.#bent;
    for (let at = 0; at < from.length; at += 2) {
      const y = Number(from[at + 1]);
      const fall = Math.max(0, y - this.top);
      const share = fall / this.length;
      const angle = root * Math.min(1, share * 2) + (tip - root) * share * share;
      to[at] = Number(from[at]) - angle * fall;
      to[at + 1] = y - 0.5 * angle * angle * fall;
    }
    this.#run(pen, to);
  }

  /**
   * @param {CanvasRenderingContext2D} pen
   * @param {ArrayLike<number>} p
   */
  #run(pen, p) {
    let i = 0;
    /** @returns {number} */
    const next = () => Number(p[i++]);
    pen.beginPath();
    for (const verb of this.#verbs) {
      if (verb === 'M') pen.moveTo(next(), next());
      else if (verb === 'L') pen.lineTo(next(), next());
      else if (verb === 'Q') pen.quadraticCurveTo(next(), next(), next(), next());
      else if (verb === 'C') pen.bezierCurveTo(next(), next(), next(), next(), next(), next());
      else pen.closePath();
    }
  }
}

/**
 * @param {import('./frame.js').Slot} slot
 * @param {{top: number, bottom: number, drift?: [number, number], stiffness?: number}} hang
 * @param {Stroke[]} strokes From the back to the front.
 * @returns {import('./frame.js').Soft}
 */
export function softPart(slot, { top, bottom, drift = [0, 0], stiffness = 1 }, strokes) {
  return {
    slot,
    drift,
    prepare(pen, palette) {
      const ready = strokes.map(({ path, fill, line, width = 8 }) => ({
        outline: new Bendable(path, top, bottom),
        fill: fill?.(pen, palette),
        line: line?.(palette),
        width,
      }));
      return (live, swing) => {
        for (const { outline, fill, line, width } of ready) {
          outline.trace(live, swing.root / stiffness, swing.tip / stiffness);
          live.lineJoin = 'round';
          live.lineCap = 'round';
          if (line) {
            live.strokeStyle = line;
            live.lineWidth = width;
            live.stroke();
          }
          if (!fill) continue;
          live.fillStyle = fill;
          live.fill();
        }
      };
    },
  };
}

/**
 * The same outline on the other side of the figure.
 *
 * @param {string} path Absolute M, L, Q, C and Z only.
 * @returns {string}
 */
export function mirrored(path) {
  let isX = false;
  return path.replace(/[MLQCZ]|-?\d+(?:\.\d+)?/g, (token) => {
    if (/[MLQCZ]/.test(token)) {
      isX = true;
      return token;
    }
    const value = isX ? String(Number((1000 - Number(token)).toFixed(1))) : token;
    isX = !isX;
    return value;
  });
}
