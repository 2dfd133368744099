/**
 * Times as people say them: "12 s ago", with the exact one beside.
 */

import { gettext, pageLanguage } from '../i18n.js';

/** @type {Map<string, Intl.RelativeTimeFormat>} */
const relatives = new Map();

/**
 * @param {number} thenMs Epoch.
 * @param {number} nowMs Epoch.
 * @param {string} [language] BCP 47 tag.
 * @returns {string}
 */
export function ago(thenMs, nowMs, language = pageLanguage()) {
  const seconds = Math.max(0, Math.round((nowMs - thenMs) / 1000));
  if (seconds < 5) return gettext('now');
  let format = relatives.get(language);
  if (!format) {
    format = new Intl.RelativeTimeFormat(language, { style: language.startsWith('en') ? 'narrow' : 'short', numeric: 'always' });
    relatives.set(language, format);
  }
  if (seconds < 60) return format.format(-seconds, 'second');
  if (seconds < 3600) return format.format(-Math.floor(seconds / 60), 'minute');
  if (seconds < 86_400) return format.format(-Math.floor(seconds / 3600), 'hour');
  return format.format(-Math.floor(seconds / 86_400), 'day');
}

/**
 * @param {number} thenMs Epoch.
 * @param {string} [language] BCP 47 tag.
 * @returns {string} Date and time to the second, in the reader's zone.
 */
export function exactly(thenMs, language = pageLanguage()) {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' }).format(thenMs);
}

/**
 * @param {number} ms How long something still takes.
 * @returns {string} "0:42", "12:05"; "0:00" for what is over.
 */
export function countdown(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
