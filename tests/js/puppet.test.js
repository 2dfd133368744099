import assert from 'node:assert/strict';
import { test } from 'node:test';

import { DEFAULT_POSE, EMOTIONS, approach, poseOf } from '../../static/stage/avatar/puppet/expressions.js';
import { Blink, MOTION_NAMES, Motion, Spring } from '../../static/stage/avatar/puppet/life.js';
import { lipsOf } from '../../static/stage/avatar/puppet/mouth.js';
import { mix, paletteOf } from '../../static/stage/avatar/puppet/palette.js';
import { VISEMES } from '../../static/stage/wire.js';

/** @param {Record<string, number>} left @param {Record<string, number>} right */
function differing(left, right) {
  return Object.keys(left).filter((field) => Math.abs((left[field] ?? 0) - (right[field] ?? 0)) > 0.05);
}

test('the issue’s emotions are all there', () => {
  for (const name of ['neutral', 'joy', 'laugh', 'sad', 'angry', 'surprised', 'shy', 'smug', 'thinking']) {
    assert.ok(EMOTIONS.includes(name), name);
  }
});

test('any two emotions differ in lids or brows, in the mouth, and in colour', () => {
  for (const [index, one] of EMOTIONS.entries()) {
    for (const other of EMOTIONS.slice(index + 1)) {
      const fields = differing({ ...poseOf(one, 1) }, { ...poseOf(other, 1) });

      assert.ok(fields.some((field) => /^(open|squint|slant|arc|brow|gaze)/.test(field)), `${one}/${other} eyes`);
      assert.ok(fields.some((field) => /^(smile|mouth|wavy|part)/.test(field)), `${one}/${other} mouth`);
      assert.ok(fields.some((field) => /^(red|green|blue)$/.test(field)), `${one}/${other} colour`);
    }
  }
});

test('intensity goes from calm to the full feeling', () => {
  assert.deepEqual(poseOf('angry', 0), { ...DEFAULT_POSE });
  const half = poseOf('angry', 0.5);
  assert.ok(half.browAngle > 0.4 && half.browAngle < 0.7);
});

test('unknown emotions are calm, other words for known ones are understood', () => {
  assert.deepEqual(poseOf('constructor', 1), { ...DEFAULT_POSE });
  assert.deepEqual(poseOf('Happy', 1), poseOf('joy', 1));
});

test('a pose moves towards its target smoothly', () => {
  const pose = { ...DEFAULT_POSE };
  const target = poseOf('joy', 1);
  approach(pose, target, 16, 105);
  assert.ok(pose.smile > DEFAULT_POSE.smile && pose.smile < target.smile);

  for (let step = 0; step < 60; step += 1) approach(pose, target, 16, 105);
  assert.ok(Math.abs(pose.smile - target.smile) < 0.01);
});

test('all fifteen mouths look different', () => {
  for (const [index, one] of VISEMES.entries()) {
    for (const other of VISEMES.slice(index + 1)) {
      const fields = differing({ ...lipsOf({ [one]: 1 }) }, { ...lipsOf({ [other]: 1 }) });
      assert.ok(fields.length >= 2, `${one} and ${other} differ only in ${fields}`);
    }
  }
});

test('mouths blend, and what is no viseme is a closed mouth', () => {
  const half = lipsOf({ aa: 0.5, sil: 0.5 });
  assert.ok(half.down > 20 && half.down < 50);
  assert.deepEqual(lipsOf({ nonsense: 1 }), lipsOf({ sil: 1 }));
  assert.deepEqual(lipsOf({}), lipsOf({ sil: 1 }));
});

test('a palette takes colours and leaves the rest to us', () => {
  const palette = paletteOf({ hair: '#112233', eyes: 'javascript:1', skin: 5 });

  assert.equal(palette.hair, '#112233');
  assert.equal(palette.eyes, paletteOf({}).eyes);
  assert.equal(mix('#000000', '#ffffff', 0.5), '#808080');
});

test('every motion moves something and ends where it began', () => {
  for (const name of MOTION_NAMES) {
    const motion = new Motion();
    motion.play(name);
    let moved = 0;
    for (let now = 0; now < 4_000; now += 16) {
      moved = Math.max(moved, ...Object.values(motion.step(now)).map((value) => Math.abs(value)));
    }

    assert.ok(moved > 0.3, name);
    assert.ok(Object.values(motion.step(4_100)).every((value) => value === 0), name);
  }
});

test('unknown motions are ignored', () => {
  const motion = new Motion();
  motion.play('backflip');

  assert.ok(Object.values(motion.step(10)).every((value) => value === 0));
});

test('eyes blink, and are open most of the time', () => {
  const blink = new Blink(() => 0.5);
  const lids = Array.from({ length: 4_000 }, (_, step) => blink.step(1_000 + step * 8));

  assert.ok(Math.min(...lids) === 0);
  assert.ok(lids.filter((open) => open > 0.9).length > lids.length * 0.9);
});

test('a spring comes to rest at its target', () => {
  const spring = new Spring(120, 8);
  for (let step = 0; step < 300; step += 1) spring.step(1, 1 / 60);

  assert.ok(Math.abs(spring.value - 1) < 0.001 && Math.abs(spring.speed) < 0.01);
});
