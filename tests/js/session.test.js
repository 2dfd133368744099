import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RequestError, Session, backOffMs, tokenOf } from '../../static/session.js';
import { FakeWorld, openServer } from './fakes.js';

/** @param {FakeWorld} world @param {'stage' | 'dock'} [kind] */
function setUp(world, kind = 'stage') {
  /** @type {string[]} */
  const states = [];
  /** @type {unknown[]} */
  const messages = [];
  const session = new Session(
    kind,
    { onState: (state) => states.push(state), onMessage: (data) => messages.push(data) },
    world.environment(),
  );
  return { session, states, messages };
}

test('the delay doubles up to a ceiling; half of it is chance', () => {
  assert.deepEqual([0, 1, 2, 3, 9, 60].map((attempt) => backOffMs(attempt, 0)), [250, 500, 1000, 2000, 10_000, 10_000]);
  assert.deepEqual([0, 9].map((attempt) => backOffMs(attempt, 1)), [500, 20_000]);
});

test('the token is the fragment', () => {
  assert.deepEqual(['#abc', '', '#', '#a%20b', '#%'].map(tokenOf), ['abc', '', '', 'a b', '']);
});

test('token, session, ticket, socket: in this order, with the right credentials', async () => {
  const world = new FakeWorld(openServer());
  const { session, states } = setUp(world);

  session.start();
  await world.settle();
  world.socket.deliver('{"type":"hello"}');

  assert.deepEqual(world.requests.map(({ method, path, bearer }) => [method, path, bearer]), [
    ['POST', '/api/v1/session', 'long-token'],
    ['POST', '/api/v1/tickets', 'short'],
  ]);
  assert.equal(world.socket.url, 'ws://studio.test/ws/stage');
  assert.deepEqual(world.socket.protocols, ['vtcontrol.v1', 'ticket.t1']);
  assert.deepEqual(states, ['closed', 'connecting', 'open']);
});

test('no token, no request', async () => {
  const world = new FakeWorld(openServer(), '');
  const { session } = setUp(world);

  session.start();
  await world.settle();

  assert.equal(session.state, 'no_token');
  assert.deepEqual(world.requests, []);
});

test('neither token nor ticket gets into an address', async () => {
  const world = new FakeWorld(openServer());
  setUp(world).session.start();
  await world.settle();

  const addresses = [...world.requests.map(({ path }) => path), ...world.sockets.map(({ url }) => url)].join(' ');
  assert.equal(/long-token|short|t1/.test(addresses), false);
});

test('a lost socket comes back with a fresh ticket, waiting longer each time', async () => {
  const world = new FakeWorld(openServer());
  const { session } = setUp(world);
  session.start();
  await world.settle();

  const delays = [];
  for (let lost = 0; lost < 3; lost += 1) {
    world.socket.fail();
    delays.push((world.timers[0]?.at ?? 0) - world.time);
    await world.pass(delays.at(-1) ?? 0);
  }

  assert.deepEqual(delays, [250, 500, 1000]);
  assert.deepEqual(world.sockets.map(({ protocols }) => protocols[1]), ['ticket.t1', 'ticket.t2', 'ticket.t3', 'ticket.t4']);
  assert.equal(world.requests.filter(({ path }) => path === '/api/v1/session').length, 1);
});

test('a hello starts the delays from the beginning', async () => {
  const world = new FakeWorld(openServer());
  setUp(world).session.start();
  await world.settle();
  world.socket.fail();
  await world.pass(250);
  world.socket.fail();
  await world.pass(500);
  world.socket.deliver('{"type":"hello"}');

  world.socket.fail();

  assert.equal((world.timers[0]?.at ?? 0) - world.time, 250);
});

