/**
 * Runs inside the stage page before its own modules: the page's WebSocket becomes one the bench plays the server of.
 *
 * `window.bench` greets, speaks and stops like a live worker; chunks come as they do from one: a first of 40 ms, later
 * ones of 500 ms, faster than they sound. Used by bench/stage.py and tests/browser/test_stage.py.
 */
(() => {
  const RATE = 24000;
  const VOWELS = ['aa', 'E', 'I', 'O', 'U'];
  const HEADER_BYTES = 32;
  /** @type {any} */
  let socket = null;
  let look = {};
  let turns = 0;
  /** What the page told, each with the moment it did. */
  const told = [];

  class BenchSocket {
    constructor(url, protocols) {
      this.url = url;
      this.protocols = protocols;
      this.readyState = 1;
      socket = this;
      setTimeout(() => greet(), 0);
    }

    send(text) {
      const said = JSON.parse(text);
      // `started` tells epoch milliseconds.
      told.push({ ...said, sounds: said.type === 'started' ? said.at - performance.timeOrigin : null });
    }

    close() {
      this.readyState = 3;
    }
  }

  const tell = (message) => socket?.onmessage({ data: JSON.stringify(message) });

  function greet(changes = {}) {
    tell({
      type: 'hello', v: 1, page: 'bench', primary: true, stream: { id: 's', name: 'Bench', language: 'en' }, epoch: 1,
      fence: 1, look, muted: false, panicked: false, ...changes,
    });
  }

  const uuid = (number) => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;

  /** A binary frame as the worker sends it. */
  function frame(turn, seg, seq, pcm, isLast) {
    const buffer = new ArrayBuffer(HEADER_BYTES + 2 * pcm.length);
    const view = new DataView(buffer);
    view.setUint8(0, 1);
    view.setUint8(1, isLast ? 1 : 0);
    view.setUint16(2, seg, true);
    view.setUint32(4, seq, true);
    view.setUint32(8, 1, true);
    view.setUint32(12, RATE, true);
    const hex = turn.replaceAll('-', '');
    for (let at = 0; at < 16; at += 1) view.setUint8(16 + at, parseInt(hex.slice(2 * at, 2 * at + 2), 16));
    new Int16Array(buffer, HEADER_BYTES).set(pcm);
    return buffer;
  }

  /** Shapes of a voice: a consonant and a vowel, again and again, with a pause after every eighth. */
  function shapes(lengthMs) {
    const cues = [];
    let at = 0;
    for (let step = 0; at < lengthMs - 260; step += 1) {
      cues.push([at, step % 3 ? 'PP' : 'SS'], [at + 70, VOWELS[step % VOWELS.length]]);
      at += 190;
      if (step % 8 === 7) {
        cues.push([at, 'sil']);
        at += 160;
      }
    }
    cues.push([at, 'sil']);
    return cues;
  }

  /** The sound of those shapes: a tone in the vowels, a hiss in the consonants, nothing in the pauses. */
  function voice(cues, lengthMs) {
    const pcm = new Int16Array((RATE * lengthMs) / 1000);
    for (const [index, [from, viseme]] of cues.entries()) {
      const to = Math.min(lengthMs, cues[index + 1]?.[0] ?? lengthMs);
      if (viseme === 'sil') continue;
      const isVowel = VOWELS.includes(viseme);
      for (let at = Math.round((from * RATE) / 1000); at < (to * RATE) / 1000; at += 1) {
        const tone = isVowel ? 9000 * Math.sin(at * 0.06) + 3000 * Math.sin(at * 0.19) : 1600 * (Math.random() - 0.5);
        if (at < pcm.length) pcm[at] = tone;
      }
    }
    return pcm;
  }

  const pause = (ms) => new Promise((go) => setTimeout(go, ms));

  /** Speak one segment; resolves when all of it was sent. */
  async function speak({ turn, seg = 0, text, lengthMs, cues = shapes(lengthMs), emotion = 'joy', motion = null, ...more }) {
    const pcm = voice(cues, lengthMs);
    tell({
      type: 'say.start', turn, fence: 1, seg, text, emotion, intensity: 0.8, motion, sample_rate: RATE, ...more,
    });
    tell({ type: 'say.visemes', turn, fence: 1, seg, cues });
    let at = 0;
    for (let seq = 0; at < pcm.length; seq += 1) {
      const size = Math.min(pcm.length - at, (RATE * (seq ? 500 : 40)) / 1000);
      const sentAt = performance.now();
      const isLast = at + size >= pcm.length;
      socket.onmessage({ data: frame(turn, seg, seq, pcm.subarray(at, at + size), isLast) });
      if (!seq) told.push({ type: 'bench.first', turn, seg, at: sentAt });
      at += size;
      if (!isLast && seq) await pause(150);
    }
    tell({ type: 'say.end', turn, fence: 1, seg, audio_ms: lengthMs });
    return { turn, seg, cues, lengthMs };
  }

  /** A whole turn of segments, each `{text, lengthMs, …}`. */
  async function say(segments) {
    turns += 1;
    const turn = uuid(turns);
    const spoken = [];
    for (const [seg, segment] of segments.entries()) spoken.push(await speak({ turn, seg, ...segment }));
    tell({ type: 'turn.end', turn, fence: 1, outcome: 'heard' });
    return spoken;
  }

  /** Watch every picture: which shape it showed, and where the voice was when it was on screen. */
  function watch() {
    const seen = [];
    let shown = null;
    let isOn = true;
    const look_ = () => {
      if (!isOn) return;
      const hooks = window.vtcontrol;
      // The callback runs after the page's own: what it drew is on screen when the next one begins.
      if (shown) seen.push({ ...shown, position: hooks.position(), onScreenAt: performance.now() });
      const [shape] = Object.entries(hooks.mouth()).sort((a, b) => b[1] - a[1])[0];
      shown = { shape, weight: hooks.mouth()[shape], drawnAt: performance.now() };
      requestAnimationFrame(look_);
    };
    requestAnimationFrame(look_);
    return () => {
      isOn = false;
      return seen;
    };
  }

  window.WebSocket = /** @type {any} */ (BenchSocket);
  window.bench = {
    told, tell, greet, say, speak, watch, uuid,
    setLook: (changed) => {
      look = changed;
    },
    stop: () => tell({ type: 'stop', epoch: turns + 1, reason: 'skip', turn: null }),
    drop: () => socket.onclose(),
  };
})();
