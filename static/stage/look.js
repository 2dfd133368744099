/**
 * How the stage looks and sounds, as the server tells it: read, filled up with defaults, held inside its ranges.
 *
 * Pure. The numbers are those of `streams/stage_models.py`; places are percentages of the picture.
 */

/**
 * @typedef {{kind: string, palette: Record<string, string>, parts?: Record<string, string>}} Avatar
 *
 * @typedef {object} Place Where a character stands.
 * @property {number} x Its middle, % of the width.
 * @property {number} y Its lower edge above the picture's, % of the height.
 * @property {number} height % of the height.
 * @property {boolean} mirrored
 *
 * @typedef {object} Character
 * @property {string} key What `say.start` calls it.
 * @property {string} name
 * @property {Avatar} avatar
 * @property {Place} place
 *
 * @typedef {'appear' | 'light' | 'whole'} WordsMode
 *
 * @typedef {object} SubtitleStyle
 * @property {number} x Its middle, % of the width.
 * @property {number} y Its lower edge, % of the height.
 * @property {number} width At most, % of the width.
 * @property {number} size Pixels in a picture 1080 high.
 * @property {WordsMode} words
 * @property {number} plate Darkness behind the words, %.
 * @property {boolean} name Show who speaks.
 *
 * @typedef {{top: number, right: number, bottom: number, left: number}} Margins % of the picture.
 * @typedef {{subtitles: SubtitleStyle, safe: Margins, badge: string}} Layout
 *
 * @typedef {object} Sound
 * @property {number} volume %
 * @property {number} boost_db
 * @property {number} ceiling_db
 * @property {number} queue_s Most seconds of voice that may wait.
 * @property {'muted' | 'voiced'} second_pages What a page does that is not primary.
 *
 * @typedef {object} Look What a renderer of one character is given.
 * @property {boolean} badge Show the "AI" badge.
 * @property {boolean} subtitles Show subtitles.
 * @property {string} character Its name.
 * @property {Avatar} avatar
 *
 * @typedef {object} Staging
 * @property {Character[]} characters At least one; the first speaks when nobody is named.
 * @property {Layout} layout
 * @property {Sound} audio
 *
 * @typedef {Look & Staging} StageLook Of the whole stage; as a renderer's look it is the first character's.
 */

export const FIRST = 'first';
const MOST_CHARACTERS = 4;
/** @type {readonly WordsMode[]} */
const WORDS = ['appear', 'light', 'whole'];
const BADGES = ['figure', 'top_left', 'top_right', 'bottom_left', 'bottom_right'];

/** Least, most and default of every number. @type {Readonly<Record<string, readonly [number, number, number]>>} */
const RANGES = {
  x: [0, 100, 82],
  y: [-60, 80, 0],
  height: [20, 150, 68],
  subtitleX: [0, 100, 33],
  subtitleY: [0, 90, 4],
  subtitleWidth: [20, 100, 62],
  subtitleSize: [42, 120, 45],
  plate: [0, 100, 66],
  safeY: [0, 30, 2.5],
  safeX: [0, 30, 1.5],
  volume: [0, 100, 100],
  boost: [0, 18, 0],
  ceiling: [-12, 0, -1],
  queue: [10, 900, 300],
};

/**
 * @param {any} value
 * @param {string} range
 * @returns {number} The number held inside its range, or the range's default.
 */
function number(value, range) {
  const [least, most, usual] = RANGES[range] ?? [0, 0, 0];
  return typeof value === 'number' && Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : usual;
}

/** @type {(value: any) => any} An object to read from, whatever came. */
const group = (value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {});
/** @type {(value: any) => string} */
const text = (value) => (typeof value === 'string' ? value : '');

/**
 * @param {any} raw The look of a `hello` or of a `look` frame.
 * @returns {StageLook}
 */
export function lookOf(raw) {
  const look = group(raw);
  const name = text(look.character);
  const avatar = avatarOf(look.avatar);
  const listed = Array.isArray(look.characters) ? look.characters.slice(0, MOST_CHARACTERS) : [];
  const characters = listed.map(characterOf).filter(isFirstOfItsKey);
  return {
    ...look,
    badge: look.badge !== false,
    subtitles: look.subtitles !== false,
    character: name,
    avatar,
    characters: characters.length ? characters : [{ key: FIRST, name, avatar, place: placeOf({}) }],
    layout: layoutOf(look.layout),
    audio: soundOf(look.audio),
  };
}

/**
 * @param {Character} character
 * @param {number} index
 * @param {Character[]} all
 * @returns {boolean}
 */
function isFirstOfItsKey(character, index, all) {
  return all.findIndex(({ key }) => key === character.key) === index;
}

/**
 * @param {any} raw
 * @returns {Avatar}
 */
function avatarOf(raw) {
  const avatar = group(raw);
  return { ...avatar, kind: text(avatar.kind) || 'puppet', palette: group(avatar.palette) };
}

/**
 * @param {any} raw
 * @param {number} index
 * @returns {Character}
 */
function characterOf(raw, index) {
  const character = group(raw);
  return {
    key: text(character.key) || (index ? `character-${index}` : FIRST),
    name: text(character.name),
    avatar: avatarOf(character.avatar),
    place: placeOf(group(character.place)),
  };
}

/**
 * @param {any} place
 * @returns {Place}
 */
function placeOf(place) {
  return {
    x: number(place.x, 'x'),
    y: number(place.y, 'y'),
    height: number(place.height, 'height'),
    mirrored: place.mirrored === true,
  };
}

/**
 * @param {any} raw
 * @returns {Layout}
 */
function layoutOf(raw) {
  const { subtitles, safe, badge } = group(raw);
  const style = group(subtitles);
  const margins = group(safe);
  return {
    subtitles: {
      x: number(style.x, 'subtitleX'),
      y: number(style.y, 'subtitleY'),
      width: number(style.width, 'subtitleWidth'),
      size: number(style.size, 'subtitleSize'),
      words: WORDS.find((mode) => mode === style.words) ?? 'appear',
      plate: number(style.plate, 'plate'),
      name: style.name !== false,
    },
    safe: {
      top: number(margins.top, 'safeY'),
      right: number(margins.right, 'safeX'),
      bottom: number(margins.bottom, 'safeY'),
      left: number(margins.left, 'safeX'),
    },
    badge: BADGES.includes(badge) ? badge : 'figure',
  };
}

/**
 * @param {any} raw
 * @returns {Sound}
 */
function soundOf(raw) {
  const sound = group(raw);
  return {
    volume: number(sound.volume, 'volume'),
    boost_db: number(sound.boost_db, 'boost'),
    ceiling_db: number(sound.ceiling_db, 'ceiling'),
    queue_s: number(sound.queue_s, 'queue'),
    second_pages: sound.second_pages === 'voiced' ? 'voiced' : 'muted',
  };
}
