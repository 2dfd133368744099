/**
 * Breaking a text into pieces, lines and pages of at most two lines. Pure: knows no element.
 */

const LINES = 2;
/** Never first on a line, never last on a line (Chinese and Japanese line breaking). */
const NEVER_FIRST = /^[\p{Pe}\p{Pf}!%,.:;?、。〃々〉》」』】〕〟！），．：；？］｝～ーぁぃぅぇぉっゃゅょァィゥェォッャュョ…·]/u;
const NEVER_LAST = /[\p{Ps}\p{Pi}«“‘¿¡]$/u;
/** Short words that belong to the next one: prepositions and articles look orphaned at a line's end. */
const CLINGS = /^(а|и|в|к|с|о|у|я|на|не|ни|но|по|за|из|до|от|же|бы|the|an?|to|of|in|on|at|I)$/iu;

/**
 * @typedef {(text: string) => number} Measure Width of a text.
 * @typedef {{lines: string[][], weight: number}} Page Each line a list of pieces (a word with the space after it);
 *   `weight` is the page's share of the reading.
 */

/**
 * Cut a text into pieces between which a line may break, each with its trailing space.
 *
 * @param {string} text
 * @param {string} language BCP 47 tag.
 * @returns {string[]} Joined they are the text, with runs of white space made one space.
 */
export function piecesOf(text, language) {
  const clean = text.replace(/\s+/gu, ' ').trim();
  /** @type {string[]} */
  const pieces = [];
  for (const { segment } of new Intl.Segmenter(safeTag(language), { granularity: 'word' }).segment(clean)) {
    const last = pieces.at(-1);
    const joins = last !== undefined && (segment === ' ' || clings(last, segment));
    if (joins) pieces[pieces.length - 1] = last + segment;
    else pieces.push(segment);
  }
  return pieces;
}

/**
 * @param {string} left A piece.
 * @param {string} right What follows it.
 * @returns {boolean} Whether no line may break between them.
 */
function clings(left, right) {
  if (/\s$/u.test(left)) return false;
  if (NEVER_FIRST.test(right) || NEVER_LAST.test(left)) return true;
  const meet = `${[...left].at(-1) ?? ''}${[...right][0] ?? ''}`;
  return !/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{Extended_Pictographic}]/u.test(meet);
}

/**
 * @param {string} tag
 * @returns {string | undefined} The tag, or nothing when the engine does not take it.
 */
function safeTag(tag) {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

/**
 * Lay a text out on pages of at most two balanced lines.
 *
 * @param {string} text
 * @param {number} maxWidth
 * @param {Measure} measure
 * @param {string} [language]
 * @returns {Page[]}
 */
export function layOut(text, maxWidth, measure, language = 'en') {
  const pieces = piecesOf(text, language).flatMap((piece) => cutLong(piece, maxWidth, measure));
  const lines = greedyLines(pieces, maxWidth, measure);
  const pages = Math.ceil(lines.length / LINES);
  /** @type {Page[]} */
  const laidOut = [];
  let rest = pieces;
  for (let page = pages; page > 0; page -= 1) {
    const taken = page === 1 ? rest.length : shareOf(rest, page, maxWidth, measure);
    laidOut.push(pageOf(rest.slice(0, taken), maxWidth, measure));
    rest = rest.slice(taken);
  }
  return laidOut;
}

/**
 * @param {string[]} pieces
 * @param {number} maxWidth
 * @param {Measure} measure
 * @returns {string[][]}
 */
function greedyLines(pieces, maxWidth, measure) {
  /** @type {string[][]} */
  const lines = [];
  /** @type {string[]} */
  let line = [];
  for (const piece of pieces) {
    if (line.length && measure([...line, piece].join('').trimEnd()) > maxWidth) {
      lines.push(line);
      line = [];
    }
    line.push(piece);
  }
  if (line.length) lines.push(line);
  return lines;
}

/**
 * How many pieces the first of several pages takes: no more than fit, and not so many that a crumb is left for the
 * last.
 *
 * @param {string[]} pieces
 * @param {number} pages
 * @param {number} maxWidth
 * @param {Measure} measure
 * @returns {number}
 */
function shareOf(pieces, pages, maxWidth, measure) {
  const most = greedyLines(pieces, maxWidth, measure).slice(0, LINES).flat().length;
  const fair = measure(pieces.join('')) / pages;
  let taken = 1;
  while (taken < most && measure(pieces.slice(0, taken + 1).join('')) <= fair * 1.1) taken += 1;
  const fits = (/** @type {number} */ end) =>
    greedyLines(pieces.slice(end), maxWidth, measure).length <= LINES * (pages - 1);
  for (let end = taken; end > taken / 2; end -= 1) {
    if (/[,.;:!?…，。；：！？、—-]["'»”’)」』]?\s?$/u.test(pieces[end - 1] ?? '') && fits(end)) return end;
  }
  return fits(taken) ? taken : most;
}

/**
 * One page: one line if it fits, else the break that makes both lines most alike.
 *
 * @param {string[]} pieces
 * @param {number} maxWidth
 * @param {Measure} measure
 * @returns {Page}
 */
function pageOf(pieces, maxWidth, measure) {
  const weight = pieces.reduce((sum, piece) => sum + weightOf(piece), 0);
  if (measure(pieces.join('').trimEnd()) <= maxWidth) return { lines: [pieces], weight };
  let best = { cost: Infinity, at: 0 };
  for (let at = 1; at < pieces.length; at += 1) {
    const top = measure(pieces.slice(0, at).join('').trimEnd());
    const bottom = measure(pieces.slice(at).join('').trimEnd());
    const tooWide = Math.max(0, top - maxWidth) + Math.max(0, bottom - maxWidth);
    const orphan = CLINGS.test((pieces[at - 1] ?? '').trim()) ? 0.12 * maxWidth : 0;
    const cost = tooWide * 100 + Math.abs(top - bottom) + orphan;
    if (cost < best.cost) best = { cost, at };
  }
  return { lines: [pieces.slice(0, best.at), pieces.slice(best.at)].filter((line) => line.length), weight };
}

/**
 * @param {string} piece
 * @param {number} maxWidth
 * @param {Measure} measure
 * @returns {string[]} The piece, or parts of it that fit: between graphemes, so that no emoji falls apart.
 */
function cutLong(piece, maxWidth, measure) {
  if (measure(piece.trimEnd()) <= maxWidth) return [piece];
  const parts = [''];
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(piece)) {
    const last = parts.at(-1) ?? '';
    if (last && measure(last + segment) > maxWidth) parts.push(segment);
    else parts[parts.length - 1] = last + segment;
  }
  return parts;
}

/**
 * @param {string} piece
 * @returns {number} About how long it takes to say; signs of Chinese and Japanese are syllables.
 */
export function weightOf(piece) {
  const signs = piece.match(/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/gu)?.length ?? 0;
  return Math.max(1, [...piece].length + 1.5 * signs) + pauseOf(piece);
}

/**
 * @param {string} piece
 * @returns {number} How much of its weight is the pause after it.
 */
export function pauseOf(piece) {
  return /[.!?…。！？]/u.test(piece) ? 4 : /[,;:—，；：、]/u.test(piece) ? 2 : 0;
}
