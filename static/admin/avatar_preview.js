/**
 * The face beside an avatar's colours: the stage's own puppet, in the colours as they are picked.
 */

import { createRenderer } from '../stage/avatar/renderer.js';

const root = document.getElementById('vt-face');
const pickers = /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll('input[data-part]'));
const calm = window.matchMedia('(prefers-reduced-motion: reduce)');

/** @returns {Record<string, string>} */
function palette() {
  /** @type {Record<string, string>} */
  const colours = { .../** @type {Record<string, string>} */ (JSON.parse(root?.dataset.palette ?? '{}')) };
  for (const picker of pickers) colours[picker.dataset.part ?? ''] = picker.value;
  return colours;
}

/** @returns {import('../stage/wire.js').Look} */
const look = () => ({
  badge: false,
  subtitles: false,
  character: '',
  avatar: { kind: 'puppet', palette: palette() },
});

if (root) {
  const face = createRenderer('puppet');
  face.mount(root, look());
  for (const picker of pickers) picker.addEventListener('input', () => face.mount(root, look()));
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll('[data-emotion]'))) {
    button.addEventListener('click', () => {
      for (const other of document.querySelectorAll('[data-emotion]')) other.setAttribute('aria-pressed', 'false');
      button.setAttribute('aria-pressed', 'true');
      face.setEmotion(button.dataset.emotion ?? 'neutral', 1);
    });
  }
  /** @param {number} now */
  const draw = (now) => {
    if (!document.hidden) face.frame(now);
    if (calm.matches) window.setTimeout(() => requestAnimationFrame(draw), 200);
    else requestAnimationFrame(draw);
  };
  requestAnimationFrame(draw);
}
