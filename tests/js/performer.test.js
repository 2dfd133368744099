import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Player } from '../../static/stage/audio.js';
import { Performer } from '../../static/stage/performer.js';
import { readingMs } from '../../static/stage/segment.js';
import { FakeAudioContext, FakeStage, OTHER_TURN, TURN } from './fakes.js';

function setUp() {
  const context = new FakeAudioContext(24000);
  const wall = { ms: 0 };
  const player = new Player(/** @type {any} */ (context), () => wall.ms);
  const stage = new FakeStage();
  /** @type {any[]} */
  const answers = [];
  const performer = new Performer({ player, caption: stage, answer: (message) => answers.push(message) });
  performer.setTroupe({ face: () => stage, nameOf: () => 'Mira' });
  stage.calls = [];
  const at = (/** @type {number} */ time) => {
    context.currentTime = time;
    performer.tick();
  };
  const heard = () => answers.filter(({ type }) => type === 'heard').map(({ seg, ms }) => [seg, ms]);
  return { context, wall, player, stage, answers, performer, at, heard };
}

/** @param {Performer} performer @param {object} [changes] */
function begin(performer, changes = {}) {
  performer.sayStart({
    type: 'say.start', turn: TURN, fence: 1, seg: 0, text: 'Hello there', emotion: 'joy', intensity: 1, motion: 'wave', character: null, name: null,
    ...changes,
  });
}

/** @param {Performer} performer @param {number} ms @param {object} [changes] */
function audio(performer, ms, changes = {}) {
  const pcm = new Int16Array(24 * ms).fill(900);
  performer.sayAudio({ turn: TURN, fence: 1, seg: 0, seq: 0, sampleRate: 24000, isLast: true, pcm, ...changes });
}

test('emotion, motion and subtitle change when the segment begins to sound, not when it arrives', () => {
  const { performer, stage, at } = setUp();
  begin(performer);
  audio(performer, 500);

  at(0.03);
  assert.deepEqual(stage.calls, []);

  at(0.07);
  assert.deepEqual(stage.calls, [['emotion', 'joy', 1], ['play', 'wave'], ['show', 'Hello there']]);
});

test('the mouth follows the audio clock and closes at the end', () => {
  const { performer, at } = setUp();
  begin(performer);
  performer.sayVisemes({ turn: TURN, seg: 0, cues: [[0, 'PP'], [200, 'aa'], [400, 'sil']] });
  audio(performer, 500);

  at(0.06 + 0.1);
  assert.deepEqual(performer.mouth, { PP: 1 });
  at(0.06 + 0.3);
  assert.deepEqual(performer.mouth, { aa: 1 });
  at(0.06 + 0.43);
  assert.deepEqual(performer.mouth, { sil: 1 });
  at(0.06 + 0.51);
  assert.deepEqual(performer.mouth, { sil: 1 });
});

test('a voice without timings moves the mouth by its loudness', () => {
  const { performer, at, context } = setUp();
  begin(performer);
  audio(performer, 800);
  context.level = 0.2;

  at(0.4);

  assert.ok((performer.mouth.sil ?? 0) < 0.2);
});

test('started tells when the first sample sounds, heard how much was played', () => {
  const { performer, answers, at, heard } = setUp();
  const before = performance.timeOrigin + performance.now();
  begin(performer);
  audio(performer, 500);

  assert.equal(answers[0]?.type, 'started');
  assert.ok(answers[0].at - before >= 59 && answers[0].at - before < 1000);
  at(0.5);
  assert.deepEqual(heard(), []);
  at(0.57);
  assert.deepEqual(heard(), [[0, 500]]);
  assert.equal(performer.isBusy, false);
});

test('segments play one after the other without a break', () => {
  const { performer, at, heard, stage } = setUp();
  begin(performer);
  begin(performer, { seg: 1, text: 'And more', emotion: 'smug', motion: null });
  audio(performer, 300);
  audio(performer, 200, { seg: 1 });

  at(0.06 + 0.31);

  assert.equal(stage.shown, 'And more');
  assert.deepEqual(heard(), [[0, 300]]);
  at(0.06 + 0.51);
  assert.deepEqual(heard(), [[0, 300], [1, 200]]);
});

