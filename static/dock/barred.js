/**
 * <vt-barred>: the whole page's state when there is nothing to show: no link, a refused link, another page's link.
 */

import { gettext } from '../i18n.js';
import { icon, node } from './nodes.js';

/**
 * @param {import('../session.js').SessionState} state
 * @returns {{title: string, body: string, canRetry: boolean} | null} Nothing when the dock can be shown.
 */
export function barOf(state) {
  switch (state) {
    case 'no_token':
      return {
        title: gettext('This dock needs its link'),
        body: gettext('The address has no token. In the admin, open the stream and copy its dock link.')
          + ` ${gettext('In OBS, paste it under Docks → Custom Browser Docks.')}`,
        canRetry: false,
      };
    case 'refused':
      return {
        title: gettext('This dock link is no longer valid'),
        body: gettext('It was revoked or has expired; the show goes on without this dock.')
          + ` ${gettext('Make a new dock link in the admin, on the stream, and put it in place of this one.')}`,
        canRetry: true,
      };
    case 'wrong_page':
      return {
        title: gettext('This link is for another page'),
        body: gettext('It is a stage link. In the admin, open the stream and copy its dock link.'),
        canRetry: false,
      };
    default:
      return null;
  }
}

/** The big quiet sign. Dispatches `vt-retry`. */
export class Barred extends HTMLElement {
  /** @param {import('../session.js').SessionState} state */
  show(state) {
    const bar = barOf(state);
    this.hidden = !bar;
    if (!bar) return;
    const retry = node('button', 'button', gettext('Try again'));
    retry.type = 'button';
    retry.hidden = !bar.canRetry;
    retry.addEventListener('click', () => this.dispatchEvent(new CustomEvent('vt-retry')));
    this.replaceChildren(node('div', 'empty', icon('link'), node('strong', '', bar.title), node('p', '', bar.body), retry));
  }
}
