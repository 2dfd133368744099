/** Stand-ins for what a browser gives the pages: an audio context with a clock of ours, sockets, fetch and timers. */

/** A parameter that remembers what was asked of it. */
class FakeParam {
  value = 1;
  /** @type {[string, number, number][]} */
  calls = [];

  /** @param {number} value @param {number} at */
  setValueAtTime(value, at) {
    this.calls.push(['set', value, at]);
  }

  /** @param {number} value @param {number} at */
  linearRampToValueAtTime(value, at) {
    this.calls.push(['ramp', value, at]);
  }

  /** @param {number} value @param {number} at */
  setTargetAtTime(value, at) {
    this.calls.push(['target', value, at]);
  }

  /** @param {number} at */
  cancelScheduledValues(at) {
    this.calls.push(['cancel', 0, at]);
  }

  /** @returns {(time: number) => number} The value at a moment, as a browser would have it. */
  heard() {
    /** @type {[string, number, number][]} */
    let events = [];
    for (const call of this.calls) {
      if (call[0] === 'cancel') events = events.filter(([, , at]) => at < call[2]);
      else events.push(call);
    }
    events.sort((left, right) => left[2] - right[2]);
    return (time) => {
      const next = events.find(([, , at]) => at > time);
      const last = events.filter(([, , at]) => at <= time).at(-1);
      const from = last?.[1] ?? this.value;
      if (next?.[0] !== 'ramp') return from;
      const began = last?.[2] ?? 0;
      return from + ((next[1] - from) * (time - began)) / (next[2] - began);
    };
  }
}

/** A source that remembers when it was to sound. */
class FakeSource {
  /** @type {{length: number, data: Float32Array} | null} */
  buffer = null;
  startedAt = -1;
  stoppedAt = Infinity;
  /** @type {() => void} */
  onended = () => {};

  connect() {}

  disconnect() {}

  /** @param {number} at */
  start(at) {
    this.startedAt = at;
  }

  /** @param {number} [at] */
  stop(at = 0) {
    this.stoppedAt = at;
  }
}

/** An AudioContext whose time is set by the test. */
export class FakeAudioContext {
  currentTime = 0;
  outputLatency = 0;
  state = 'running';
  destination = {};
  /** Level the analyser hears. */
  level = 0;
  /** @type {FakeSource[]} */
  sources = [];
  /** @type {{gain: FakeParam, connect: () => void, disconnect: () => void}[]} */
  gains = [];
  /** @type {(() => void)[]} */
  #listeners = [];

  /** @param {number} [sampleRate] */
  constructor(sampleRate = 24000) {
    this.sampleRate = sampleRate;
  }

  createGain() {
    const node = { gain: new FakeParam(), connect: () => {}, disconnect: () => {} };
    this.gains.push(node);
    return node;
  }

  createAnalyser() {
    return {
      fftSize: 0,
      connect: () => {},
      getFloatTimeDomainData: (/** @type {Float32Array} */ into) => into.fill(this.level),
    };
  }

  /** @param {number} _channels @param {number} length */
  createBuffer(_channels, length) {
    const data = new Float32Array(length);
    return { length, data, getChannelData: () => data };
  }

  createBufferSource() {
    const source = new FakeSource();
    this.sources.push(source);
    return source;
  }

  /** @param {string} _type @param {() => void} listener */
  addEventListener(_type, listener) {
    this.#listeners.push(listener);
  }

  async resume() {}