test('a stop silences, forgets the queue and tells how far each segment got', () => {
  const { performer, at, heard, stage, context } = setUp();
  begin(performer);
  begin(performer, { seg: 1 });
  audio(performer, 400);
  audio(performer, 400, { seg: 1 });
  at(0.06 + 0.15);

  performer.stop();

  assert.deepEqual(heard(), [[0, 150], [1, 0]]);
  assert.equal(performer.isBusy, false);
  assert.equal(stage.shown, '');
  assert.deepEqual(performer.mouth, { sil: 1 });
  assert.ok(context.sources.every((source) => source.stoppedAt < 1));
  audio(performer, 400, { seg: 1 });
  at(2);
  assert.deepEqual(heard(), [[0, 150], [1, 0]]);
});

test('a segment that was never scheduled is forgotten without an answer', () => {
  const { performer, answers } = setUp();
  begin(performer);

  performer.stop();

  assert.deepEqual(answers, []);
});

test('a segment that nobody voiced is shown for a reading time and answered', () => {
  const { performer, at, heard, stage } = setUp();
  begin(performer, { text: 'Only words' });
  performer.sayEnd({ turn: TURN, seg: 0, audio_ms: 0 });

  at(0.01);
  assert.equal(stage.shown, 'Only words');
  at(readingMs('Only words') / 1000 - 0.05);
  assert.deepEqual(heard(), []);
  at(readingMs('Only words') / 1000 + 0.02);
  assert.deepEqual(heard(), [[0, 0]]);
});

test('the voice after an unvoiced segment waits until that was read', () => {
  const { performer, at, stage, context } = setUp();
  begin(performer, { text: 'Only words' });
  performer.sayEnd({ turn: TURN, seg: 0, audio_ms: 0 });
  begin(performer, { seg: 1, text: 'Voiced' });
  audio(performer, 300, { seg: 1 });

  at(0.5);
  assert.equal(stage.shown, 'Only words');
  assert.equal(context.sources.length, 0);
  at(2);
  at(2.1);
  assert.equal(stage.shown, 'Voiced');
});

test('audio that was sent but never came holds nobody up', () => {
  const { performer, heard } = setUp();
  begin(performer);

  performer.sayEnd({ turn: TURN, seg: 0, audio_ms: 900 });

  assert.equal(performer.isBusy, false);
  assert.deepEqual(heard(), [[0, 0]]);
});

test('a segment whose end never came is over some time after its voice ran dry', () => {
  const { performer, at, heard } = setUp();
  begin(performer);
  audio(performer, 200, { isLast: false });

  at(1);
  assert.deepEqual(heard(), []);
  at(5);
  assert.deepEqual(heard(), [[0, 198]], 'all but what the limiter still looked ahead at');
});

test('a new turn does not wait for what an old one left unfinished', () => {
  const { performer, at, heard, stage } = setUp();
  begin(performer);
  audio(performer, 200, { isLast: false });
  begin(performer, { seg: 1, text: 'Never voiced' });
  begin(performer, { turn: OTHER_TURN, text: 'New turn' });
  audio(performer, 200, { turn: OTHER_TURN });

  at(0.3);

  assert.equal(stage.shown, 'New turn');
  assert.deepEqual(heard(), [[0, 200]]);
});

test('the face calms down some time after the last word', () => {
  const { performer, at } = setUp();
  begin(performer);
  audio(performer, 200);
  at(0.1);
  at(0.3);

  assert.equal(performer.emotion.name, 'joy');
  at(5);
  assert.equal(performer.emotion.name, 'neutral');
});

test('what played while the browser held sound back was not heard', () => {
  const { performer, context, wall, heard } = setUp();
  context.become('suspended');
  begin(performer);
  audio(performer, 1000);

  wall.ms = 100;
  performer.tick();
  wall.ms = 1200;
  performer.tick();

  assert.equal(heard().length, 1);
  assert.ok(heard().every(([, ms]) => ms < 60));
});

test('words are revealed along with the voice', () => {
  const { performer, at, stage } = setUp();
  begin(performer);
  audio(performer, 1000);

  at(0.06 + 0.5);

  assert.ok(Math.abs(stage.share - 0.5) < 0.01);
});