test('an expired access is exchanged anew, once', async () => {
  const open = openServer();
  let isExpired = true;
  const world = new FakeWorld((request) => {
    if (request.path === '/api/v1/tickets' && isExpired) {
      isExpired = false;
      return { status: 401, body: { title: 'Expired' } };
    }
    return open(request);
  });
  const { session } = setUp(world);

  session.start();
  await world.settle();

  assert.deepEqual(world.requests.map(({ path }) => path.split('/').at(-1)), ['session', 'tickets', 'session', 'tickets']);
  assert.equal(world.sockets.length, 1);
  assert.equal(session.state, 'connecting');
});

test('an access that is about to expire is renewed before it is used', async () => {
  const world = new FakeWorld(openServer());
  const { session } = setUp(world);
  session.start();
  await world.settle();
  world.time += 880_000;

  await session.request('/api/v1/streams/s1/state');

  assert.equal(world.requests.filter(({ path }) => path === '/api/v1/session').length, 2);
});

test('a refused token is told, and tried again only rarely', async () => {
  const world = new FakeWorld(() => ({ status: 401, body: { title: 'Not valid', status: 401 } }));
  const { session } = setUp(world);

  session.start();
  await world.settle();
  assert.equal(session.state, 'refused');
  await world.pass(59_000);

  assert.equal(world.requests.length, 1);
});

test('the link of another page is told and not tried again', async () => {
  const world = new FakeWorld(openServer('dock'));
  const { session } = setUp(world, 'stage');

  session.start();
  await world.pass(600_000);

  assert.equal(session.state, 'wrong_page');
  assert.equal(world.requests.length, 1);
});

test('a server that does not answer is tried again; Retry-After is obeyed', async () => {
  const world = new FakeWorld(() => 'no answer');
  const { session } = setUp(world);
  session.start();
  await world.settle();
  assert.equal(session.state, 'waiting');

  world.server = () => ({ status: 503, headers: { 'Retry-After': '7' } });
  await world.pass(250);

  assert.equal((world.timers[0]?.at ?? 0) - world.time, 7000);
});

test('a silent socket is given up after three of the server’s own ping intervals', async () => {
  const world = new FakeWorld(openServer());
  const { session } = setUp(world);
  session.start();
  await world.settle();
  world.socket.deliver('{"type":"hello"}');
  for (const ms of [0, 10_000, 10_000]) {
    await world.pass(ms);
    session.notePing();
    world.socket.deliver('{"type":"ping"}');
  }

  await world.pass(29_000);
  assert.equal(session.state, 'open');
  await world.pass(2_000);
  assert.notEqual(session.state, 'open');
});

test('a socket that never says hello is given up', async () => {
  const world = new FakeWorld(openServer());
  const { session } = setUp(world);
  session.start();
  await world.settle();
  await world.pass(10_001);

  assert.equal(session.state, 'waiting');
});

test('frames of a socket that was given up are ignored', async () => {
  const world = new FakeWorld(openServer());
  const { session, messages } = setUp(world);
  session.start();
  await world.settle();
  const old = world.socket;
  session.reconnect();
  await world.settle();

  old.deliver('{"type":"say.start"}');
  old.fail();

  assert.deepEqual(messages, []);
  assert.equal(world.sockets.length, 2);
});

test('a refusal carries the problem’s words', async () => {
  const open = openServer('dock');
  const world = new FakeWorld((request) =>
    request.path.startsWith('/api/v1/streams') ? { status: 409, body: { title: 'Panicked', detail: 'Release first.' } } : open(request));
  const { session } = setUp(world, 'dock');
  session.start();
  await world.settle();

  await assert.rejects(session.request('/api/v1/streams/s1/skip', { method: 'POST' }), (error) =>
    error instanceof RequestError && error.status === 409 && error.message === 'Release first.');
});

test('nothing is sent through a socket that is not open', async () => {
  const world = new FakeWorld(openServer());
  const { session } = setUp(world);
  session.start();
  await world.settle();

  assert.equal(session.send({ type: 'pong', n: 1 }), false);
  world.socket.deliver('{"type":"hello"}');
  assert.equal(session.send({ type: 'pong', n: 1 }), true);
  assert.deepEqual(world.socket.sent, ['{"type":"pong","n":1}']);
});
