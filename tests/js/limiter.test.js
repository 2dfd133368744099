import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Limiter, factorOf } from '../../static/stage/limiter.js';

const RATE = 48000;

/** @param {number} level @param {number} [length] */
const wave = (level, length = 9600) => Float32Array.from({ length }, (_, at) => level * Math.sin(at / 7));

/** @param {Limiter} limiter @param {Float32Array} samples @param {number} piece */
function through(limiter, samples, piece) {
  const output = [];
  for (let at = 0; at < samples.length; at += piece) output.push(...limiter.process(samples.slice(at, at + piece)));
  return [...output, ...limiter.flush()];
}

test('a signal under the ceiling comes back as it was, sample for sample', () => {
  const samples = wave(0.5);

  const output = through(new Limiter(RATE, { boost_db: 0, ceiling_db: -1 }), samples, 480);

  assert.deepEqual(output, [...samples]);
});

for (const piece of [1, 7, 480, 9600]) {
  test(`nothing goes beyond the ceiling, in pieces of ${piece}`, () => {
    const samples = wave(0.9);
    samples[5000] = 1;
    const ceiling = factorOf(-3);

    const output = through(new Limiter(RATE, { boost_db: 12, ceiling_db: -3 }), samples, piece);

    assert.equal(output.length, samples.length);
    assert.ok(Math.max(...output.map(Math.abs)) <= ceiling + 1e-7);
  });
}

test('a peak is met by a gain that was there before it, not by cutting it off', () => {
  const samples = wave(0.2);
  for (let at = 4800; at < 4900; at += 1) samples[at] = 1;

  const output = through(new Limiter(RATE, { boost_db: 0, ceiling_db: -6 }), samples, 480);

  const gains = output.map((sample, at) => sample / (samples[at] || 1));
  const steps = gains.slice(1).map((gain, at) => Math.abs(gain - (gains[at] ?? 0)));
  const heard = steps.filter((_, at) => Math.abs(samples[at] ?? 0) > 0.01 && Math.abs(samples[at + 1] ?? 0) > 0.01);
  assert.ok(Math.max(...heard) < 0.02, `the gain jumps by ${Math.max(...heard)}`);
});

test('after a peak the gain comes back', () => {
  const samples = wave(0.2, RATE);
  samples[100] = 1;

  const output = through(new Limiter(RATE, { boost_db: 0, ceiling_db: -12 }), samples, 480);

  assert.ok(Math.abs((output.at(-10) ?? 0) - (samples.at(-10) ?? 0)) < 0.001);
});
