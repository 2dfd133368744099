/**
 * The page's connection: token of the URL fragment -> session -> ticket -> WebSocket, kept alive.
 *
 * Owns every credential the page has. The long token stays in the fragment and in one private field; it is never
 * stored, logged or put into a URL's query. Must not know what the messages mean.
 */

export const PROTOCOL = 'vtcontrol.v1';

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 20_000;
const REFUSED_DELAY_MS = 60_000;
const REQUEST_TIMEOUT_MS = 10_000;
const RENEW_BEFORE_MS = 30_000;
const QUIET_FACTOR = 3;
const QUIET_AT_LEAST_MS = 15_000;

/**
 * @typedef {'no_token' | 'connecting' | 'open' | 'waiting' | 'refused' | 'wrong_page' | 'closed'} SessionState
 *   no_token: the address has no fragment · connecting: on the way · open: the server said hello · waiting: will try
 *   again · refused: the token is not valid (any more) · wrong_page: the token is for the other page · closed: stopped
 *   by the page.
 *
 * @typedef {object} Problem RFC 9457 problem details.
 * @property {string} title
 * @property {string} detail
 * @property {number} status HTTP status; 0 when no answer came.
 *
 * @typedef {object} Environment What the session needs from the world; tests give fakes.
 * @property {typeof fetch} fetch
 * @property {new (url: string, protocols: string[]) => WebSocket} WebSocket
 * @property {{protocol: string, host: string, hash: string}} location
 * @property {(run: () => void, delayMs: number) => number} setTimeout
 * @property {(timer: number) => void} clearTimeout
 * @property {() => number} random In [0, 1).
 * @property {() => number} now Milliseconds, monotonic.
 * @property {() => Promise<Response>} [signIn] Gets an access pass without a token: by the admin's own session.
 *
 * @typedef {object} StreamName
 * @property {string} id
 * @property {string} name
 *
 * @typedef {object} Listener
 * @property {(data: string | ArrayBuffer) => void} onMessage One frame, as it came.
 * @property {(state: SessionState, retryInMs: number) => void} [onState]
 */

/** A request the server refused, or that got no answer. */
export class RequestError extends Error {
  /**
   * @param {Problem} problem
   * @param {number} [retryAfterMs] What the server asked for, or 0.
   */
  constructor(problem, retryAfterMs = 0) {
    super(problem.detail || problem.title);
    this.name = 'RequestError';
    this.problem = problem;
    this.status = problem.status;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Exponential back-off with jitter: half of the delay is certain, half is chance.
 *
 * @param {number} attempt From 0.
 * @param {number} chance In [0, 1).
 * @returns {number} Milliseconds.
 */
export function backOffMs(attempt, chance) {
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 16));
  return Math.round(ceiling * (0.5 + chance / 2));
}

/**
 * @param {string} hash Fragment with its "#", as in `location.hash`.
 * @returns {string} The token, or "".
 */
