import assert from 'node:assert/strict';
import test from 'node:test';

import { Presses } from '../../static/dock/presses.js';

test('a press stays until an answer that was asked for after it was taken', () => {
  const presses = new Presses();
  const early = presses.mark();
  presses.press('line', 'drop');
  presses.settle('line', true);
  const late = presses.mark();

  presses.forget(early);
  assert.deepEqual(presses.all, [['line', 'drop']]);

  presses.forget(late);
  assert.deepEqual(presses.all, []);
});

test('a press that the server has not answered stays through every answer', () => {
  const presses = new Presses();
  presses.press('line', 'drop');

  presses.forget(presses.mark());

  assert.ok(presses.has('line'));
});

test('a refused press is as if it had never been, a second settling means nothing', () => {
  const presses = new Presses();
  presses.press('line', 'drop');

  presses.settle('line', false);
  presses.settle('line', true);

  assert.equal(presses.has('line'), false);
});
