import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Actions, newKey } from '../../static/dock/actions.js';
import { Store, isChange, isSnapshot } from '../../static/dock/store.js';
import { RequestError } from '../../static/session.js';

/** @typedef {import('../../static/dock/store.js').Line} Line */

const NOW = '2026-11-21T10:00:00.000Z';

/** @param {Partial<Line>} changes @returns {Line} */
const line = (changes) => ({
  id: 'l1', turn: null, at: NOW, who: 'viewer', name: 'Alice', text: 'hi', emotion: null, status: 'waiting', ...changes,
});

const state = (changes = {}) => ({
  panicked: false, muted: false, live: true, stage_pages: 1, speaking_turn: null, brain: { name: 'b', ok: true, note: '' },
  voice: { name: 'v', ok: true, note: '' }, waiting: 0, latency_ms: null, ...changes,
});

/** @param {number} version @param {Line[]} [transcript] */
const snapshot = (version, transcript = []) => ({
  stream: { id: 's1', name: 'Mira', language: 'en' }, version, state: state(), transcript,
});

function loaded() {
  const store = new Store();
  store.load(snapshot(10, [line({})]));
  /** @type {import('../../static/dock/store.js').Event[]} */
  const events = [];
  store.subscribe((event) => events.push(event));
  return { store, events };
}

const texts = (/** @type {Store} */ store) => store.lines.map(({ text }) => text);

test('lines and states share one row of versions', () => {
  const { store } = loaded();

  const outcomes = [
    store.receive({ type: 'line', version: 11, line: line({ id: 'l2', text: 'more' }) }),
    store.receive({ type: 'state', version: 12, state: state({ muted: true }) }),
  ];

  assert.deepEqual(outcomes, ['applied', 'applied']);
  assert.deepEqual(texts(store), ['hi', 'more']);
  assert.equal(store.state?.muted, true);
});

test('a known line is changed in its place', () => {
  const { store } = loaded();
  store.receive({ type: 'line', version: 11, line: line({ id: 'l2', text: 'second' }) });
  store.receive({ type: 'line', version: 12, line: line({ status: 'answered' }) });

  assert.deepEqual(store.lines.map(({ id, status }) => [id, status]), [['l1', 'answered'], ['l2', 'waiting']]);
});

test('what is older than the state is ignored', () => {
  const { store } = loaded();

  assert.equal(store.receive({ type: 'state', version: 10, state: state({ panicked: true }) }), 'old');
  assert.equal(store.state?.panicked, false);
});

test('after a gap changes wait for a snapshot, then follow it', () => {
  const { store } = loaded();

  assert.equal(store.receive({ type: 'line', version: 13, line: line({ id: 'l4', text: 'four' }) }), 'gap');
  assert.equal(store.receive({ type: 'line', version: 14, line: line({ id: 'l5', text: 'five' }) }), 'gap');
  assert.deepEqual(texts(store), ['hi']);
  const outcome = store.load(snapshot(13, [line({}), line({ id: 'l3', text: 'three' }), line({ id: 'l4', text: 'four' })]));

  assert.equal(outcome, 'applied');
  assert.deepEqual(texts(store), ['hi', 'three', 'four', 'five']);
  assert.equal(store.version, 14);
});

test('a snapshot that is too old for what waits asks for another', () => {
  const { store } = loaded();
  store.receive({ type: 'line', version: 20, line: line({ id: 'l9' }) });

  assert.equal(store.load(snapshot(15)), 'gap');
  assert.equal(store.load(snapshot(19)), 'applied');
  assert.equal(store.version, 20);
});

test('a line of ours shows at once and takes the server’s id when confirmed', () => {
  const { store, events } = loaded();
  store.addLocal('key', 'Bob', 'hello', new Date(NOW));
  assert.equal(store.line('key')?.status, 'sending');

  store.confirmLocal('key', 'l2', 'waiting');
  store.receive({ type: 'line', version: 11, line: line({ id: 'l2', name: 'Bob', text: 'hello', status: 'thinking' }) });

  assert.deepEqual(store.lines.map(({ id, status }) => [id, status]), [['l1', 'waiting'], ['l2', 'thinking']]);
  assert.deepEqual(events[1]?.renamed, [{ from: 'key', to: 'l2' }]);
});

