import assert from 'node:assert/strict';
import { test } from 'node:test';

import { placedBy, subtitleBox } from '../../static/stage/layout.js';
import { lookOf } from '../../static/stage/look.js';
import { Vigil } from '../../static/stage/vigil.js';

test('a look without anything is that of a new stream', () => {
  const look = lookOf({});

  assert.deepEqual(look.characters, [
    { key: 'first', name: '', avatar: { kind: 'puppet', palette: {} }, place: { x: 82, y: 0, height: 68, mirrored: false } },
  ]);
  assert.equal(look.layout.subtitles.size, 45);
  assert.deepEqual(look.audio, { volume: 100, boost_db: 0, ceiling_db: -1, queue_s: 300, second_pages: 'muted' });
});

test('numbers out of range are held inside it, nonsense becomes the default', () => {
  const look = lookOf({
    characters: [{ key: 'a', place: { x: 900, y: -900, height: 'tall', mirrored: 1 } }, 5, { key: 'a', name: 'again' }],
    layout: { subtitles: { size: 3, words: 'shout', width: NaN }, safe: { top: 99 }, badge: 'moon' },
    audio: { volume: 400, ceiling_db: 3, boost_db: null, second_pages: 'loud' },
  });

  assert.deepEqual(look.characters[0]?.place, { x: 100, y: -60, height: 68, mirrored: false });
  assert.deepEqual(look.characters.map(({ key }) => key), ['a', 'character-1']);
  assert.deepEqual([look.layout.subtitles.size, look.layout.subtitles.words, look.layout.subtitles.width], [42, 'appear', 62]);
  assert.deepEqual([look.layout.safe.top, look.layout.badge], [30, 'figure']);
  assert.deepEqual(look.audio, { volume: 100, boost_db: 0, ceiling_db: 0, queue_s: 300, second_pages: 'muted' });
});

test('the subtitle stays inside the margins, wherever it was put', () => {
  const safe = { top: 5, right: 10, bottom: 8, left: 20 };
  const style = lookOf({}).layout.subtitles;

  for (const [x, width] of [[0, 40], [100, 40], [50, 100], [33, 62]]) {
    const box = subtitleBox({ subtitles: { ...style, x: Number(x), width: Number(width), y: 0 }, safe, badge: 'figure' });

    assert.ok(box.left >= 20 && box.left + box.width <= 90 && box.bottom === 8, JSON.stringify(box));
  }
});

test('the address may place the character over what the admin says', () => {
  const look = lookOf({ characters: [{ key: 'a', place: { x: 10 } }, { key: 'b', place: { x: 40 } }] });

  assert.deepEqual(placedBy(look, 'center').characters.map(({ place }) => place.x), [50, 40]);
  assert.equal(placedBy(look, ''), look);
});

test('a sleep is when the world went on and the voice did not', () => {
  const vigil = new Vigil();

  assert.equal(vigil.look(1_000_000, 5), 0);
  assert.equal(vigil.look(1_000_200, 5.2), 0);
  assert.equal(vigil.look(1_060_200, 65.2), 0, 'a page that was merely throttled');
  assert.equal(Math.round(vigil.look(1_660_200, 65.4)), 600);
  assert.equal(vigil.look(1_660_400, 65.6), 0);
  assert.equal(vigil.look(1_600_000, 65.8), 0, 'a clock put back');
});
