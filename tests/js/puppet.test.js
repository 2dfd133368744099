import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Body } from '../../static/stage/avatar/puppet/body.js';
import { DEFAULT_POSE, EMOTIONS, approach, poseOf } from '../../static/stage/avatar/puppet/expressions.js';
import { Blink, Spring } from '../../static/stage/avatar/puppet/life.js';
import { EYE_SHAPES, emptyLids, setLids } from '../../static/stage/avatar/puppet/lids.js';
import { MOTION_NAMES, Motion } from '../../static/stage/avatar/puppet/motions.js';
import { emptyOutline, setOutline } from '../../static/stage/avatar/puppet/mouth.js';
import { mix, paletteOf } from '../../static/stage/avatar/puppet/palette.js';
import { PARTS, partsOf } from '../../static/stage/avatar/puppet/parts.js';
import { Bendable, mirrored } from '../../static/stage/avatar/puppet/soft.js';
import { Speech } from '../../static/stage/avatar/puppet/speech.js';
import { lipsOf } from '../../static/stage/avatar/puppet/visemes.js';
import { VISEMES } from '../../static/stage/wire.js';

/** @param {Record<string, number>} left @param {Record<string, number>} right */
function differing(left, right) {
  return Object.keys(left).filter((field) => Math.abs((left[field] ?? 0) - (right[field] ?? 0)) > 0.05);
}

/** @param {unknown} thing @returns {number[]} */
const numbersIn = (thing) => (typeof thing === 'number' ? [thing] : Object.values(Object(thing)).flatMap(numbersIn));

test('there are at least a dozen emotions, among them the usual ones', () => {
  assert.ok(EMOTIONS.length >= 12);
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
      assert.ok(fields.length >= 8, `${one}/${other} differ only in ${fields}`);
    }
  }
});

test('intensity goes from calm to the full feeling, and no further', () => {
  assert.deepEqual(poseOf('angry', 0), { ...DEFAULT_POSE });
  const half = poseOf('angry', 0.5);
  assert.ok(half.browAngle > 0.4 && half.browAngle < 0.7);
  assert.deepEqual(poseOf('angry', 7), poseOf('angry', 1));
  assert.deepEqual(poseOf('angry', NaN), { ...DEFAULT_POSE });
});

test('unknown emotions are calm, other words for known ones are understood', () => {
  assert.deepEqual(poseOf('constructor', 1), { ...DEFAULT_POSE });
  assert.deepEqual(poseOf('Happy', 1), poseOf('joy', 1));
});

test('a calm face glows in the colour of its look, a feeling in its own', () => {
  assert.equal(poseOf('neutral', 1, [1, 2, 3]).green, 2);
  assert.equal(poseOf('angry', 1, [1, 2, 3]).red, poseOf('angry', 1).red);
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
  /** @type {Record<string, number>[]} */
  const odd = [{ nonsense: 1 }, {}, { constructor: 1 }, { aa: NaN }, { aa: -1 }, { aa: Infinity }];
  for (const weights of odd) assert.deepEqual(lipsOf(weights), lipsOf({ sil: 1 }));
});

test('lids and lips are where they can be drawn, for every emotion, viseme and eye', () => {
  const lids = emptyLids();
  const outline = emptyOutline();
  for (const emotion of EMOTIONS) {
    for (const intensity of [0.3, 1]) {
      const pose = poseOf(emotion, intensity);
      for (const viseme of VISEMES) {
        setOutline(outline, lipsOf({ [viseme]: 1 }), pose);
        assert.ok(numbersIn(outline).every(Number.isFinite), `${emotion} ${viseme}`);
        assert.ok(outline.wide > 5 && outline.bottom >= outline.top, `${emotion} ${viseme}`);
      }
      for (const [name, shape] of Object.entries(EYE_SHAPES)) {
        for (const open of [0, 0.5, pose.open]) {
          setLids(lids, shape, pose, open);
          assert.ok(numbersIn(lids).every(Number.isFinite), `${emotion} ${name}`);
        }
      }
    }
  }
});