test('whoever is named speaks; the one before falls silent and calm', () => {
  const { performer, at } = setUp();
  const [first, guest] = [new FakeStage(), new FakeStage()];
  const faces = { first, guest };
  performer.setTroupe({
    face: (key) => faces[/** @type {'first' | 'guest'} */ (key ?? 'first')],
    nameOf: (key) => (key === 'guest' ? 'Gus' : 'Mira'),
  });
  begin(performer);
  audio(performer, 200);
  begin(performer, { seg: 1, character: 'guest', emotion: 'smug', motion: 'nod' });
  performer.sayVisemes({ turn: TURN, seg: 1, cues: [[0, 'aa']] });
  audio(performer, 400, { seg: 1 });
  at(0.1);
  first.calls = [];
  guest.calls = [];

  at(0.4);

  assert.deepEqual(guest.calls, [['emotion', 'smug', 1], ['play', 'nod']]);
  assert.deepEqual(first.calls, [['emotion', 'neutral', 1]]);
  assert.deepEqual([first.mouth, guest.mouth], [{ sil: 1 }, { aa: 1 }]);
  assert.equal(performer.speaker, 'guest');
});

test('the name above the subtitle is that of whoever speaks', () => {
  const { performer, stage, at } = setUp();
  performer.setTroupe({ face: () => stage, nameOf: (key) => key ?? 'Mira' });
  begin(performer, { character: 'Gus' });
  audio(performer, 200);

  at(0.1);

  assert.equal(stage.speaker, 'Gus');
});

test('a voice that would wait longer than allowed is cut, and the answer tells the truth', () => {
  const { performer, at, heard } = setUp();
  performer.queueMostS = 10;
  begin(performer);
  for (let seq = 0; seq < 30; seq += 1) audio(performer, 500, { seq, isLast: seq === 29 });
  begin(performer, { seg: 1 });
  audio(performer, 500, { seg: 1 });

  assert.ok(performer.waitingSeconds() <= 10.07);
  assert.equal(performer.dropped, 2);
  for (let time = 0; time < 12; time += 0.5) at(time);
  assert.deepEqual(heard(), [[1, 0], [0, 9500]]);
});

test('a long talk is scheduled a few seconds ahead, never all at once', () => {
  const { performer, context, at } = setUp();
  begin(performer);
  for (let seq = 0; seq < 120; seq += 1) audio(performer, 500, { seq, isLast: seq === 119 });

  const atOnce = context.sources.length;
  for (let time = 0; time < 61; time += 0.25) at(time);

  assert.ok(atOnce <= 20, `${atOnce} chunks`);
  assert.equal(context.sources.length, 121, 'and the tail that the limiter looked ahead at');
  assert.equal(performer.player.stats.underruns, 0);
  assert.equal(performer.isBusy, false);
});

test('ten minutes of talk do not drift: shapes and words follow the audio clock to the end', () => {
  const { performer, player, at, stage, heard } = setUp();
  const minutes = 10;
  for (let seg = 0; seg < minutes * 6; seg += 1) {
    const from = 0.06 + seg * 10;
    begin(performer, { seg, text: 'One two three, four five six.' });
    performer.sayVisemes({ turn: TURN, seg, cues: [[0, 'PP'], [5000, 'aa'], [9500, 'sil']] });
    for (let seq = 0; seq < 20; seq += 1) {
      audio(performer, 500, { seg, seq, isLast: seq === 19 });
      at(from + seq * 0.5 - 0.01);
    }
    at(from + 4.9);
    assert.deepEqual(performer.mouth, { PP: 1 }, `segment ${seg}`);
    at(from + 5.1);
    assert.deepEqual(performer.mouth, { aa: 1 }, `segment ${seg}`);
    at(from + 9.99);
    assert.ok(stage.share > 0.97);
  }
  at(minutes * 60 + 1);

  assert.equal(player.stats.underruns + player.stats.gaps, 0);
  assert.deepEqual(heard().filter(([, ms]) => ms !== 10000), []);
});

test('where the voice is can be read at any moment', () => {
  const { performer, at } = setUp();
  begin(performer);
  audio(performer, 500);

  at(0.16);

  assert.equal(performer.position?.seg, 0);
  assert.ok(Math.abs(Number(performer.position?.ms) - 100) < 0.01);
  at(2);
  assert.equal(performer.position, null);
});
