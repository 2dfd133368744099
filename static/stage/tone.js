/**
 * The test tone: a short beep every second, with a flash that begins with it, for levels and for sound against picture.
 *
 * Goes through the page's own volume, so that OBS shows what the voice will show.
 */

const EVERY_S = 1;
const BEEP_S = 0.25;
const EDGE_S = 0.005;
const AHEAD_S = 0.35;
const HERTZ = 1000;
/** −18 dBFS: where meters are lined up. */
const LEVEL = 10 ** (-18 / 20);

/** Switched on and off; asked each picture. */
export class Tone {
  #nextAt = 0;
  /** @type {number[]} */ #beeps = [];
  isOn = false;

  /** @param {import('./audio.js').Player} player */
  constructor(player) {
    this.player = player;
  }

  /** @param {boolean} isOn */
  set(isOn) {
    this.isOn = isOn;
    this.#nextAt = this.player.context.currentTime + 0.1;
    if (!isOn) this.#beeps = [];
  }

  /** @returns {boolean} Whether a beep is heard at this moment; schedules what comes. */
  tick() {
    if (!this.isOn || !this.player.isRunning) return false;
    const now = this.player.context.currentTime;
    if (this.#nextAt < now) this.#nextAt = now + 0.05;
    while (this.#nextAt < now + AHEAD_S) {
      this.#beep(this.#nextAt);
      this.#beeps.push(this.#nextAt);
      this.#nextAt += EVERY_S;
    }
    const heardAt = now - (this.player.context.outputLatency || 0);
    this.#beeps = this.#beeps.filter((at) => at + BEEP_S > heardAt);
    return this.#beeps.some((at) => heardAt >= at);
  }

  /** @param {number} at Context time. */
  #beep(at) {
    const { context, master } = this.player;
    const wave = context.createOscillator();
    const gain = context.createGain();
    wave.frequency.value = HERTZ;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(LEVEL, at + EDGE_S);
    gain.gain.setValueAtTime(LEVEL, at + BEEP_S - EDGE_S);
    gain.gain.linearRampToValueAtTime(0, at + BEEP_S);
    wave.connect(gain);
    gain.connect(master);
    wave.onended = () => gain.disconnect();
    wave.start(at);
    wave.stop(at + BEEP_S);
  }
}