test('the server’s line may come before the answer to our request', () => {
  const { store } = loaded();
  store.addLocal('key', 'Bob', 'hello', new Date(NOW));
  store.receive({ type: 'line', version: 11, line: line({ id: 'l2', name: 'Bob', text: 'hello' }) });
  store.confirmLocal('key', 'l2', 'waiting');

  assert.deepEqual(store.lines.map(({ id }) => id), ['l1', 'l2']);
});

test('a refused line disappears', () => {
  const { store } = loaded();
  store.addLocal('key', 'Bob', 'hello', new Date(NOW));
  store.dropLocal('key');

  assert.deepEqual(texts(store), ['hi']);
});

test('a snapshot keeps our lines that it does not know yet, and only those', () => {
  const { store } = loaded();
  store.addLocal('one', 'Bob', 'known', new Date(NOW));
  store.addLocal('two', 'Bob', 'unknown', new Date(NOW));

  store.load(snapshot(20, [line({}), line({ id: 'l7', name: 'Bob', text: 'known' })]));

  assert.deepEqual(texts(store), ['hi', 'known', 'unknown']);
});

test('the transcript does not grow for ever', () => {
  const { store } = loaded();
  for (let index = 0; index < 700; index += 1) {
    store.receive({ type: 'line', version: 11 + index, line: line({ id: `n${index}` }) });
  }

  assert.equal(store.lines.length, 500);
  assert.equal(store.lines.at(-1)?.id, 'n699');
});

test('only whole messages are taken', () => {
  const whole = snapshot(1);
  assert.deepEqual([whole, null, {}, { ...whole, transcript: 3 }].map(isSnapshot), [true, false, false, false]);

  const changes = [{ type: 'line', version: 1, line: line({}) }, { type: 'line', version: 1, line: {} }, { type: 'state', version: 1 },
    { type: 'state', version: 1, state: {} }, { type: 'other', version: 1 }];
  assert.deepEqual(changes.map(isChange), [true, false, false, true, false]);
});

test('a state that leaves things out is filled with calm', () => {
  const { store } = loaded();
  store.receive({ type: 'state', version: 11, state: /** @type {any} */ ({ muted: true }) });

  assert.equal(store.state?.muted, true);
  assert.equal(store.state?.brain.ok, true);
});

/** @param {(path: string, options: any) => Promise<any>} request */
function actionsWith(request) {
  const { store } = loaded();
  return { store, actions: new Actions(/** @type {any} */ ({ request, stream: null }), store) };
}

test('saying something carries an idempotency key and the words, nothing more', async () => {
  /** @type {any[]} */
  const calls = [];
  const { actions, store } = actionsWith(async (path, options) => {
    calls.push([path, options]);
    return { id: 'l2', state: 'waiting', received_at: NOW };
  });

  await actions.say('Bob', 'hello');

  const [path, { body, headers }] = calls[0];
  assert.equal(path, '/api/v1/streams/s1/events');
  assert.equal(headers['Idempotency-Key'], body.platform_id);
  assert.deepEqual([body.kind, body.platform, body.author_name, body.text], ['chat', 'dock', 'Bob', 'hello']);
  assert.deepEqual(store.lines.map(({ id }) => id), ['l1', 'l2']);
});

test('a refused line is rolled back and the refusal told', async () => {
  const refusal = new RequestError({ title: 'No', detail: 'Too long.', status: 422 });
  const { actions, store } = actionsWith(async () => {
    throw refusal;
  });

  await assert.rejects(actions.say('Bob', 'hello'), refusal);

  assert.deepEqual(texts(store), ['hi']);
});

test('panic is tried again when no answer comes, but not when it is refused', async () => {
  let left = 2;
  const shaky = actionsWith(async () => {
    left -= 1;
    if (left >= 0) throw new RequestError({ title: '', detail: '', status: 0 });
  });
  await shaky.actions.panic();
  assert.equal(left, -1);

  let calls = 0;
  const refused = actionsWith(async () => {
    calls += 1;
    throw new RequestError({ title: '', detail: '', status: 403 });
  });
  await assert.rejects(refused.actions.panic());
  assert.equal(calls, 1);
});

test('keys are UUIDs, and never the same', () => {
  const keys = new Set(Array.from({ length: 200 }, newKey));

  assert.equal(keys.size, 200);
  for (const key of keys) assert.match(key, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
});
