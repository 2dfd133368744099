/**
 * The light of a feeling: the glow behind the figure and the lamp on its outfit.
 */

import { HEIGHT, TOP, WIDTH } from './frame.js';

/**
 * @typedef {import('./expressions.js').Pose} Pose
 * @typedef {CanvasRenderingContext2D} Pen
 */

/** The soft glow of the emotion's colour behind the figure, kept as a small picture while the colour rests. */
export class Aura {
  /** @type {CanvasRenderingContext2D | null} */ #pen = null;
  #colour = '';

  /**
   * @param {Pen} pen
   * @param {Pose} pose
   * @param {number} seconds
   */
  draw(pen, pose, seconds) {
    const strength = pose.aura * (0.92 + 0.08 * Math.sin(seconds * 1.6));
    if (strength < 0.02) return;
    const colour = colourOf(pose);
    if (colour !== this.#colour) this.#paint(colour);
    if (!this.#pen) return;
    pen.globalAlpha = Math.min(1, strength);
    pen.drawImage(this.#pen.canvas, 0, TOP, WIDTH, HEIGHT);
    pen.globalAlpha = 1;
  }

  /** @param {string} colour */
  #paint(colour) {
    this.#colour = colour;
    this.#pen ??= smallPen();
    const pen = this.#pen;
    if (!pen) return;
    pen.clearRect(0, 0, WIDTH, HEIGHT);
    const gradient = pen.createRadialGradient(500, 480, 140, 500, 480, 500);
    gradient.addColorStop(0, `rgba(${colour}, 0.8)`);
    gradient.addColorStop(0.55, `rgba(${colour}, 0.38)`);
    gradient.addColorStop(1, `rgba(${colour}, 0)`);
    pen.fillStyle = gradient;
    pen.fillRect(0, 0, WIDTH, HEIGHT);
  }
}

/** @returns {CanvasRenderingContext2D | null} A tenth of the picture's size: a glow has no edges to lose. */
function smallPen() {
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH / 10;
  canvas.height = HEIGHT / 10;
  const pen = canvas.getContext('2d');
  pen?.scale(0.1, 0.1);
  return pen;
}

/** @type {(pose: Pose) => string} Red, green, blue. */
const colourOf = (pose) => `${Math.round(pose.red)}, ${Math.round(pose.green)}, ${Math.round(pose.blue)}`;

/**
 * The lamp on the outfit, lit in the emotion's colour.
 *
 * @param {Pen} pen
 * @param {Pose} pose
 * @param {number} energy How strongly the voice sounds, 0 to 1.
 * @param {[x: number, y: number, radius: number]} place
 */
export function drawLamp(pen, pose, energy, [x, y, radius]) {
  const colour = colourOf(pose);
  pen.save();
  pen.translate(x, y);
  pen.scale(radius / 25, radius / 25);
  const glow = pen.createRadialGradient(0, 0, 6, 0, 0, 74);
  glow.addColorStop(0, `rgba(${colour}, ${0.55 + 0.4 * energy})`);
  glow.addColorStop(1, `rgba(${colour}, 0)`);
  pen.fillStyle = glow;
  pen.fillRect(-80, -80, 160, 160);
  pen.lineWidth = 8;
  pen.strokeStyle = '#221a3d';
  pen.fillStyle = `rgb(${colour})`;
  pen.beginPath();
  pen.arc(0, 0, 25, 0, Math.PI * 2);
  pen.stroke();
  pen.fill();
  pen.fillStyle = 'rgba(255, 255, 255, 0.75)';
  pen.beginPath();
  pen.ellipse(-8, -9, 8, 6, -0.6, 0, Math.PI * 2);
  pen.fill();
  pen.restore();
}
