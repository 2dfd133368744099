import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CLOSED, addCues, mouthAt, mouthOfLevel } from '../../static/stage/lipsync.js';
import { VISEMES } from '../../static/stage/wire.js';

/** @typedef {import('../../static/stage/wire.js').Cue} Cue */

/** @param {Record<string, number>} mouth */
const sum = (mouth) => Object.values(mouth).reduce((total, weight) => total + weight, 0);

test('each shape is fully there shortly after its start', () => {
  /** @type {Cue[]} */
  const cues = [[0, 'PP'], [120, 'aa'], [300, 'sil']];

  assert.deepEqual(mouthAt(cues, 20), { PP: 1 });
  assert.deepEqual(mouthAt(cues, 140), { aa: 1 });
  assert.deepEqual(mouthAt(cues, 320), { sil: 1 });
});

test('the next shape begins to form before its sound', () => {
  const mouth = mouthAt([[0, 'PP'], [200, 'aa']], 180);

  assert.ok((mouth.aa ?? 0) > 0.1 && (mouth.PP ?? 0) > 0.1);
});

test('the mouth is closed well within 60 ms of silence', () => {
  const mouth = mouthAt([[0, 'aa'], [200, 'sil']], 230);

  assert.deepEqual(mouth, { sil: 1 });
});

test('without cues the mouth is closed', () => {
  assert.equal(mouthAt([], 100), CLOSED);
});

test('weights always sum to one and never jump, however short the sounds', () => {
  /** @type {Cue[]} */
  const cues = [];
  for (let at = 0, index = 0; at < 1500; at += [5, 18, 33, 60, 140][index % 5] ?? 30, index += 1) {
    cues.push([at, VISEMES[index % VISEMES.length] ?? 'sil']);
  }

  let before = mouthAt(cues, -80);
  for (let at = -79; at < 1600; at += 1) {
    const mouth = mouthAt(cues, at);
    assert.ok(Math.abs(sum(mouth) - 1) < 1e-9);
    for (const viseme of VISEMES) {
      assert.ok(Math.abs((mouth[viseme] ?? 0) - (before[viseme] ?? 0)) < 0.65, `${viseme} jumps at ${at}`);
    }
    before = mouth;
  }
});

test('cues in parts end up in time order', () => {
  /** @type {Cue[]} */
  const cues = [[0, 'PP'], [200, 'aa']];
  addCues(cues, [[100, 'E']]);
  addCues(cues, [[300, 'sil']]);

  assert.deepEqual(cues.map(([at]) => at), [0, 100, 200, 300]);
});

test('loudness opens the mouth, silence closes it', () => {
  assert.equal(mouthOfLevel(0.001, 0), CLOSED);
  assert.ok((mouthOfLevel(0.3, 50).sil ?? 1) < 0.1);
  assert.ok(Math.abs(sum(mouthOfLevel(0.08, 70)) - 1) < 1e-9);
});
