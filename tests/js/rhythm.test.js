import assert from 'node:assert/strict';
import { test } from 'node:test';

import { piecesOf, weightOf } from '../../static/stage/breaking.js';
import { Rhythm } from '../../static/stage/rhythm.js';

/**
 * @param {string} text
 * @param {string} [language]
 * @returns {{piece: string, share: number}[]} Where each word begins.
 */
function words(text, language = 'en') {
  const pieces = piecesOf(text, language);
  const whole = pieces.reduce((sum, piece) => sum + weightOf(piece), 0);
  let from = 0;
  return pieces.map((piece) => {
    const share = from / whole;
    from += weightOf(piece);
    return { piece, share };
  });
}

/**
 * @param {string} text
 * @param {import('../../static/stage/wire.js').Cue[]} cues
 * @param {number} wholeMs
 * @param {boolean} [isWhole]
 * @returns {number[]} When each word begins to be said, to ten milliseconds.
 */
function begins(text, cues, wholeMs, isWhole = true) {
  const rhythm = new Rhythm(text);
  return words(text).map(({ share }) => {
    for (let at = 0; at <= wholeMs; at += 10) {
      if (rhythm.shareAt(at, { cues, wholeMs, isWhole }) >= share - 1e-9) return at;
    }
    return Infinity;
  });
}

test('without shapes words share the time by their length', () => {
  const found = begins('one two three', [], 1000);

  assert.equal(found[0], 0);
  assert.ok(Number(found[1]) > 200 && Number(found[1]) < 400);
  assert.ok(Number(found[2]) > 500 && Number(found[2]) < 700);
});

test('a pause of the voice is where the comma stands', () => {
  /** @type {import('../../static/stage/wire.js').Cue[]} */
  const cues = [[0, 'nn'], [80, 'O'], [300, 'sil'], [1300, 'DD'], [1380, 'U'], [1600, 'sil']];

  const [no, too] = begins('No, do', cues, 1700);

  assert.equal(no, 0);
  assert.ok(Math.abs(Number(too) - 1300) <= 20, `the second word begins at ${too}`);
});

test('words begin with their first syllable, however fast it is said', () => {
  /** @type {import('../../static/stage/wire.js').Cue[]} */
  const cues = [[0, 'aa'], [500, 'nn'], [520, 'aa'], [620, 'DD'], [640, 'I'], [900, 'sil']];

  const [ah, na, di] = begins('a na di', cues, 900);

  assert.equal(ah, 0);
  assert.ok(Math.abs(Number(na) - 500) <= 20, `${na}`);
  assert.ok(Math.abs(Number(di) - 620) <= 20, `${di}`);
});

test('silence before the voice keeps the first word back', () => {
  const rhythm = new Rhythm('Hello');
  /** @type {import('../../static/stage/wire.js').Cue[]} */
  const cues = [[0, 'sil'], [400, 'kk'], [450, 'E'], [600, 'O'], [800, 'sil']];

  assert.equal(rhythm.shareAt(300, { cues, wholeMs: 900, isWhole: true }), 0);
  assert.ok(rhythm.shareAt(700, { cues, wholeMs: 900, isWhole: true }) > 0.3);
  assert.equal(rhythm.shareAt(900, { cues, wholeMs: 900, isWhole: true }), 1);
});

test('while shapes still come, words do not run ahead of the voice', () => {
  const text = 'ba ba ba ba ba ba ba ba';
  /** @type {import('../../static/stage/wire.js').Cue[]} */
  const cues = Array.from({ length: 16 }, (_, at) => [at * 100, at % 2 ? 'aa' : 'PP']);

  const partly = begins(text, cues.slice(0, 8), 3000, false);
  const whole = begins(text, [...cues, [1600, 'sil']], 1600, true);

  assert.deepEqual(partly.slice(0, 4), whole.slice(0, 4));
  assert.ok(partly.slice(4).every((at) => at >= 700));
});

test('time never goes back, whatever comes', () => {
  const chance = (/** @type {number} */ seed) => Math.abs(Math.sin(seed * 12.9898) * 43758.5453) % 1;
  const shapes = ['sil', 'PP', 'aa', 'E', 'nn', 'O', 'sil'];
  for (let seed = 0; seed < 60; seed += 1) {
    /** @type {import('../../static/stage/wire.js').Cue[]} */
    const cues = [];
    for (let at = 0, step = 0; at < 4000; at += 20 + 200 * chance(seed + step), step += 1) {
      cues.push([Math.round(at), shapes[Math.floor(chance(seed * 7 + step) * shapes.length)] ?? 'aa']);
    }
    const rhythm = new Rhythm('Well, hello there! 你好，大家。 Как дела? One, two: three… 🎉');
    const heard = { cues, wholeMs: 4000, isWhole: seed % 2 === 0 };
    let last = 0;
    for (let at = 0; at <= 4000; at += 37) {
      const share = rhythm.shareAt(at, heard);
      assert.ok(share >= last && share <= 1, `seed ${seed} at ${at}: ${share} after ${last}`);
      last = share;
    }
    assert.ok(!heard.isWhole || rhythm.shareAt(4001, heard) > 0.999);
  }
});

test('an empty text is said at once', () => {
  assert.equal(new Rhythm('  ').shareAt(0, { cues: [], wholeMs: 0, isWhole: false }), 1);
});
