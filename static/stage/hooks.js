/**
 * `window.vtcontrol`: read-only windows into the stage page, for browser tests and the bench. Nothing here can change
 * it.
 *
 * @typedef {object} AudioHook
 * @property {() => number} rms Level of what leaves the graph now, 0 to 1.
 * @property {() => number} clock The AudioContext's time, in seconds.
 * @property {() => number} latency From the graph to the speakers, in seconds.
 * @property {() => number} waiting Seconds of voice that have not sounded yet.
 * @property {string} state The AudioContext's state.
 * @property {number} sampleRate Of the AudioContext.
 * @property {boolean} playing Something sounds or is scheduled.
 * @property {number} chunks
 * @property {number} underruns
 * @property {number} gaps
 * @property {number} silentMs
 * @property {number | null} firstSoundAt Epoch ms of the first sound of the last turn.
 * @property {number | null} stoppedAt Epoch ms of the last stop.
 * @property {number | null} stopToSilenceMs
 *
 * @typedef {object} StageHooks
 * @property {1} version
 * @property {Readonly<AudioHook>} audio Always current; see AudioStats in audio.js.
 * @property {() => Record<string, number>} mouth Current viseme weights, e.g. `{sil: 1}` or `{aa: 0.7, PP: 0.3}`.
 * @property {() => {name: string, intensity: number}} emotion
 * @property {() => string} subtitle Text on screen, or "".
 * @property {() => string[]} said Its words that have been said, of the page of words on screen.
 * @property {() => {turn: string, seg: number, ms: number} | null} position What is heard at this moment.
 * @property {() => string[]} characters Keys of the characters on stage.
 * @property {() => string | null} speaker Key of who speaks or spoke last; null is the first.
 * @property {() => string} connection State of the session: "open", "waiting", …
 * @property {() => boolean} primary Whether this page answers for the stream.
 * @property {() => number} fps Pictures drawn in the last second.
 * @property {readonly import('./journal.js').Entry[]} log Last protocol events, oldest first; `at` is
 *   `performance.now()`.
 */

/**
 * @param {object} parts
 * @param {import('./audio.js').Player} parts.player
 * @param {import('./performer.js').Performer} parts.performer
 * @param {import('./subtitles.js').Subtitles} parts.subtitles
 * @param {import('./cast.js').Cast} parts.cast
 * @param {import('./conductor.js').Conductor} parts.conductor
 * @param {import('../session.js').Session} parts.session
 * @param {import('./journal.js').Journal} parts.journal
 * @param {() => number} parts.fps
 * @returns {StageHooks}
 */
export function createHooks({ player, performer, subtitles, cast, conductor, session, journal, fps }) {
  const audio = {
    rms: () => player.rms(),
    clock: () => player.context.currentTime,
    latency: () => player.context.outputLatency || 0,
    waiting: () => performer.waitingSeconds(),
    sampleRate: player.context.sampleRate,
  };
  for (const name of /** @type {(keyof import('./audio.js').AudioStats)[]} */ (Object.keys(player.stats))) {
    Object.defineProperty(audio, name, { enumerable: true, get: () => player.stats[name] });
  }
  return Object.freeze({
    version: 1,
    audio: /** @type {Readonly<AudioHook>} */ (Object.freeze(audio)),
    mouth: () => ({ ...performer.mouth }),
    emotion: () => ({ ...performer.emotion }),
    subtitle: () => subtitles.text,
    said: () => subtitles.said,
    position: () => performer.position,
    characters: () => cast.keys,
    speaker: () => performer.speaker,
    connection: () => session.state,
    primary: () => conductor.isPrimary,
    fps,
    get log() {
      return journal.entries();
    },
  });
}
