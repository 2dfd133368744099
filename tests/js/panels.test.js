import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Feed } from '../../static/dock/feed.js';
import { amount } from '../../static/dock/figures.js';
import { handsOf, isAnswerable } from '../../static/dock/hands.js';
import { countdown } from '../../static/dock/moments.js';
import { QueueState } from '../../static/dock/queue_state.js';
import { addressOf, panelOf } from '../../static/dock/routes.js';
import { movesOf } from '../../static/dock/scores.js';
import { places, quantile } from '../../static/dock/sparkline.js';
import { Store } from '../../static/dock/store.js';
import { ViewerState } from '../../static/dock/viewer_state.js';

/** @param {string} id @param {Partial<import('../../static/dock/queue_state.js').QueueRow>} [fields] */
const row = (id, fields = {}) => ({
  id, at: '2026-11-21T20:00:00Z', decided_at: null, kind: 'chat', who: 'viewer', name: id, platform: 'dock', viewer: null,
  text: id, amount: '', status: 'waiting', reason: '', is_pinned: false, rank: 'chatter', ...fields,
});

/**
 * @param {string[]} waiting
 * @param {import('../../static/dock/queue_state.js').QueueRow[]} [recent]
 * @returns {import('../../static/dock/queue_state.js').Queue}
 */
const queue = (waiting, recent = []) => ({
  version: 1, now: '2026-11-21T20:00:00Z', is_panicked: false, total: waiting.length, counts: {}, answering: null,
  waiting: waiting.map((id) => row(id)), recent, recent_counts: [],
});

/** @param {...string} waiting */
function filled(...waiting) {
  const state = new QueueState();
  state.load(queue(waiting), state.mark());
  return state;
}

const ids = (/** @type {{id: string}[] | undefined} */ rows) => rows?.map(({ id }) => id);

test('a pin shows at once, and is taken back when it is refused', () => {
  const state = filled('a', 'b', 'c');
  state.press('c', 'pin');

  assert.deepEqual(ids(state.view()?.waiting), ['c', 'a', 'b']);
  state.settle('c', false);
  assert.deepEqual(ids(state.view()?.waiting), ['a', 'b', 'c']);
});

test('a second pin stands behind the first', () => {
  const state = filled('a', 'b', 'c');
  state.press('c', 'pin');
  state.press('b', 'pin');

  assert.deepEqual(ids(state.view()?.waiting), ['c', 'b', 'a']);
});

test('what was dropped stands among the passed over, and the count is right', () => {
  const state = filled('a', 'b');
  state.press('a', 'drop');

  const view = state.view();
  assert.deepEqual([ids(view?.waiting), ids(view?.recent), view?.total], [['b'], ['a'], 1]);
  assert.equal(view?.recent[0]?.reason, 'dropped');
});

test('an answer that was on its way before the press was taken does not undo it', () => {
  const state = filled('a', 'b');
  const early = state.mark();
  state.press('b', 'pin');
  state.settle('b', true);

  state.load(queue(['a', 'b']), early);
  assert.deepEqual(ids(state.view()?.waiting), ['b', 'a']);
  state.load(queue(['b', 'a']), state.mark());
  state.load(queue(['a', 'b']), state.mark());
  assert.deepEqual(ids(state.view()?.waiting), ['a', 'b']);
});

test('a line that was taken leaves the queue before the server is asked', () => {
  const state = filled('a', 'b');
  state.hear({ id: 'a', status: 'taken' });

  assert.deepEqual(ids(state.view()?.waiting), ['b']);
  assert.deepEqual(state.view()?.recent, []);
  state.hear({ id: 'b', status: 'expired' });
  assert.deepEqual([state.view()?.total, ids(state.view()?.recent)], [0, ['b']]);
});

test('a passed-over line comes back by a pin, a dropped one by being put back', () => {
  const state = new QueueState();
  const recent = [row('old', { status: 'expired', reason: 'stale' }), row('out', { status: 'cancelled', reason: 'dropped' })];
  state.load(queue([], recent), state.mark());
  state.press('old', 'pin');
  state.press('out', 'restore');

  assert.deepEqual([ids(state.view()?.waiting), ids(state.view()?.recent)], [['old', 'out'], []]);
});

