/**
 * What this dock remembers between visits: the name one speaks under. Never tokens.
 */

const NAME = 'vtcontrol.dock.name';

/** @returns {Storage | null} Nothing where the browser forbids it. */
function shelf() {
  try {
    // eslint-disable-next-line no-restricted-properties -- this module is the one place for it
    return window.localStorage;
  } catch {
    return null;
  }
}

/** @returns {string} The name used last, or "". */
export function rememberedName() {
  return shelf()?.getItem(NAME) ?? '';
}

/** @param {string} name */
export function rememberName(name) {
  try {
    shelf()?.setItem(NAME, name);
  } catch {
    // A full or forbidden store only costs the convenience.
  }
}
