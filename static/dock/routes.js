/**
 * The dock's panels and their addresses. Pure.
 */

/** @typedef {'show' | 'queue' | 'viewer' | 'health' | 'scene'} PanelName */

/** @type {readonly PanelName[]} */
export const PANELS = Object.freeze(['show', 'queue', 'viewer', 'health', 'scene']);

/**
 * @param {string} path
 * @returns {PanelName} The panel that an address is of; the show where it names none.
 */
export function panelOf(path) {
  const last = path.split('/').filter(Boolean).at(-1);
  return PANELS.find((panel) => panel === last) ?? 'show';
}

/**
 * @param {PanelName} panel
 * @param {{search: string, hash: string}} location
 * @returns {string} The panel's address, with the query and the token kept.
 */
export function addressOf(panel, { search, hash }) {
  return `/dock/${panel === 'show' ? '' : `${panel}/`}${search}${hash}`;
}