test('each row has the hands that fit it', () => {
  assert.deepEqual(handsOf(row('a')), ['pin', 'drop']);
  assert.deepEqual(handsOf(row('a', { is_pinned: true })), ['unpin', 'drop']);
  assert.deepEqual(handsOf(row('a', { kind: 'director_say' })), ['drop']);
  assert.deepEqual(handsOf(row('a', { status: 'cancelled', reason: 'dropped' })), ['restore']);
  assert.deepEqual(handsOf(row('a', { status: 'expired', reason: 'stale' })), ['pin']);
  assert.deepEqual(handsOf(row('a', { status: 'passed_over', reason: 'moderated' })), []);
});

test('only lines of viewers that were not answered can be answered', () => {
  const line = { who: 'viewer', status: 'waiting', reason: '' };

  assert.equal(isAnswerable(line), true);
  assert.equal(isAnswerable({ ...line, is_pinned: true }), false);
  assert.equal(isAnswerable({ ...line, isLocal: true }), false);
  assert.equal(isAnswerable({ ...line, status: 'answered' }), false);
  assert.equal(isAnswerable({ ...line, who: 'director' }), false);
  assert.equal(isAnswerable({ ...line, status: 'passed_over', reason: 'moderated' }), false);
});

/**
 * @param {string} id
 * @param {Partial<import('../../static/dock/viewer.js').ViewerCard>} [fields]
 */
const card = (id, fields = {}) => ({
  is_now: false, name: id, why_none: '',
  viewer: {
    id, name: id, accounts: [], names: [], first_seen_at: '2026-11-21T20:00:00Z', last_seen_at: null, messages: 1, notes: [],
    never_mention: [], tags: [], is_muted: false, muted_until: null, has_opted_out: false, character: 'Mira', bond: null,
    lines: [], ...fields,
  },
});

test('a mute shows until it is answered, whatever answers overtake it', () => {
  const state = new ViewerState();
  state.load(card('theo'));
  const press = state.press({ is_muted: true });
  state.load(card('theo', { notes: ['Brought a typewriter.'] }));

  assert.deepEqual([state.panel?.viewer?.is_muted, state.panel?.viewer?.notes], [true, ['Brought a typewriter.']]);
  assert.ok(press);
  state.settle(press, card('theo', { is_muted: true, messages: 2 }));
  assert.deepEqual([state.panel?.viewer?.is_muted, state.panel?.viewer?.messages], [true, 2]);
});

test('a refused mute is taken back, unless another was pressed since', () => {
  const state = new ViewerState();
  state.load(card('theo'));
  const first = state.press({ is_muted: true });
  const second = state.press({ is_muted: true, muted_until: null });
  assert.ok(first && second);

  state.settle(first, null);
  assert.equal(state.panel?.viewer?.is_muted, true);
  state.settle(second, null);
  assert.equal(state.panel?.viewer?.is_muted, false);
});

test('the answer to a mute that was undone meanwhile is out of date', () => {
  const state = new ViewerState();
  state.load(card('theo'));
  const mute = state.press({ is_muted: true });
  const undo = state.press({ is_muted: false });
  assert.ok(mute && undo);

  assert.equal(state.settle(undo, card('theo')), true);
  assert.equal(state.settle(mute, card('theo', { is_muted: true })), false);
  assert.equal(state.panel?.viewer?.is_muted, false);
});

test('a press on one card leaves another alone', () => {
  const state = new ViewerState();
  assert.equal(state.press({ is_muted: true }), null);
  state.load(card('theo'));
  const press = state.press({ is_muted: true });
  state.load(card('ada'));

  assert.equal(state.panel?.viewer?.is_muted, false);
  assert.ok(press);
  state.settle(press, card('theo', { is_muted: true }));
  assert.equal(state.panel?.viewer?.id, 'ada');
});

function feedOf(/** @type {() => Promise<unknown>} */ load, options = {}) {
  /** @type {{run: () => void, delayMs: number}[]} */
  const timers = [];
  /** @type {unknown[]} */
  const shown = [];
  const clock = { now: 0 };
  const feed = new Feed({
    load,
    gapMs: 1000,
    show: (data) => shown.push(data),
    failed: (error) => shown.push(String(error)),
    now: () => clock.now,
    later: (run, delayMs) => {
      timers.push({ run, delayMs });
      return setTimeout(() => {}, 0);
    },
    ...options,
  });
  const next = async () => {
    const timer = timers.pop();
    timers.length = 0;
    clock.now += timer?.delayMs ?? 0;
    timer?.run();
    await new Promise((resume) => setImmediate(resume));
    return timer?.delayMs;
  };
  return { feed, timers, shown, next, clock };
}

test('a panel nobody looks at fetches nothing', async () => {
  const { feed, timers } = feedOf(async () => 1);
  feed.want();
  assert.equal(timers.length, 0);
  feed.start();
  assert.equal(timers.length, 1);
});

