/**
 * What the dock knows: the transcript, the stream's state, and whether anything was missed.
 *
 * Pure: knows no DOM and no network. Messages carry consecutive versions; after a gap they wait until a fresh snapshot.
 */

const MOST_LINES = 500;
/** An unconfirmed line of ours and the server's may be the same one only this long. */
const SAME_LINE_MS = 15_000;

/**
 * @typedef {object} Line One line of the transcript.
 * @property {string} id
 * @property {string | null} turn
 * @property {string} at ISO 8601.
 * @property {'viewer' | 'character' | 'system' | 'director'} who
 * @property {string} name
 * @property {string} text
 * @property {string | null} emotion
 * @property {string} status "waiting", "thinking", "speaking", "heard", "cut", "failed", "passed_over", "held", …
 * @property {string | null} [reason]
 * @property {number | null} [heard_ms]
 * @property {string | null} [viewer] Who wrote it, if the person is known.
 * @property {string} [decided_by] Who approved or rejected it.
 * @property {boolean} [is_pinned] It waits, and is to be answered next.
 * @property {boolean} [isLocal] Sent from here, not yet seen in the server's transcript.
 *
 * @typedef {{name: string, ok: boolean, note: string}} Engine
 *
 * @typedef {object} StreamState
 * @property {boolean} panicked
 * @property {boolean} muted
 * @property {boolean} live
 * @property {number} stage_pages
 * @property {string | null} speaking_turn
 * @property {Engine} brain
 * @property {Engine} voice
 * @property {number} waiting
 * @property {number | null} latency_ms
 *
 * @typedef {object} Snapshot Body of a hello, and of GET …/state.
 * @property {{id: string, name: string, language: string}} stream
 * @property {number} version
 * @property {StreamState} state
 * @property {Line[]} transcript
 * @property {number} [waiting]
 *
 * @typedef {{type: 'line', version: number, line: Line} | {type: 'state', version: number, state: StreamState}} Change
 *
 * @typedef {'applied' | 'old' | 'gap'} Outcome
 *
 * @typedef {object} Event What a listener is told.
 * @property {boolean} isReset Everything may be different.
 * @property {{from: string, to: string}[]} renamed Lines that go by another id now; before `lines` are looked at.
 * @property {string[]} lines Ids of lines that are new, different or gone.
 * @property {boolean} isState The stream's state is different.
 */

/** What a state has that does not say otherwise. @type {Readonly<StreamState>} */
const CALM = Object.freeze({
  panicked: false,
  muted: false,
  live: false,
  stage_pages: 0,
  speaking_turn: null,
  brain: { name: '', ok: true, note: '' },
  voice: { name: '', ok: true, note: '' },
  waiting: 0,
  latency_ms: null,
});

/** @type {Readonly<Event>} */
const NOTHING = Object.freeze({ isReset: false, isState: false, renamed: [], lines: [] });

/** The dock's truth. Listeners are told after every change. */
export class Store {
  /** @type {Map<string, Line>} */ #lines = new Map();
  /** @type {Change[]} */ #held = [];
  /** @type {((event: Event) => void)[]} */ #listeners = [];
  /** @type {number | null} */ #version = null;
  /** @type {StreamState | null} */
  state = null;
  /** @type {{id: string, name: string, language: string} | null} */
  stream = null;

