/**
 * What binds a viewer to a character, in words.
 */

import { gettext } from '../i18n.js';

/** @returns {Record<string, string>} Words by score. */
export function scoreWords() {
  return {
    affinity: gettext('Affinity'),
    trust: gettext('Trust'),
    familiarity: gettext('Familiarity'),
    loyalty: gettext('Loyalty'),
    warmth: gettext('Warmth'),
  };
}

/**
 * @param {Record<string, number>} deltas
 * @returns {string} What moved, as signed numbers.
 */
export function movesOf(deltas) {
  const words = scoreWords();
  return Object.entries(deltas)
    .filter(([name, value]) => words[name] && typeof value === 'number' && Math.abs(value) >= 0.005)
    .map(([name, value]) => `${words[name]} ${value > 0 ? '+' : '−'}${Number(Math.abs(value).toPrecision(2))}`)
    .join(', ');
}
