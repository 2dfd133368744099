/**
 * A small picture of numbers over time, and their figures. The arithmetic is pure.
 */

import { svg } from './nodes.js';

const WIDTH = 300;
const HEIGHT = 56;
const PAD = 4;

/**
 * @param {number[]} values
 * @param {number} share 0 to 1.
 * @returns {number | null} The value that so great a share of them does not exceed; nothing for none.
 */
export function quantile(values, share) {
  if (!values.length) return null;
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? sorted[0] ?? null;
}

/**
 * @param {number[]} values At least one, in order of time.
 * @returns {{x: number, y: number}[]} Their places in the picture; the lowest line is zero.
 */
export function places(values) {
  const most = Math.max(1, ...values);
  const step = values.length > 1 ? (WIDTH - 2 * PAD) / (values.length - 1) : 0;
  const left = values.length > 1 ? PAD : WIDTH / 2;
  return values.map((value, index) => ({
    x: Math.round((left + index * step) * 10) / 10,
    y: Math.round((HEIGHT - PAD - (Math.max(0, value) / most) * (HEIGHT - 2 * PAD)) * 10) / 10,
  }));
}

/**
 * @param {number[]} values In order of time.
 * @param {string} label What a screen reader is told.
 * @param {number | null} line A value to draw a dashed line at.
 * @returns {SVGSVGElement}
 */
export function sparkline(values, label, line = null) {
  const picture = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'spark', role: 'img', 'aria-label': label });
  picture.setAttribute('preserveAspectRatio', 'none');
  if (!values.length) return picture;
  const points = places(values.length > 1 ? values : [...values, ...values]);
  const path = points.map(({ x, y }) => `${x},${y}`).join(' ');
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return picture;
  picture.append(svg('polygon', { points: `${first.x},${HEIGHT} ${path} ${last.x},${HEIGHT}`, class: 'spark-area' }));
  const guide = line === null ? undefined : places([...values, line]).at(-1);
  if (guide) picture.append(svg('line', { x1: 0, x2: WIDTH, y1: guide.y, y2: guide.y, class: 'spark-guide' }));
  picture.append(svg('polyline', { points: path, class: 'spark-line' }));
  return picture;
}
