import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LEAD_S, Player } from '../../static/stage/audio.js';
import { FakeAudioContext } from './fakes.js';

/** @param {number} [rate] */
function setUp(rate = 24000) {
  const context = new FakeAudioContext(rate);
  const wall = { ms: 0 };
  const player = new Player(/** @type {any} */ (context), () => wall.ms);
  return { context, player, wall };
}

/** @param {number} ms @param {number} [rate] */
const pcm = (ms, rate = 24000) => new Int16Array((ms / 1000) * rate).fill(1000);

test('a turn starts one lead after its first chunk', () => {
  const { context, player } = setUp();
  context.currentTime = 2;

  const track = player.openTrack('a');
  track.push(pcm(40), 24000);

  assert.equal(track.startTime, 2 + LEAD_S);
  assert.ok(Math.abs((context.sources[0]?.startedAt ?? 0) - 2.06) < 1e-9);
});

test('chunks join without a gap, whatever their sizes', () => {
  const { context, player } = setUp();
  const track = player.openTrack('a');
  for (const ms of [40, 300, 5, 500]) track.push(pcm(ms), 24000);
  track.finish();

  let end = context.sources[0]?.startedAt ?? 0;
  for (const source of context.sources) {
    assert.ok(Math.abs(source.startedAt - end) < 1e-9);
    end = source.startedAt + (source.buffer?.length ?? 0) / 24000;
  }
  assert.equal(track.runs.length, 1);
  assert.ok(Math.abs(track.lengthMs - 845) < 0.1);
  assert.equal(player.stats.underruns, 0);
});

for (const [from, to] of [[22050, 48000], [24000, 44100], [16000, 48000], [48000, 44100]]) {
  test(`chunks at ${from} Hz join without a gap on a ${to} Hz context and keep their length`, () => {
    const { context, player } = setUp(to);
    const track = player.openTrack('a');
    for (const ms of [40, 320, 20, 620]) track.push(pcm(ms, from), Number(from));
    track.finish();

    const frames = context.sources.reduce((sum, source) => sum + (source.buffer?.length ?? 0), 0);
    assert.equal(frames, to);
    assert.equal(track.runs.length, 1);
    const middle = context.sources[1]?.buffer?.data ?? new Float32Array();
    assert.ok(middle.every((sample) => Math.abs(sample - 1000 / 32768) < 1e-4), 'a constant stays constant across seams');
  });
}

test('the next segment of a turn follows at once', () => {
  const { player } = setUp();
  const first = player.openTrack('a');
  first.push(pcm(200), 24000);
  first.finish();
  const second = player.openTrack('a');
  second.push(pcm(100), 24000);

  assert.ok(Math.abs((second.startTime ?? 0) - first.endTime) < 1e-9);
  assert.equal(player.stats.gaps, 0);
});

test('audio that comes too late inside a segment is an underrun and gets a new lead', () => {
  const { context, player } = setUp();
  const track = player.openTrack('a');
  track.push(pcm(100), 24000);
  context.currentTime = 0.5;
  track.push(pcm(100), 24000);

  assert.equal(player.stats.underruns, 1);
  assert.ok(Math.abs(player.stats.silentMs - 402) < 0.1, 'with the two milliseconds the limiter looked ahead at');
  assert.equal(track.runs.length, 2);
  assert.ok(Math.abs((context.sources[1]?.startedAt ?? 0) - 0.56) < 1e-9);
});

test('silence between two segments of a turn is a gap; between turns it is neither', () => {
  const { context, player } = setUp();
  player.openTrack('a').push(pcm(100), 24000);
  context.currentTime = 1;
  player.openTrack('a').push(pcm(100), 24000);
  context.currentTime = 2;
  player.openTrack('b').push(pcm(100), 24000);

  assert.equal(player.stats.gaps, 1);
  assert.equal(player.stats.underruns, 0);
});

test('a position stands still while the audio is dry', () => {
  const { context, player } = setUp();
  const track = player.openTrack('a');
  track.push(pcm(100), 24000);
  context.currentTime = 0.5;
  track.push(pcm(100), 24000);

  const positions = [0, 0.06, 0.11, 0.3, 0.56, 0.61, 9].map((time) => Math.round(track.positionMs(time)));

  assert.deepEqual(positions, [0, 0, 50, 98, 98, 148, 198]);
  assert.equal(track.isSoundingAt(0.3), false);
  assert.equal(track.isSoundingAt(0.6), true);
});

