/**
 * What the page shows besides the show: the invitation to click where a browser holds back sound, and the debug strip.
 *
 * Viewers of a stream see neither: the first never appears inside OBS, the second only with `?debug=1`.
 */

import { fill, gettext } from '../i18n.js';

/** "Click to hear": browsers let sound out only after a gesture. */
export class Invitation {
  /**
   * @param {HTMLButtonElement} button
   * @param {() => void} accept
   */
  constructor(button, accept) {
    this.button = button;
    this.button.hidden = true;
    const label = document.createElement('span');
    label.textContent = gettext('Click to hear');
    this.button.replaceChildren(speaker(), label);
    for (const gesture of ['pointerdown', 'keydown']) {
      document.addEventListener(gesture, () => {
        if (!this.button.hidden) accept();
      });
    }
  }

  /** @param {boolean} isOn */
  setOn(isOn) {
    this.button.hidden = !isOn;
  }
}

/** @returns {SVGSVGElement} */
function speaker() {
  const space = 'http://www.w3.org/2000/svg';
  const icon = document.createElementNS(space, 'svg');
  icon.setAttribute('viewBox', '0 0 24 24');
  icon.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(space, 'path');
  path.setAttribute('d', 'M4 9v6h4l5 4V5L8 9H4Z M16.5 8.5a5 5 0 0 1 0 7 M19 6a8.5 8.5 0 0 1 0 12');
  icon.append(path);
  return icon;
}

/** The status strip of `?debug=1`. */
export class DebugStrip {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.root.hidden = false;
  }

  /** @param {import('./hooks.js').StageHooks} hooks */
  update(hooks) {
    const { audio } = hooks;
    const mouth = Object.entries(hooks.mouth()).map(([viseme, weight]) => `${viseme} ${weight.toFixed(1)}`).join(' ');
    const last = hooks.log.at(-1);
    this.root.textContent = [
      fill(gettext('connection: %(state)s'), { state: hooks.connection() }),
      hooks.primary() ? gettext('primary') : gettext('not primary'),
      fill(gettext('audio: %(state)s'), { state: audio.state }),
      fill(gettext('underruns: %(n)s'), { n: audio.underruns }),
      fill(gettext('gaps: %(n)s'), { n: audio.gaps }),
      `${hooks.fps()} fps`,
      `${hooks.emotion().name} · ${mouth}`,
      last ? `${last.way} ${last.type} ${String(last.detail.reason ?? '')}` : '',
    ].join('  |  ');
  }
}
