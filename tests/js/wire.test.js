import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Gate } from '../../static/stage/gate.js';
import { parseFrame, parseMessage } from '../../static/stage/wire.js';
import { OTHER_TURN, TURN, audioFrame } from './fakes.js';

const start = (/** @type {object} */ changes = {}) => ({ turn: TURN, fence: 1, seg: 0, ...changes });

/** @param {ArrayBuffer} buffer */
function frameOf(buffer) {
  const parsed = parseFrame(buffer);
  assert.ok(parsed.ok);
  return parsed.value;
}

test('a frame is read field by field, little-endian', () => {
  const samples = [1, -32768, 32767];
  const buffer = audioFrame({ seg: 515, seq: 70_000, fence: 3_000_000_000, rate: 22050, last: true, samples });

  const frame = frameOf(buffer);

  assert.deepEqual(
    { ...frame, pcm: [...frame.pcm] },
    { turn: TURN, seg: 515, seq: 70_000, fence: 3_000_000_000, sampleRate: 22050, isLast: true, pcm: samples },
  );
});

test('broken frames are refused with a reason', () => {
  const whole = audioFrame();

  const reasons = [
    new ArrayBuffer(0),
    whole.slice(0, 31),
    audioFrame({ version: 2 }),
    whole.slice(0, 33),
    audioFrame({ rate: 0 }),
    audioFrame({ rate: 4_000_000_000 }),
  ].map((buffer) => {
    const parsed = parseFrame(buffer);
    return parsed.ok ? 'ok' : parsed.reason;
  });

  assert.deepEqual(reasons, ['truncated header', 'truncated header', 'unknown version 2', 'half a sample', 'rate 0', 'rate 4000000000']);
});

test('a frame without samples is fine: it may only say that it was the last', () => {
  const frame = frameOf(audioFrame({ samples: [], last: true }));

  assert.equal(frame.pcm.length, 0);
  assert.equal(frame.isLast, true);
});

test('garbage messages are refused, never thrown', () => {
  const texts = ['', 'nope', 'null', '[]', '3', '{}', '{"type":7}', '{"type":"toString"}', '{"type":"constructor"}',
    '{"type":"unheard.of"}', '{"type":"say.start","turn":"x"}', '{"type":"stop","epoch":-1,"turn":null}',
    '{"type":"hello","page":1}', '{"type":"ping","n":"1"}'];

  const passed = texts.filter((text) => parseMessage(text).ok);

  assert.deepEqual(passed, []);
});

test('absent optional fields get their defaults', () => {
  const parsed = parseMessage(JSON.stringify({ type: 'say.start', ...start({ turn: TURN.toUpperCase(), intensity: 9 }), text: 'Hi' }));

  assert.ok(parsed.ok);
  assert.deepEqual(parsed.value, { type: 'say.start', turn: TURN, fence: 1, seg: 0, text: 'Hi', emotion: 'neutral', intensity: 1, motion: null, character: null, name: null });
});

test('cues that make no sense are left out', () => {
  const cues = [[0, 'PP'], [10, 'zz'], ['x', 'aa'], [-1, 'aa'], [20], null, [30, 'U']];
  const parsed = parseMessage(JSON.stringify({ type: 'say.visemes', ...start(), cues }));

  assert.ok(parsed.ok && parsed.value.type === 'say.visemes');
  assert.deepEqual(parsed.value.cues, [[0, 'PP'], [30, 'U']]);
});

test('a look may come wrapped or bare, and is always complete', () => {
  const bare = parseMessage('{"type":"look","badge":false}');
  const wrapped = parseMessage('{"type":"look","look":{"subtitles":false,"avatar":{"kind":"vrm"}}}');

  assert.ok(bare.ok && bare.value.type === 'look' && wrapped.ok && wrapped.value.type === 'look');
  assert.deepEqual(bare.value.look.avatar, { kind: 'puppet', palette: {} });
  assert.equal(bare.value.look.badge, false);
  assert.deepEqual([wrapped.value.look.badge, wrapped.value.look.subtitles], [true, false]);
  assert.equal(wrapped.value.look.avatar.kind, 'vrm');
});

test('chunks pass in order and only once', () => {
  const gate = new Gate();
  gate.admitStart(start());

  const verdicts = [0, 1, 1, 3, 2].map((seq) => gate.admitFrame(frameOf(audioFrame({ seq }))));

  assert.deepEqual(verdicts, ['ok', 'ok', 'out_of_order', 'out_of_order', 'ok']);
});

test('nothing follows the last chunk of a segment', () => {
  const gate = new Gate();
  gate.admitStart(start());
  gate.admitFrame(frameOf(audioFrame({ last: true })));

  assert.equal(gate.admitFrame(frameOf(audioFrame({ seq: 1 }))), 'out_of_order');
});

test('an older fence is refused once a newer one was seen', () => {
  const gate = new Gate();
  gate.admitStart(start({ fence: 4 }));
  gate.admitStart(start({ turn: OTHER_TURN, fence: 5 }));

  assert.equal(gate.admitStart(start({ fence: 4, seg: 1 })), 'stale_fence');
  assert.equal(gate.admitFrame(frameOf(audioFrame({ fence: 4 }))), 'stale_fence');
  assert.equal(gate.admitPart(start({ fence: 4 })), 'stale_fence');
  assert.equal(gate.admitFrame(frameOf(audioFrame({ turn: OTHER_TURN, fence: 5 }))), 'ok');
});

test('a hello raises the fence but never lowers it', () => {
  const gate = new Gate();
  gate.raise(9);
  gate.raise(3);

  assert.equal(gate.admitStart(start({ fence: 8 })), 'stale_fence');
});

test('a stopped turn stays silent for good', () => {
  const gate = new Gate();
  gate.admitStart(start());
  gate.stopTurn(TURN);

  assert.equal(gate.admitFrame(frameOf(audioFrame())), 'stopped_turn');
  assert.equal(gate.admitStart(start({ seg: 1, fence: 7 })), 'stopped_turn');
});

test('stopping all stops every turn of which something came, and no later one', () => {
  const gate = new Gate();
  gate.admitStart(start());

  const stopped = gate.stopAll();

  assert.deepEqual(stopped, [TURN]);
  assert.equal(gate.admitStart(start({ turn: OTHER_TURN })), 'ok');
});

test('segments come in rising order; their parts need a start', () => {
  const gate = new Gate();

  assert.equal(gate.admitFrame(frameOf(audioFrame())), 'unknown_segment');
  assert.equal(gate.admitStart(start({ seg: 1 })), 'ok');
  assert.equal(gate.admitStart(start({ seg: 1 })), 'out_of_order');
  assert.equal(gate.admitStart(start({ seg: 0 })), 'out_of_order');
  assert.equal(gate.admitPart(start({ seg: 2 })), 'unknown_segment');
});

test('remembered stops do not grow for ever', () => {
  const gate = new Gate();
  for (let index = 0; index < 5_000; index += 1) gate.stopTurn(`turn-${index}`);

  assert.equal(gate.admitStart(start({ turn: 'turn-4999' })), 'stopped_turn');
  assert.equal(gate.admitStart(start({ turn: 'turn-0' })), 'ok');
});
