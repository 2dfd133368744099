import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Cast } from '../../static/stage/cast.js';
import { lookOf } from '../../static/stage/look.js';
import { FakeElement, FakeStage, withDocument } from './fakes.js';

/** A renderer that remembers. */
class FakeRenderer extends FakeStage {
  /** @type {string[]} */ told = [];
  character = '';

  /** @param {any} _root @param {any} look */
  mount(_root, look) {
    this.character = look.character;
    this.told.push(`mount ${look.avatar.kind}`);
  }

  frame() {
    this.told.push('frame');
  }

  unmount() {
    this.told.push('unmount');
  }
}

function setUp() {
  /** @type {FakeRenderer[]} */
  const renderers = [];
  const root = new FakeElement('div');
  const cast = new Cast(/** @type {any} */ (root), () => {
    const renderer = new FakeRenderer();
    renderers.push(renderer);
    return /** @type {any} */ (renderer);
  });
  return { cast, renderers, root };
}

const two = (changes = {}) => lookOf({
  characters: [
    { key: 'first', name: 'Mira', place: { x: 80 } },
    { key: 'guest', name: 'Gus', place: { x: 20, mirrored: true }, ...changes },
  ],
});

test('each character has a figure in its place, and its own face', () => withDocument(() => {
  const { cast, renderers, root } = setUp();

  cast.show(two());
  cast.frame(0);

  assert.deepEqual(cast.keys, ['first', 'guest']);
  assert.deepEqual(renderers.map(({ character }) => character), ['Mira', 'Gus']);
  assert.deepEqual(root.children.map(({ vars }) => vars['--x']), ['80%', '20%']);
  assert.deepEqual(root.children.map(({ classes }) => classes.has('is-mirrored')), [false, true]);
  assert.equal(cast.face('guest'), renderers[1]);
  assert.equal(cast.face(null), renderers[0]);
  assert.equal(cast.face('nobody'), renderers[0]);
  assert.deepEqual([cast.nameOf(null), cast.nameOf('guest'), cast.nameOf('nobody')], ['Mira', 'Gus', 'Mira']);
}));

test('a change moves and redresses without a new figure; another kind gets one', () => withDocument(() => {
  const { cast, renderers } = setUp();
  cast.show(two());
  cast.show(two({ place: { x: 30 } }));
  cast.show(two({ avatar: { kind: 'photo' } }));

  assert.deepEqual(renderers.map(({ told }) => told), [
    ['mount puppet', 'mount puppet', 'mount puppet'], ['mount puppet', 'mount puppet', 'unmount'], ['mount photo'],
  ]);
}));

test('who is not in the look any more leaves the stage', () => withDocument(() => {
  const { cast, renderers, root } = setUp();
  cast.show(two());
  cast.show(lookOf({ characters: [{ key: 'first', name: 'Mira' }] }));

  assert.deepEqual(cast.keys, ['first']);
  assert.equal(root.children.length, 1);
  assert.equal(renderers[1]?.told.at(-1), 'unmount');
}));

test('a narrator has no face and no figure of its own', () => withDocument(() => {
  const { cast, renderers } = setUp();
  cast.show(two());

  cast.face('narrator').setViseme({ aa: 1 });

  assert.equal(cast.nameOf('narrator'), '');
  assert.ok(renderers.every((renderer) => renderer !== cast.face('narrator')));
}));
