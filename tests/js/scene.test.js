import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SceneState } from '../../static/dock/scene_state.js';
import { shortcutOf } from '../../static/dock/shortcuts.js';

/** @typedef {import('../../static/dock/scene_state.js').Scene} Scene */

/**
 * @param {string} id
 * @param {Partial<Scene>} [fields]
 * @returns {Scene}
 */
const scene = (id, fields = {}) => ({
  id, name: `Scene ${id}`, state: 'running', advance: 'viewers', lines_said: 3, lines_most: 40, narration: '',
  narrated_by: 'subtitles', ...fields,
  roles: fields.roles ?? [{ id: 'keeper', role: 'the keeper', persona: 'p1', character: 'Mira', is_taken: false }],
});

/**
 * @param {Scene | null} open
 * @param {...Scene} planned
 */
function given(open, ...planned) {
  const state = new SceneState();
  state.load({ characters: [], scene: open, planned }, state.mark());
  return state;
}

test('before the server said anything nothing is shown', () => {
  assert.equal(new SceneState().view(), null);
});

test('a press shows at once and is taken back when the server refuses it', () => {
  const state = given(scene('a'));

  const press = state.press({ action: 'pause', scene: 'a' });
  assert.equal(state.view()?.scene?.state, 'paused');
  state.settle(press, false);

  assert.equal(state.view()?.scene?.state, 'running');
});

test('a scene that starts leaves the plans and has all its roles given back; one that ends comes back to them', () => {
  const taken = { id: 'keeper', role: 'the keeper', persona: 'p1', character: 'Mira', is_taken: true };
  const state = given(null, scene('a', { state: 'planned', roles: [taken] }), scene('b', { state: 'ended' }));

  state.press({ action: 'start', scene: 'a' });
  const begun = state.view();
  state.press({ action: 'end', scene: 'a' });

  assert.deepEqual([begun?.scene?.id, begun?.scene?.state, begun?.scene?.lines_said], ['a', 'running', 0]);
  assert.deepEqual(begun?.planned.map(({ id }) => id), ['b']);
  assert.equal(begun?.scene?.roles[0]?.is_taken, false);
  assert.deepEqual([state.view()?.scene, state.view()?.planned.map(({ id, state: now }) => `${id} ${now}`)],
    [null, ['a ended', 'b ended']]);
});

test('roles are taken over and given back', () => {
  const state = given(scene('a'));

  state.press({ role: 'keeper', isTaken: true });
  assert.equal(state.view()?.scene?.roles[0]?.is_taken, true);
  state.press({ role: 'keeper', isTaken: false });

  assert.equal(state.view()?.scene?.roles[0]?.is_taken, false);
});

test('an answer asked for before the press was taken does not undo it; a later one decides', () => {
  const state = given(scene('a'));
  const asked = state.mark();
  state.settle(state.press({ action: 'pause', scene: 'a' }), true);

  state.load({ characters: [], scene: scene('a'), planned: [] }, asked);
  assert.equal(state.view()?.scene?.state, 'paused');
  state.load({ characters: [], scene: scene('a'), planned: [] }, state.mark());

  assert.equal(state.view()?.scene?.state, 'running');
});

test('a press on a scene that is not open any more changes nothing', () => {
  const state = given(scene('b'));

  state.press({ action: 'pause', scene: 'a' });
  state.press({ action: 'start', scene: 'a' });

  assert.equal(state.view()?.scene?.state, 'running');
});

test('the keys of a scene go by their place on keyboards of another script', () => {
  const none = { ctrlKey: false, altKey: false, metaKey: false };

  assert.equal(shortcutOf({ key: 'м', code: 'KeyV', ...none }), 'v');
  assert.equal(shortcutOf({ key: '5', code: 'Digit5', ...none }), '5');
});