export function tokenOf(hash) {
  try {
    return decodeURIComponent(hash.replace(/^#/, '')).trim();
  } catch {
    return '';
  }
}

/** @returns {Environment} The browser's own. */
export function browserEnvironment() {
  return {
    fetch: (...request) => window.fetch(...request),
    WebSocket: window.WebSocket,
    location: window.location,
    setTimeout: (run, delayMs) => window.setTimeout(run, delayMs),
    clearTimeout: (timer) => window.clearTimeout(timer),
    random: () => Math.random(),
    now: () => performance.now(),
  };
}

/** One page's connection. States go to `onState`, frames to `onMessage`. */
export class Session {
  /** @type {string} */ #token = '';
  /** @type {string} */ #access = '';
  #accessUntil = 0;
  /** @type {WebSocket | null} */ #socket = null;
  #attempt = 0;
  #round = 0;
  /** @type {number | null} */ #retryTimer = null;
  /** @type {number | null} */ #quietTimer = null;
  #lastPingAt = 0;
  #quietMs = 0;

  /**
   * @param {'stage' | 'dock'} kind
   * @param {Listener} listener
   * @param {Environment} [environment]
   */
  constructor(kind, listener, environment = browserEnvironment()) {
    this.kind = kind;
    /** @type {SessionState} */
    this.state = 'closed';
    /** @type {StreamName | null} */
    this.stream = null;
    /** What the token may do, once the session is known. @type {Set<string>} */
    this.scopes = new Set();
    this.listener = listener;
    this.environment = environment;
  }

  /** Read the token from the address and connect; also after the address changed. */
  start() {
    this.stop();
    this.#token = tokenOf(this.environment.location.hash);
    this.#access = '';
    this.stream = null;
    this.#attempt = 0;
    if (this.#token || this.environment.signIn) void this.#connect();
    else this.#become('no_token');
  }

  /** Close and stay closed until `start`. */
  stop() {
    this.#drop();
    this.#become('closed');
  }

  /** Connect again at once, keeping token and access: on `online`, or to get a fresh hello. */
  reconnect() {
    if (this.state === 'no_token' || this.state === 'closed') return;
    this.#drop();
    void this.#connect();
  }

  /**
   * @param {object} message Sent as JSON; dropped when the socket is not open.
   * @returns {boolean} Whether it was handed to the socket.
   */
  send(message) {
    if (this.#socket?.readyState !== 1) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** A ping came. Their rhythm tells how long a silence is suspicious: a half-open socket never says goodbye. */
  notePing() {
    const now = this.environment.now();
    if (this.#lastPingAt) this.#quietMs = Math.max(QUIET_AT_LEAST_MS, QUIET_FACTOR * (now - this.#lastPingAt));
    this.#lastPingAt = now;
  }

  /**
   * An authorised REST call; a refused access is exchanged anew once.
   *
   * @param {string} path Absolute path on this host.
   * @param {{method?: string, body?: object, headers?: Record<string, string>}} [options]
   * @returns {Promise<any>} The JSON answer, or null when there is none.
   * @throws {RequestError}
   */
  async request(path, options = {}) {
    await this.#ensureAccess();
    try {
      return await this.#fetch(path, this.#access, options);
    } catch (error) {
      if (!(error instanceof RequestError) || error.status !== 401) throw error;
      this.#access = '';
      await this.#ensureAccess();
      return this.#fetch(path, this.#access, options);
    }
  }

  async #connect() {
    const round = ++this.#round;
    this.#become('connecting');
    try {
      const { ticket } = await this.request('/api/v1/tickets', { method: 'POST' });
      if (round === this.#round) this.#open(String(ticket), round);
    } catch (error) {
      if (round === this.#round) this.#failed(error);
    }
  }

  /** @param {unknown} error */
  #failed(error) {
    if (this.state === 'wrong_page') return;
    if (error instanceof RequestError && (error.status === 401 || error.status === 403)) {
      this.#retryIn(REFUSED_DELAY_MS, 'refused');
      return;
    }
    const asked = error instanceof RequestError ? error.retryAfterMs : 0;
    this.#retryLater(asked);
  }

  async #ensureAccess() {
    if (this.#access && this.environment.now() < this.#accessUntil) return;
    const { signIn } = this.environment;
    const answer = signIn ? await this.#answerOf(signIn()) : await this.#fetch('/api/v1/session', this.#token, { method: 'POST' });
    if (answer.kind !== this.kind) {
      this.#become('wrong_page');
      throw new RequestError({ title: 'This link is for another page.', detail: '', status: 0 });
    }
    this.#access = answer.access;
    this.#accessUntil = this.environment.now() + answer.expires_in * 1000 - RENEW_BEFORE_MS;
    this.stream = answer.stream;
    this.scopes = new Set(answer.scopes ?? []);
  }

  /**
   * @param {string} path
   * @param {string} bearer
   * @param {{method?: string, body?: object, headers?: Record<string, string>}} options
   * @returns {Promise<any>}
   */
  async #fetch(path, bearer, { method = 'GET', body, headers = {} }) {
    const abort = new AbortController();
    const timer = this.environment.setTimeout(() => abort.abort(), REQUEST_TIMEOUT_MS);
    const asked = this.environment.fetch(path, {
      method,
      signal: abort.signal,
      cache: 'no-store',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      headers: {
        Authorization: `Bearer ${bearer}`,
        Accept: 'application/json',
        ...(body ? { 'Content-Type': 'application/json' } : {}),
        ...headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return this.#answerOf(asked).finally(() => this.environment.clearTimeout(timer));
  }

  /**
   * @param {Promise<Response>} asked
   * @returns {Promise<any>} The JSON answer, or null when there is none.
   * @throws {RequestError}
   */
  async #answerOf(asked) {
    /** @type {Response} */
    let response;
    try {
      response = await asked;
    } catch {
      throw new RequestError({ title: 'The server did not answer.', detail: '', status: 0 });
    }
    const answer = await response.json().catch(() => null);
    if (response.ok) return answer;
    throw new RequestError(problemOf(answer, response.status), 1000 * Number(response.headers.get('Retry-After')) || 0);
  }

  /**
   * @param {string} ticket
   * @param {number} round
   */
  #open(ticket, round) {
    const { location, WebSocket } = this.environment;
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(`${scheme}//${location.host}/ws/${this.kind}`, [PROTOCOL, `ticket.${ticket}`]);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    this.#listenFor(REQUEST_TIMEOUT_MS);
    socket.onmessage = ({ data }) => {
      if (round === this.#round) this.#received(data);
    };
    socket.onclose = () => {
      if (round !== this.#round) return;
      this.#drop();
      this.#retryLater(0);
    };
  }

  /** @param {string | ArrayBuffer} data */
  #received(data) {
    if (this.state !== 'open') {
      this.#attempt = 0;
      this.#become('open');
      this.#silenceQuietTimer();
    }
    if (this.#quietMs) this.#listenFor(this.#quietMs);
    this.listener.onMessage(data);
  }

  /** @param {number} delayMs */
  #listenFor(delayMs) {
    this.#silenceQuietTimer();
    this.#quietTimer = this.environment.setTimeout(() => {
      this.#drop();
      this.#retryLater(0);
    }, delayMs);
  }

  #silenceQuietTimer() {
    if (this.#quietTimer !== null) this.environment.clearTimeout(this.#quietTimer);
    this.#quietTimer = null;
  }

  /** @param {number} askedMs */
  #retryLater(askedMs) {
    this.#retryIn(Math.max(askedMs, backOffMs(this.#attempt++, this.environment.random())), 'waiting');
  }

  /**
   * @param {number} delayMs
   * @param {SessionState} state
   */
  #retryIn(delayMs, state) {
    this.#become(state, delayMs);
    this.#retryTimer = this.environment.setTimeout(() => void this.#connect(), delayMs);
  }

  /** Forget the socket and every timer; answers of this round no longer count. */
  #drop() {
    this.#round += 1;
    if (this.#retryTimer !== null) this.environment.clearTimeout(this.#retryTimer);
    this.#retryTimer = null;
    this.#silenceQuietTimer();
    this.#lastPingAt = 0;
    this.#quietMs = 0;
    const socket = this.#socket;
    this.#socket = null;
    if (socket && socket.readyState <= 1) socket.close();
  }

  /**
   * @param {SessionState} state
   * @param {number} [retryInMs]
   */
  #become(state, retryInMs = 0) {
    this.state = state;
    this.listener.onState?.(state, retryInMs);
  }
}

/**
 * @param {any} answer Parsed body, or null.
 * @param {number} status
 * @returns {Problem}
 */
function problemOf(answer, status) {
  const title = typeof answer?.title === 'string' ? answer.title : `HTTP ${status}`;
  const detail = typeof answer?.detail === 'string' ? answer.detail : '';
  return { title, detail, status };
}
