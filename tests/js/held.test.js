import assert from 'node:assert/strict';
import { test } from 'node:test';

import { HeldState, partsOf } from '../../static/dock/held_state.js';
import { shortcutOf } from '../../static/dock/shortcuts.js';

/**
 * @param {string} id
 * @param {Partial<import('../../static/dock/held_state.js').HeldLine>} [fields]
 * @returns {import('../../static/dock/held_state.js').HeldLine}
 */
const line = (id, fields = {}) => ({
  id, kind: 'answer', state: 'held', event: `event-${id}`, turn: `turn-${id}`, viewer: null, who: 'viewer', name: 'Bo',
  question: 'Cats?', text: '[joy] Always.', is_edited: false, held_by: 'stream', rule: '', held_at: '2026-11-21T20:00:00Z',
  expires_at: '2026-11-21T20:01:00Z', decided_at: null, decided_by: '', reason: '', note: '', ...fields,
});

/**
 * @param {...import('../../static/dock/held_state.js').HeldLine} held
 * @returns {import('../../static/dock/held_state.js').Held}
 */
const answer = (...held) => ({
  version: 1, now: '2026-11-21T20:00:00Z', is_panicked: false, timeout_s: 60, most: 8, held, recent: [],
});

/** @param {HeldState} state */
const shown = (state) => state.view().map(({ id }) => id);

test('the line with the least time left comes first', () => {
  const state = new HeldState();

  state.load(answer(line('a'), line('b', { expires_at: '2026-11-21T20:00:30Z' })), state.mark());

  assert.deepEqual(shown(state), ['b', 'a']);
});

test('a decision shows at once and is taken back when the server refuses it', () => {
  const state = new HeldState();
  state.load(answer(line('a')), state.mark());

  state.press('a', 'approve');
  assert.deepEqual(shown(state), []);
  state.settle('a', false);

  assert.deepEqual(shown(state), ['a']);
});

test('an answer asked for before the decision was taken does not bring the line back', () => {
  const state = new HeldState();
  state.load(answer(line('a')), state.mark());
  const asked = state.mark();
  state.press('a', 'reject');
  state.settle('a', true);

  state.load(answer(line('a')), asked);
  assert.deepEqual(shown(state), []);
  state.load(answer(line('a')), state.mark());

  assert.deepEqual(shown(state), ['a']);
});

test('what somebody else decided is gone before the server is asked', () => {
  const state = new HeldState();
  state.load(answer(line('a'), line('b', { kind: 'event', turn: null })), state.mark());

  assert.equal(state.hear({ id: 'turn-a', status: 'rejected' }), true);
  assert.equal(state.hear({ id: 'event-b', status: 'waiting' }), true);
  assert.equal(state.hear({ id: 'event-z', status: 'answered' }), false);

  assert.deepEqual(shown(state), []);
});

test('a line that is held again is asked for', () => {
  const state = new HeldState();
  state.load(answer(line('a')), state.mark());
  state.hear({ id: 'turn-a', status: 'approved' });

  assert.equal(state.hear({ id: 'turn-a', status: 'held' }), true);

  assert.deepEqual(shown(state), ['a']);
});

test('feelings are told apart from words', () => {
  assert.deepEqual(partsOf('[joy:0.7] Hello there. [motion:wave]'), [
    { word: 'joy:0.7', isTag: true }, { word: 'Hello there.', isTag: false }, { word: 'motion:wave', isTag: true },
  ]);
  assert.deepEqual(partsOf(''), []);
});

test('yes, edit and reject have keys, on a Cyrillic keyboard too', () => {
  const plain = { ctrlKey: false, altKey: false, metaKey: false };

  assert.equal(shortcutOf({ key: 'н', code: 'KeyY', ...plain }), 'y');
  assert.deepEqual(['e', 'r'].map((key) => shortcutOf({ key, code: '', ...plain })), ['e', 'r']);
});
