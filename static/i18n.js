/**
 * The page's words: a small typed face of Django's JavaScriptCatalog.
 *
 * Falls back to the English source when the catalogue did not load. Must not hold any words itself: callers pass
 * literal strings to `gettext` and `ngettext`, by these names, so that `makemessages -d djangojs` finds them.
 */

const page = typeof window === 'undefined' ? undefined : window;

/**
 * @param {string} message English source.
 * @returns {string} The message in the page's language.
 */
export function gettext(message) {
  return page?.gettext ? page.gettext(message) : message;
}

/**
 * @param {string} singular English source for one.
 * @param {string} plural English source for many.
 * @param {number} count Decides the form.
 * @returns {string} The right form in the page's language, placeholders still in it.
 */
export function ngettext(singular, plural, count) {
  if (page?.ngettext) return page.ngettext(singular, plural, count);
  return count === 1 ? singular : plural;
}

/**
 * Fill the named places of a message: `fill('%(n)s new', {n: 3})`.
 *
 * @param {string} message Text with `%(key)s` places.
 * @param {Record<string, string | number>} values Value of each place; a place without one stays as it is.
 * @returns {string}
 */
export function fill(message, values) {
  return message.replace(/%\((\w+)\)s/g, (place, key) => (key in values ? String(values[key]) : place));
}

/** @returns {string} BCP 47 tag of the page's language. */
export function pageLanguage() {
  return page?.document.documentElement.lang || 'en';
}
