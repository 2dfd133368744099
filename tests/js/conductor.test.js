import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Conductor } from '../../static/stage/conductor.js';
import { Journal } from '../../static/stage/journal.js';
import { OTHER_TURN, TURN, audioFrame } from './fakes.js';

/** A performer that writes down what it is told. */
class FakePerformer {
  /** @type {string[]} */
  calls = [];
  /** @type {Set<string>} */
  turns = new Set();

  get isBusy() {
    return this.turns.size > 0;
  }

  /** @param {string} turn */
  holds(turn) {
    return this.turns.has(turn);
  }

  /** @param {{turn: string, seg: number}} start */
  sayStart({ turn, seg }) {
    this.turns.add(turn);
    this.calls.push(`start ${seg}`);
  }

  sayVisemes() {
    this.calls.push('visemes');
  }

  sayAudio() {
    this.calls.push('audio');
  }

  sayEnd() {
    this.calls.push('end');
  }

  turnEnd() {
    this.calls.push('turn end');
  }

  stop() {
    this.turns.clear();
    this.calls.push('stop');
  }
}

function setUp({ isPreview = false } = {}) {
  const performer = new FakePerformer();
  const clock = { ms: 0 };
  const journal = new Journal(() => clock.ms);
  /** @type {unknown[][]} */
  const effects = [];
  const write = (/** @type {string} */ what) => (/** @type {unknown} */ value) => void effects.push([what, value]);
  const conductor = new Conductor({
    performer: /** @type {any} */ (performer),
    journal,
    isPreview,
    effects: {
      onLook: () => {},
      onLanguage: () => {},
      onMuted: write('muted'),
      onPrimary: () => {},
      onHello: () => {},
      onPing: write('ping'),
      send: write('send'),
      resync: () => write('resync')(null),
    },
  });
  const tell = (/** @type {object} */ message) => conductor.receive(JSON.stringify(message));
  return { performer, clock, journal, effects, conductor, tell };
}

const hello = (changes = {}) => ({
  type: 'hello', v: 1, page: 'p', primary: true, stream: { id: 's', name: 'Mira', language: 'en' }, epoch: 3, fence: 1, look: {},
  muted: false, panicked: false, ...changes,
});
const say = (changes = {}) => ({
  type: 'say.start', turn: TURN, fence: 1, seg: 0, text: 'Hi', emotion: 'joy', intensity: 1, motion: null, ...changes,
});

test('a segment goes from the wire to the performer', () => {
  const { tell, conductor, performer } = setUp();
  tell(hello());
  tell(say());
  tell({ type: 'say.visemes', turn: TURN, fence: 1, seg: 0, cues: [] });
  conductor.receive(audioFrame({ last: true }));
  tell({ type: 'say.end', turn: TURN, fence: 1, seg: 0, audio_ms: 10 });
  tell({ type: 'turn.end', turn: TURN, fence: 1, outcome: 'done' });

  assert.deepEqual(performer.calls, ['start 0', 'visemes', 'audio', 'end', 'turn end']);
});

test('refused frames leave a note and no sound', () => {
  const { tell, conductor, performer, journal } = setUp();
  tell(hello({ fence: 5 }));
  tell(say({ fence: 4 }));
  conductor.receive(audioFrame({ fence: 4 }));
  conductor.receive(new ArrayBuffer(3));
  conductor.receive('{');

  assert.deepEqual(performer.calls, []);
  const reasons = journal.entries().filter(({ way }) => way === 'refused').map(({ detail }) => detail.reason);
  assert.deepEqual(reasons, ['stale_fence', 'stale_fence', 'truncated header', 'not JSON']);
});

test('after a stop, late frames of the turn are dropped', () => {
  const { tell, conductor, performer } = setUp();
  tell(hello());
  tell(say());
  tell({ type: 'stop', epoch: 4, reason: 'skip', turn: TURN });
  conductor.receive(audioFrame());
  tell(say({ seg: 1 }));

  assert.deepEqual(performer.calls, ['start 0', 'stop']);
});

test('a stop told late or twice does not silence the turn after it', () => {
  const { tell, performer } = setUp();
  tell(hello());
  tell(say());
  tell({ type: 'stop', epoch: 4, reason: 'skip', turn: TURN });
  tell(say({ turn: OTHER_TURN, fence: 2 }));
  tell({ type: 'stop', epoch: 4, reason: 'skip', turn: TURN });
  tell({ type: 'stop', epoch: 2, reason: 'skip', turn: null });

  assert.deepEqual(performer.calls, ['start 0', 'stop', 'start 0']);
  assert.equal(performer.holds(OTHER_TURN), true);
});

test('a stop of a turn this page never saw silences all the same', () => {
  const { tell, performer } = setUp();
  tell(hello());
  tell(say());
  tell({ type: 'stop', epoch: 4, reason: 'priority', turn: null });

  assert.equal(performer.isBusy, false);
});

test('a hello of the same epoch lets buffered audio play on; a later epoch silences it', () => {
  const { tell, performer } = setUp();
  tell(hello());
  tell(say());
  tell(hello());
  assert.equal(performer.isBusy, true);

  tell(hello({ epoch: 4 }));
  assert.equal(performer.isBusy, false);
});

test('a hello that says panic silences what is being said', () => {
  const { tell, performer } = setUp();
  tell(hello());
  tell(say());
  tell(hello({ panicked: true }));

  assert.equal(performer.isBusy, false);
});

test('nothing is said while panicked, and again after the release', () => {
  const { tell, performer } = setUp();
  tell(hello());
  tell({ type: 'stop', epoch: 4, reason: 'panic', turn: null });
  tell(say());
  tell({ type: 'state', panicked: false, muted: false });
  tell(say({ turn: OTHER_TURN }));

  assert.deepEqual(performer.calls, ['stop', 'start 0']);
  assert.equal(performer.holds(OTHER_TURN), true);
});

test('a lost release is found out: the page asks for a fresh hello, but not all the time', () => {
  const { tell, clock, effects } = setUp();
  tell(hello({ panicked: true }));
  tell(say());
  assert.deepEqual(effects.filter(([what]) => what === 'resync'), []);

  clock.ms = 3_000;
  tell(say());
  tell(say({ seg: 1 }));
  assert.equal(effects.filter(([what]) => what === 'resync').length, 1);
});

test('only the primary page answers, and a preview never does', () => {
  for (const [options, primary, expected] of /** @type {const} */ ([
    [{}, true, 1], [{}, false, 0], [{ isPreview: true }, true, 0],
  ])) {
    const { tell, conductor, effects } = setUp(options);
    tell(hello({ primary }));
    conductor.answer({ type: 'heard', turn: TURN, seg: 0, ...{ ms: 5 } });

    assert.equal(effects.filter(([what]) => what === 'send').length, expected);
  }
});

test('primary may change while connected', () => {
  const { tell, conductor } = setUp();
  tell(hello({ primary: false }));
  tell({ type: 'primary', primary: true });

  assert.equal(conductor.isPrimary, true);
});

test('a ping is answered with its number', () => {
  const { tell, effects } = setUp();
  tell({ type: 'ping', n: 7 });

  assert.deepEqual(effects, [['ping', 7]]);
});

test('the journal keeps no words', () => {
  const { tell, journal } = setUp();
  tell(hello());
  tell(say({ text: 'a secret' }));

  assert.equal(JSON.stringify(journal.entries()).includes('secret'), false);
});