  /** @param {string} state */
  become(state) {
    this.state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** A face and a caption that write down what was asked of them. */
export class FakeStage {
  /** @type {unknown[][]} */
  calls = [];
  shown = '';
  share = 0;
  speaker = '';

  /** @type {(name: string, intensity: number) => void} */
  setEmotion = (name, intensity) => void this.calls.push(['emotion', name, intensity]);
  /** @type {Record<string, number>} */
  mouth = {};
  /** @type {(weights: Record<string, number>) => void} */
  setViseme = (weights) => {
    this.mouth = weights;
  };
  /** @type {(motion: string) => void} */
  play = (motion) => void this.calls.push(['play', motion]);
  /** @type {(name: string) => void} */
  setName = (name) => {
    this.speaker = name;
  };
  /** @type {(text: string) => void} */
  show = (text) => {
    this.shown = text;
    this.calls.push(['show', text]);
  };
  /** @type {(share: number) => void} */
  reveal = (share) => {
    this.share = share;
  };
  fade = () => void this.calls.push(['fade']);
  clear = () => {
    this.shown = '';
    this.calls.push(['clear']);
  };
}

export const TURN = '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b';
export const OTHER_TURN = '0190a1b2-c3d4-7e5f-8a9b-ffffffffffff';

/**
 * A binary audio frame as the server sends it.
 *
 * @param {object} [options]
 * @param {string} [options.turn]
 * @param {number} [options.seg]
 * @param {number} [options.seq]
 * @param {number} [options.fence]
 * @param {number} [options.rate]
 * @param {boolean} [options.last]
 * @param {number[]} [options.samples]
 * @param {number} [options.version]
 * @returns {ArrayBuffer}
 */
export function audioFrame({
  turn = TURN, seg = 0, seq = 0, fence = 1, rate = 24000, last = false, samples = [0, 1, -1], version = 1,
} = {}) {
  const buffer = new ArrayBuffer(32 + 2 * samples.length);
  const view = new DataView(buffer);
  view.setUint8(0, version);
  view.setUint8(1, last ? 1 : 0);
  view.setUint16(2, seg, true);
  view.setUint32(4, seq, true);
  view.setUint32(8, fence, true);
  view.setUint32(12, rate, true);
  const hex = turn.replaceAll('-', '');
  for (let at = 0; at < 16; at += 1) view.setUint8(16 + at, parseInt(hex.slice(2 * at, 2 * at + 2), 16));
  samples.forEach((sample, index) => view.setInt16(32 + 2 * index, sample, true));
  return buffer;
}

/** A WebSocket the test plays the server of. */
export class FakeSocket {
  readyState = 0;
  /** @type {string[]} */
  sent = [];
  /** @type {(event: {data: string | ArrayBuffer}) => void} */
  onmessage = () => {};
  /** @type {() => void} */
  onclose = () => {};

  /** @param {string} url @param {string[]} protocols */
  constructor(url, protocols) {
    this.url = url;
    this.protocols = protocols;
  }

  /** @param {string} text */
  send(text) {
    this.sent.push(text);
  }

  close() {
    this.readyState = 3;
  }

  /** @param {string | ArrayBuffer} data The server's frame. */
  deliver(data) {
    this.readyState = 1;
    this.onmessage({ data });
  }

  /** The connection is gone. */
  fail() {
    this.readyState = 3;
    this.onclose();
  }
}

/**
 * @typedef {{path: string, method: string, bearer: string, headers: Record<string, string>, body: any}} Request
 * @typedef {(request: Request) => {status?: number, body?: any, headers?: Record<string, string>} | 'no answer'} Server
 */

/** The world of a session: a server function, sockets to play with, timers that run when told. */
export class FakeWorld {
  /** @type {Request[]} */
  requests = [];
  /** @type {FakeSocket[]} */
  sockets = [];
  /** @type {{run: () => void, at: number, id: number}[]} */
  timers = [];
  time = 0;
  #timerId = 0;

  /** @param {Server} server @param {string} [hash] */
  constructor(server, hash = '#long-token') {
    this.server = server;
    this.location = { protocol: 'http:', host: 'studio.test', hash };
  }

  /** @returns {import('../../static/session.js').Environment} */
  environment() {
    const sockets = this.sockets;
    const environment = {
      location: this.location,
      random: () => 0,
      now: () => this.time,
      setTimeout: (/** @type {() => void} */ run, /** @type {number} */ delayMs) => this.#later(run, delayMs),
      clearTimeout: (/** @type {number} */ id) => {
        this.timers = this.timers.filter((timer) => timer.id !== id);
      },
      fetch: (/** @type {string} */ path, /** @type {any} */ init) => this.#answer(path, init),
      WebSocket: class extends FakeSocket {
        /** @param {string} url @param {string[]} protocols */
        constructor(url, protocols) {
          super(url, protocols);
          sockets.push(this);
        }
      },
    };
    return /** @type {any} */ (environment);
  }

  /** @returns {FakeSocket} The newest socket. */
  get socket() {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error('no socket was opened');
    return socket;
  }

  /** Let every promise settle. */
  async settle() {
    for (let round = 0; round < 40; round += 1) await Promise.resolve();
  }

  /** @param {number} ms Let time pass; timers that fall due run in order. */
  async pass(ms) {
    const end = this.time + ms;
    for (;;) {
      const due = this.timers.filter((timer) => timer.at <= end).sort((left, right) => left.at - right.at)[0];
      if (!due) break;
      this.timers = this.timers.filter((timer) => timer !== due);
      this.time = due.at;
      due.run();
      await this.settle();
    }
    this.time = end;
    await this.settle();
  }

  /** @param {() => void} run @param {number} delayMs */
  #later(run, delayMs) {
    this.#timerId += 1;
    this.timers.push({ run, at: this.time + delayMs, id: this.#timerId });
    return this.#timerId;
  }

  /** @param {string} path @param {any} init */
  async #answer(path, init) {
    const request = {
      path,
      method: init.method,
      bearer: init.headers.Authorization.replace('Bearer ', ''),
      headers: init.headers,
      body: init.body ? JSON.parse(init.body) : null,
    };
    this.requests.push(request);
    const answer = this.server(request);
    if (answer === 'no answer') throw new TypeError('network');
    const { status = 200, body = {}, headers = {} } = answer;
    return {
      ok: status < 400,
      status,
      headers: { get: (/** @type {string} */ key) => headers[key] ?? null },
      json: async () => body,
    };
  }
}

/**
 * A server that lets everybody in.
 *
 * @param {'stage' | 'dock'} [kind]
 * @returns {Server}
 */
export function openServer(kind = 'stage') {
  let tickets = 0;
  return ({ path }) => {
    if (path === '/api/v1/session') {
      return { body: { access: 'short', expires_in: 900, kind, stream: { id: 's1', name: 'Mira' } } };
    }
    tickets += 1;
    return { status: 201, body: { ticket: `t${tickets}`, expires_in: 30 } };
  };
}

/** As much of an element as the stage's parts ask for. */
export class FakeElement {
  className = '';
  hidden = false;
  textContent = '';
  /** @type {Record<string, string>} */ dataset = {};
  /** @type {FakeElement[]} */ children = [];
  /** @type {Record<string, string>} */ vars = {};
  /** @type {Set<string>} */ classes = new Set();
  /** @type {FakeElement | null} */ parent = null;
  style = { setProperty: (/** @type {string} */ name, /** @type {string} */ value) => void (this.vars[name] = value) };
  classList = {
    toggle: (/** @type {string} */ name, /** @type {boolean} */ isOn) => {
      if (isOn) this.classes.add(name);
      else this.classes.delete(name);
    },
  };

  /** @param {string} tag */
  constructor(tag) {
    this.tag = tag;
  }

  /** @param {FakeElement[]} nodes */
  append(...nodes) {
    for (const node of nodes) node.parent = this;
    this.children.push(...nodes);
  }

  remove() {
    if (this.parent) this.parent.children = this.parent.children.filter((child) => child !== this);
  }
}

/**
 * Run with a document that makes such elements.
 *
 * @param {() => void} run
 */
export function withDocument(run) {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'document');
  Object.defineProperty(globalThis, 'document', {
    configurable: true,
    value: { createElement: (/** @type {string} */ tag) => new FakeElement(tag) },
  });
  try {
    run();
  } finally {
    if (before) Object.defineProperty(globalThis, 'document', before);
    else Reflect.deleteProperty(globalThis, 'document');
  }
}
