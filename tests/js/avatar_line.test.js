import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cuesOf, sweepOf } from '../../static/admin/avatar/line.js';
import { VISEMES } from '../../static/stage/wire.js';

test('a line becomes mouths in time order that end shut', () => {
  for (const text of ['Hello there!', 'Привет, чат', 'ph… sh?', '   ', '', '12 🎉']) {
    const { cues, ms } = cuesOf(text);

    assert.deepEqual(cues.at(-1), [ms, 'sil'], text);
    assert.ok(cues.every(([at, viseme], index) => VISEMES.includes(viseme) && at >= (cues[index - 1]?.[0] ?? 0)), text);
  }
});

test('sounds of two letters are one mouth, in Latin as in Cyrillic', () => {
  assert.deepEqual(cuesOf('the').cues.map(([, viseme]) => viseme), ['TH', 'E', 'sil']);
  assert.deepEqual(cuesOf('мама').cues.map(([, viseme]) => viseme), ['PP', 'aa', 'PP', 'aa', 'sil']);
});

test('a sweep shows every mouth for as long', () => {
  const { cues, ms } = sweepOf(VISEMES, 100);

  assert.equal(ms, 1500);
  assert.deepEqual(cues[3], [300, VISEMES[3]]);
});