test('a cut fades out within 15 ms, stops every source within 50 ms and lets the next turn begin fresh', () => {
  const { context, player } = setUp();
  const track = player.openTrack('a');
  track.push(pcm(300), 24000);
  track.push(pcm(300), 24000);
  const voice = context.gains.at(-1);
  context.currentTime = 0.2;

  player.cut();

  const ramp = voice?.gain.calls.at(-1);
  assert.ok(ramp && ramp[0] === 'ramp' && ramp[1] === 0 && ramp[2] - 0.2 <= 0.015);
  assert.ok(context.sources.every((source) => source.stoppedAt - 0.2 <= 0.05));
  const next = player.openTrack('b');
  next.push(pcm(100), 24000);
  assert.ok(Math.abs((next.startTime ?? 0) - 0.26) < 1e-9);
  assert.notEqual(context.gains.at(-1), voice);
});

test('while the browser holds the context back, time goes on and nothing is scheduled', () => {
  const { context, player, wall } = setUp();
  context.become('suspended');
  wall.ms = 1000;
  const track = player.openTrack('a');
  track.push(pcm(1000), 24000);

  assert.equal(player.now(), 1);
  assert.equal(context.sources.length, 0);
  wall.ms = 1560;
  assert.ok(Math.abs(track.positionMs(player.now()) - 500) < 1);
});

test('once released, later audio is scheduled at the right moment of the context', () => {
  const { context, player, wall } = setUp();
  context.become('suspended');
  wall.ms = 3000;
  context.become('running');

  const track = player.openTrack('a');
  track.push(pcm(100), 24000);

  assert.equal(player.now(), 3);
  assert.equal(player.lostSeconds(), 3);
  assert.ok(Math.abs((track.startTime ?? 0) - 3.06) < 1e-9);
  assert.ok(Math.abs((context.sources[0]?.startedAt ?? 0) - 0.06) < 1e-9);
});

test('asking what is heard now changes nothing; each picture follows the way to the speakers a little', () => {
  const { context, player } = setUp();
  context.outputLatency = 0.2;

  assert.equal(player.audibleNow(), player.now());
  assert.equal(player.audibleNow(), player.now());
  player.observe();

  assert.ok(Math.abs(player.now() - player.audibleNow() - 0.01) < 1e-9);
  assert.equal(player.audibleNow(), player.audibleNow());
});

test('the meter notes the first sound of a turn and the silence after a cut', () => {
  const { context, player } = setUp();
  player.openTrack('a').push(pcm(500), 24000);
  player.observe();
  assert.equal(player.stats.firstSoundAt, null);

  context.level = 0.2;
  player.observe();
  assert.notEqual(player.stats.firstSoundAt, null);

  player.cut();
  assert.equal(player.stats.stopToSilenceMs, null);
  context.level = 0;
  player.observe();
  assert.notEqual(player.stats.stopToSilenceMs, null);
});

test('muting turns the master down and the show goes on', () => {
  const { context, player } = setUp();
  player.setMuted(true);

  assert.deepEqual(context.gains[0]?.gain.calls.at(-1)?.slice(0, 2), ['target', 0]);
});

test('a segment fades in and out at its edges, and nowhere between its chunks', () => {
  const { context, player } = setUp();
  const track = player.openTrack('a');
  for (const ms of [40, 300, 300]) track.push(pcm(ms), 24000);
  track.finish();

  const gain = context.gains.at(-1)?.gain.heard() ?? (() => 1);
  assert.equal(gain(0.06), 0);
  for (const time of [0.065, 0.0995, 0.1, 0.3995, 0.4, 0.5, 0.69]) assert.equal(gain(time), 1, `at ${time}`);
  assert.ok(gain(0.6995) < 0.2);
});

test('a louder voice never goes beyond its ceiling, nor does one that was clean change', () => {
  const { context, player } = setUp();
  const loud = Int16Array.from({ length: 24000 }, (_, at) => 30000 * Math.sin(at / 9));
  player.setSound({ volume: 100, boost_db: 12, ceiling_db: -1, queue_s: 60, second_pages: 'muted' });
  const track = player.openTrack('a');
  track.push(loud, 24000);
  track.finish();

  const peak = Math.max(...context.sources.flatMap(({ buffer }) => [...(buffer?.data ?? [])].map(Math.abs)));
  assert.ok(peak <= 10 ** (-1 / 20) + 1e-6, `peak ${peak}`);
  assert.ok(peak > 0.8);
});

test('the volume turns the master, a mute goes over it', () => {
  const { context, player } = setUp();
  const sound = { volume: 40, boost_db: 0, ceiling_db: -1, queue_s: 60, second_pages: /** @type {const} */ ('muted') };

  player.setSound(sound);
  assert.deepEqual(context.gains[0]?.gain.calls.at(-1)?.slice(0, 2), ['target', 0.4]);
  player.setMuted(true);
  player.setSound({ ...sound, volume: 80 });
  assert.deepEqual(context.gains[0]?.gain.calls.at(-1)?.slice(0, 2), ['target', 0]);
  player.setMuted(false);
  assert.deepEqual(context.gains[0]?.gain.calls.at(-1)?.slice(0, 2), ['target', 0.8]);
});