  /** Lines, oldest first. @returns {Line[]} */
  get lines() {
    return [...this.#lines.values()];
  }

  /** @returns {number | null} Version of the last change applied; null before the first snapshot. */
  get version() {
    return this.#version;
  }

  /**
   * @param {string} id
   * @returns {Line | undefined}
   */
  line(id) {
    return this.#lines.get(id);
  }

  /** @param {(event: Event) => void} listener */
  subscribe(listener) {
    this.#listeners.push(listener);
  }

  /**
   * Begin anew from a snapshot; lines of ours that the server has not shown yet stay.
   *
   * @param {Snapshot} snapshot
   * @returns {Outcome} "gap": what had come meanwhile does not join on to it, a newer snapshot is needed.
   */
  load(snapshot) {
    const ours = this.lines.filter((line) => line.isLocal);
    this.#lines = new Map(snapshot.transcript.slice(-MOST_LINES).map((line) => [line.id, line]));
    for (const line of ours) {
      if (!this.#lines.has(line.id) && !this.lines.some((other) => isSame(line, other))) this.#lines.set(line.id, line);
    }
    this.#version = snapshot.version;
    this.stream = snapshot.stream;
    const { waiting = 0 } = snapshot;
    this.state = Object.assign({ ...CALM, waiting }, snapshot.state);
    const held = this.#held.sort((left, right) => left.version - right.version);
    this.#held = [];
    this.#tell({ isReset: true, isState: true });
    for (const change of held) this.receive(change);
    return this.#held.length ? 'gap' : 'applied';
  }

  /**
   * @param {Change} change
   * @returns {Outcome} "gap": something before it was missed, a snapshot is needed; the change is kept until then.
   */
  receive(change) {
    if (this.#version !== null && change.version <= this.#version) return 'old';
    if (this.#version === null || change.version > this.#version + 1) {
      this.#held.push(change);
      return 'gap';
    }
    this.#version = change.version;
    if (change.type === 'line') this.#put(change.line);
    else this.#setState(change.state);
    return 'applied';
  }

  /**
   * Show a line before the server has it.
   *
   * @param {string} key Idempotency key of the request; the line's id until the server tells its own.
   * @param {string} name
   * @param {string} text
   * @param {Date} at
   * @param {'viewer' | 'director'} [who]
   */
  addLocal(key, name, text, at, who = 'viewer') {
    const line = { id: key, turn: null, at: at.toISOString(), name, text, emotion: null, status: 'sending' };
    this.#lines.set(key, { ...line, who, isLocal: true });
    this.#tell({ lines: [key] });
  }

  /**
   * The server took the line; it goes by the server's id from now on.
   *
   * @param {string} key
   * @param {string} id
   * @param {string} status The event's state, e.g. "waiting".
   */
  confirmLocal(key, id, status) {
    const line = this.#lines.get(key);
    if (!line) return;
    if (this.#lines.has(id)) {
      this.#lines.delete(key);
      this.#tell({ lines: [key] });
    } else {
      this.#rename(key, { ...line, id, status });
      this.#tell({ renamed: [{ from: key, to: id }], lines: [id] });
    }
  }

  /**
   * Show a line as it will be, before the server says so.
   *
   * @param {string} id
   * @param {Partial<Line>} change
   * @returns {() => void} Takes it back, unless the server has spoken of the line since.
   */
  assume(id, change) {
    const before = this.#lines.get(id);
    if (!before) return () => {};
    const assumed = { ...before, ...change };
    this.#lines.set(id, assumed);
    this.#tell({ lines: [id] });
    return () => {
      if (this.#lines.get(id) !== assumed) return;
      this.#lines.set(id, before);
      this.#tell({ lines: [id] });
    };
  }

  /** @param {string} key The server refused the line, or never answered: it disappears. */
  dropLocal(key) {
    if (this.#lines.delete(key)) this.#tell({ lines: [key] });
  }

  /** @param {Line} line */
  #put(line) {
    const isKnown = this.#lines.has(line.id);
    this.#count(this.#lines.get(line.id), line);
    const ours = isKnown ? undefined : this.lines.find((other) => other.isLocal && isSame(other, line));
    if (ours) this.#rename(ours.id, line);
    else this.#lines.set(line.id, line);
    const gone = [...this.#lines.keys()].slice(0, Math.max(0, this.#lines.size - MOST_LINES));
    for (const id of gone) this.#lines.delete(id);
    this.#tell({ renamed: ours ? [{ from: ours.id, to: line.id }] : [], lines: [...gone, line.id] });
  }

  /**
   * Keep the number of waiting lines true between two states.
   *
   * @param {Line | undefined} before
   * @param {Line} line
   */
  #count(before, line) {
    if (!this.state || line.who === 'character') return;
    const change = Number(line.status === 'waiting') - Number(before?.status === 'waiting' && !before.isLocal);
    if (change) this.#setState({ ...this.state, waiting: Math.max(0, this.state.waiting + change) });
  }

  /**
   * Replace a line in its place.
   *
   * @param {string} id
   * @param {Line} line
   */
  #rename(id, line) {
    this.#lines = new Map(this.lines.map((other) => (other.id === id ? [line.id, line] : [other.id, other])));
  }

  /** @param {StreamState} state */
  #setState(state) {
    this.state = { ...CALM, ...state };
    this.#tell({ isState: true });
  }

  /** @param {Partial<Event>} event */
  #tell(event) {
    for (const listener of this.#listeners) listener({ ...NOTHING, ...event });
  }
}

/**
 * @param {any} message A parsed message of the dock socket.
 * @returns {message is Snapshot} Whether it can be loaded.
 */
export function isSnapshot(message) {
  return (
    typeof message?.version === 'number'
    && Array.isArray(message.transcript)
    && typeof message.stream?.id === 'string'
    && typeof message.state === 'object'
  );
}

/**
 * @param {any} message A parsed message of the dock socket.
 * @returns {message is Change} Whether it can be received.
 */
export function isChange(message) {
  if (typeof message?.version !== 'number') return false;
  if (message.type === 'line') return typeof message.line?.id === 'string' && typeof message.line.text === 'string';
  return message.type === 'state' && typeof message.state === 'object' && message.state !== null;
}

/**
 * @param {Line} ours Sent from here.
 * @param {Line} theirs From the server.
 * @returns {boolean} Whether they are the same line, told under another id.
 */
function isSame(ours, theirs) {
  return (
    theirs.who === ours.who
    && ours.name === theirs.name
    && ours.text === theirs.text
    && Math.abs(Date.parse(ours.at) - Date.parse(theirs.at)) < SAME_LINE_MS
  );
}
