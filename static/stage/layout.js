/**
 * Puts subtitles, badge and margins where the look says. Owns the stage element's variables and nothing else.
 */

/** A picture this high is what subtitle sizes are told for. */
const PICTURE_HEIGHT = 1080;

/** How far from the character's middle the badge begins, for its height; and how wide it is, % of the width. */
const BADGE_BESIDE = 0.17;
const BADGE_WIDTH = 3.6;

/**
 * @typedef {import('./look.js').StageLook} Look
 * @typedef {import('./look.js').Character} Character
 */

/** Where `?place=` puts the first character and the subtitle, over whatever the admin says. */
const PLACES = /** @type {const} */ ({
  left: { figure: 18, subtitle: 67, width: 62 },
  center: { figure: 50, subtitle: 50, width: 92 },
  right: { figure: 82, subtitle: 33, width: 62 },
});

/**
 * @param {Look} look
 * @param {string} name As in the address: "left", "center" or "right"; anything else leaves the look as it is.
 * @returns {Look}
 */
export function placedBy(look, name) {
  if (name !== 'left' && name !== 'center' && name !== 'right') return look;
  const { figure, subtitle, width } = PLACES[name];
  const [first, ...others] = look.characters;
  if (!first) return look;
  const subtitles = { ...look.layout.subtitles, x: subtitle, width };
  return {
    ...look,
    characters: [{ ...first, place: { ...first.place, x: figure } }, ...others],
    layout: { ...look.layout, subtitles },
  };
}

/**
 * @param {import('./look.js').Layout} layout
 * @returns {{left: number, width: number, bottom: number}} The subtitle's box, % of the picture, inside the margins.
 */
export function subtitleBox({ subtitles, safe }) {
  const room = 100 - safe.left - safe.right;
  const width = Math.min(subtitles.width, room);
  const left = Math.min(Math.max(subtitles.x - width / 2, safe.left), 100 - safe.right - width);
  return { left, width, bottom: Math.max(subtitles.y, safe.bottom) };
}

/**
 * @param {HTMLElement} stage
 * @param {Look} look
 */
export function applyLayout(stage, look) {
  const { layout, characters } = look;
  const box = subtitleBox(layout);
  const set = (/** @type {string} */ name, /** @type {string} */ value) => stage.style.setProperty(name, value);
  set('--subtitle-left', `${box.left}%`);
  set('--subtitle-width', `${box.width}%`);
  set('--subtitle-bottom', `${box.bottom}%`);
  set('--subtitle-size', `${(layout.subtitles.size / PICTURE_HEIGHT) * 100}vh`);
  set('--subtitle-plate', String(layout.subtitles.plate / 100));
  for (const [side, share] of Object.entries(layout.safe)) set(`--safe-${side}`, `${share}%`);
  const { x, y, height } = characters[0]?.place ?? { x: 82, y: 0, height: 68 };
  const atFoot = x + height * BADGE_BESIDE;
  set('--badge-x', `${Math.min(Math.max(atFoot, layout.safe.left), 100 - layout.safe.right - BADGE_WIDTH)}%`);
  set('--badge-y', `${Math.max(y, layout.safe.bottom)}%`);
  stage.dataset.badge = layout.badge;
}
