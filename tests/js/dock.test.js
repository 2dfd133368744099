import assert from 'node:assert/strict';
import { test } from 'node:test';

import { explain } from '../../static/dock/actions.js';
import { HOLD_MS, Hold } from '../../static/dock/hold.js';
import { ago, exactly } from '../../static/dock/moments.js';
import { shortcutOf } from '../../static/dock/shortcuts.js';
import { emotionWord, statusSign } from '../../static/dock/words.js';
import { fill, gettext, ngettext } from '../../static/i18n.js';
import { RequestError } from '../../static/session.js';

function heldButton() {
  /** @type {string[]} */
  const log = [];
  /** @type {{run: () => void, delayMs: number}[]} */
  const timers = [];
  const later = (/** @type {() => void} */ run, /** @type {number} */ delayMs) => {
    timers.push({ run, delayMs });
    return setTimeout(() => {}, 0);
  };
  const hold = new Hold(() => log.push('done'), (isHeld) => log.push(isHeld ? 'held' : 'free'), later);
  return { hold, log, timers };
}

test('a press that is held long enough counts once', () => {
  const { hold, log, timers } = heldButton();
  hold.press();
  hold.press();

  assert.deepEqual(timers.map(({ delayMs }) => delayMs), [HOLD_MS]);
  timers[0]?.run();
  hold.letGo();
  assert.deepEqual(log, ['held', 'free', 'done']);
});

test('a press let go early does not count', () => {
  const { hold, log } = heldButton();
  hold.press();
  hold.letGo();

  assert.deepEqual(log, ['held', 'free']);
});

const key = (/** @type {string} */ name, /** @type {string} */ code, changes = {}) =>
  shortcutOf({ key: name, code, ctrlKey: false, altKey: false, metaKey: false, ...changes });

test('shortcuts go by the letter, on other scripts by the place of the key', () => {
  assert.deepEqual([key('s', 'KeyS'), key('S', 'KeyS'), key('/', 'Slash'), key('m', 'KeyM')], ['s', 's', '/', 'm']);
  assert.deepEqual([key('ы', 'KeyS'), key('з', 'KeyP'), key('.', 'Slash')], ['s', 'p', '/']);
  assert.equal(key('o', 'KeyS'), '', 'a Dvorak "o" is no "s"');
  assert.equal(key('s', 'KeyS', { ctrlKey: true }), '');
});

test('times are told as people say them', () => {
  const now = Date.UTC(2026, 10, 21, 12);

  assert.deepEqual(
    [0, 12, 200, 7_300, 200_000].map((seconds) => ago(now - seconds * 1000, now, 'en')),
    ['now', '12s ago', '3m ago', '2h ago', '2d ago'].map((text) => text),
  );
  assert.match(ago(now - 200_000, now, 'ru'), /^-?3\s*мин/);
  assert.match(exactly(now, 'en'), /2026/);
});

test('a status this dock does not know speaks for itself', () => {
  assert.equal(statusSign('heard')?.word, 'Heard');
  assert.equal(statusSign('half_baked')?.word, 'half baked');
  assert.equal(statusSign(''), null);
});

test('a calm face needs no word', () => {
  assert.deepEqual([emotionWord('neutral'), emotionWord(null), emotionWord('joy'), emotionWord('zany')], ['', '', 'joy', 'zany']);
});

test('errors say what happened and what to do', () => {
  const error = (/** @type {number} */ status, detail = '') => new RequestError({ title: 'T', detail, status });

  assert.match(explain(error(0)), /did not answer/);
  assert.match(explain(error(401)), /no longer valid/);
  assert.equal(explain(error(422, 'Too long.')), 'Too long.');
  assert.match(explain(new Error('secret stack')), /Reload/);
});

test('without a catalogue the English words are shown', () => {
  assert.equal(gettext('Panic'), 'Panic');
  assert.equal(fill(ngettext('%(n)s page', '%(n)s pages', 2), { n: 2 }), '2 pages');
  assert.equal(fill('%(a)s %(b)s', { a: '%(b)s' }), '%(b)s %(b)s');
});