test('many changes are one fetch, and the next one keeps its distance', async () => {
  const { feed, shown, next } = feedOf(async () => 1);
  feed.start();
  for (let count = 0; count < 9; count += 1) feed.want();
  assert.equal(await next(), 0);
  feed.want();
  assert.equal(await next(), 1000);
  assert.equal(shown.length, 2);
});

test('after a failure it is tried again, ever more slowly', async () => {
  const { feed, shown, next } = feedOf(async () => {
    throw new Error('no');
  });
  feed.start();
  const delays = [await next(), await next(), await next(), await next()];
  assert.deepEqual(delays, [0, 3000, 6000, 12_000]);
  assert.equal(shown.length, 4);
});

test('an answer about another viewer is thrown away', async () => {
  /** @type {((value: unknown) => void)[]} */
  const waiting = [];
  const { feed, shown, next } = feedOf(() => new Promise((resolve) => waiting.push(resolve)));
  feed.start();
  await next();
  feed.restart();
  await next();
  waiting[0]?.('old');
  waiting[1]?.('new');
  await new Promise((resume) => setImmediate(resume));
  assert.deepEqual(shown, ['new']);
});

test('addresses name panels and keep the token', () => {
  assert.deepEqual(['/dock/', '/dock/queue/', '/dock/health', '/dock/cellar/'].map(panelOf), ['show', 'queue', 'health', 'show']);
  assert.equal(addressOf('queue', { search: '?theme=dark', hash: '#t' }), '/dock/queue/?theme=dark#t');
  assert.equal(addressOf('show', { search: '', hash: '#t' }), '/dock/#t');
});

test('figures of waits', () => {
  assert.deepEqual([quantile([], 0.5), quantile([3, 1, 2], 0.5), quantile([1, 2, 3, 100], 0.95)], [null, 2, 100]);
  const [first, last] = places([0, 10]);
  assert.ok(first && last && first.y > last.y && first.x < last.x);
  assert.equal(countdown(61_001), '1:02');
  assert.equal(countdown(-5), '0:00');
  assert.equal(amount('cost_micros', 1_234_567), '1.23');
  assert.equal(movesOf({ familiarity: 0.5, affinity: -1.234, nonsense: 3, trust: 0 }), 'Familiarity +0.5, Affinity −1.2');
});

/** @param {Partial<import('../../static/dock/store.js').Line>} [fields] */
const line = (fields = {}) => ({
  id: '1', turn: null, at: '2026-11-21T20:00:00Z', who: /** @type {const} */ ('viewer'), name: 'Bo', text: 'hi', emotion: null,
  status: 'waiting', ...fields,
});

/** @param {...import('../../static/dock/store.js').Line} transcript */
function storeWith(...transcript) {
  const store = new Store();
  const engine = { name: '', ok: true, note: '' };
  const calm = { panicked: false, muted: false, live: true, stage_pages: 1, speaking_turn: null, latency_ms: null };
  const state = { ...calm, brain: engine, voice: engine, waiting: transcript.length };
  store.load({ stream: { id: 's', name: 'S', language: 'en' }, version: 1, state, transcript });
  return store;
}

test('a line is shown as it will be, and as it was when the server refuses', () => {
  const store = storeWith(line());
  const undo = store.assume('1', { is_pinned: true });
  assert.equal(store.line('1')?.is_pinned, true);
  undo();
  assert.equal(store.line('1')?.is_pinned, undefined);
});

test('what the server said meanwhile is not taken back', () => {
  const store = storeWith(line());
  const undo = store.assume('1', { is_pinned: true });
  store.receive({ type: 'line', version: 2, line: line({ status: 'taken' }) });
  undo();
  assert.equal(store.line('1')?.status, 'taken');
});

test('the number of waiting lines follows the lines', () => {
  const store = storeWith(line());
  store.receive({ type: 'line', version: 2, line: line({ id: '2' }) });
  assert.equal(store.state?.waiting, 2);
  store.receive({ type: 'line', version: 3, line: line({ status: 'taken' }) });
  assert.equal(store.state?.waiting, 1);
});

test('the director’s own line is recognised when the server tells it', () => {
  const store = storeWith();
  store.addLocal('key', '', 'We are back!', new Date('2026-11-21T20:00:01Z'), 'director');
  store.receive({ type: 'line', version: 2, line: line({ id: '9', who: 'director', name: '', text: 'We are back!' }) });
  assert.deepEqual(store.lines.map(({ id }) => id), ['9']);
});