test('the mouth is shut within 60 ms of silence, at any rate of pictures', () => {
  for (const dtMs of [16, 25, 40]) {
    const speech = new Speech();
    let now = 0;
    for (; now < 600; now += dtMs) {
      speech.say({ aa: 1 }, now);
      speech.step(now, dtMs, poseOf('laugh', 1));
    }
    assert.ok(speech.shown.down > 40);
    const silentAt = now;

    for (; now < silentAt + 60; now += dtMs) {
      speech.say({ sil: 1 }, now);
      speech.step(now, dtMs, poseOf('laugh', 1));
    }

    assert.ok(speech.shown.up + speech.shown.down < 3, `${speech.shown.down} after 60 ms of ${dtMs} ms`);
  }
});

test('lips rest apart in a laugh once nothing is said, and let a word shut them', () => {
  const speech = new Speech();
  let now = 0;
  const hold = (/** @type {string} */ viseme, /** @type {number} */ ms) => {
    for (const end = now + ms; now < end; now += 16) {
      speech.say({ [viseme]: 1 }, now);
      speech.step(now, 16, poseOf('laugh', 1));
    }
  };
  hold('sil', 2_000);
  assert.ok(speech.shown.down > 20);

  hold('PP', 64);
  assert.ok(speech.shown.down < 3 && speech.shown.press > 0.9);
});

test('a palette takes colours and leaves the rest to us', () => {
  const palette = paletteOf({ hair: '#112233', eyes: 'javascript:1', skin: 5 });

  assert.equal(palette.hair, '#112233');
  assert.equal(palette.eyes, paletteOf({}).eyes);
  assert.deepEqual(paletteOf(null), paletteOf('#ffffff'));
  assert.equal(mix('#000000', '#ffffff', 0.5), '#808080');
});

test('a look takes parts it knows and leaves the rest to us', () => {
  const parts = partsOf({ hair: 'braids', crown: 'constructor', tail: 3, wings: 'bat' });

  assert.equal(parts.hair, 'braids');
  assert.equal(parts.crown, PARTS.crown[0]);
  assert.deepEqual(Object.keys(parts), Object.keys(PARTS));
  assert.deepEqual(partsOf(undefined), partsOf(null));
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
  for (const name of ['backflip', 'constructor', '']) motion.play(name);

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

test('the body is never still and never runs away, whatever it feels and does', () => {
  for (const emotion of EMOTIONS) {
    const body = new Body(() => 0.5);
    const pose = poseOf(emotion, 1);
    const seen = new Set();
    for (let now = 16; now < 12_000; now += 16) {
      if (now % 2_400 < 16) body.play('shake');
      body.step(now, 0.016, pose, 0.5 + 0.5 * Math.sin(now / 90));
      seen.add(body.stance.breath.toFixed(4) + body.stance.roll.toFixed(4));
      assert.ok(numbersIn(body.swing).every((value) => Math.abs(value) < 80), emotion);
    }

    assert.ok(seen.size > 700, `${emotion}: ${seen.size} different pictures of 750`);
    for (const name of /** @type {const} */ (['root', 'tip', 'earLeft', 'earRight', 'peak', 'tail'])) {
      assert.ok(Math.abs(body.swing[name]) < 1, `${emotion} ${name} ${body.swing[name]}`);
    }
  }
});

test('hair bends more at its end than at its root', () => {
  /** @type {[number, number][]} */
  const points = [];
  const pen = /** @type {any} */ ({
    beginPath() {},
    moveTo: (/** @type {number} */ x, /** @type {number} */ y) => points.push([x, y]),
    lineTo: (/** @type {number} */ x, /** @type {number} */ y) => points.push([x, y]),
  });
  new Bendable('M100 0 L100 100 L100 200', 0, 200).trace(pen, 0.1, 0.3);

  const [root, middle, tip] = points.map(([x]) => 100 - x);
  assert.equal(root, 0);
  assert.ok(Number(tip) > 2 * Number(middle) && Number(middle) > 0);
});

test('the other side of the figure is its mirror', () => {
  assert.equal(mirrored('M262 372 C222 480 196 640 226.5 806 Z'), 'M738 372 C778 480 804 640 773.5 806 Z');
});
