import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createRenderer } from '../../static/stage/avatar/renderer.js';
import { EMOTIONS } from '../../static/stage/avatar/puppet/expressions.js';
import { MOTION_NAMES } from '../../static/stage/avatar/puppet/motions.js';
import { PARTS } from '../../static/stage/avatar/puppet/parts.js';
import { VISEMES } from '../../static/stage/wire.js';

/** A canvas' pen that checks what it is told instead of drawing it. */
class Pen {
  calls = 0;
  depth = 0;
  /** @type {string[]} */ problems = [];
  canvas = new Canvas();

  /** @param {string} name @param {unknown[]} values */
  note(name, values) {
    this.calls += 1;
    if (name === 'save') this.depth += 1;
    if (name === 'restore') this.depth -= 1;
    if (values.some((value) => typeof value === 'number' && !Number.isFinite(value))) this.problems.push(`${name}(${values})`);
    if (['arc', 'ellipse'].includes(name) && Number(values[2]) < 0) this.problems.push(`${name}(${values})`);
  }
}

class Canvas {
  width = 0;
  height = 0;
  className = '';
  /** @type {any} */ pen = null;

  /** @param {string} kind */
  getContext(kind) {
    if (kind !== '2d') return null;
    this.pen ??= checked(this);
    return this.pen;
  }
}

/** @param {Canvas} canvas */
function checked(canvas) {
  const pen = new Pen();
  pen.canvas = canvas;
  const gradient = { addColorStop: (/** @type {number} */ at, /** @type {string} */ colour) => pen.note('stop', [at, colour]) };
  return new Proxy(pen, {
    get(target, name) {
      if (name in target) return Reflect.get(target, name);
      return (/** @type {unknown[]} */ ...values) => {
        target.note(String(name), values);
        return String(name).startsWith('create') ? gradient : undefined;
      };
    },
    set(target, name, value) {
      target.note(`set ${String(name)}`, [value]);
      return true;
    },
  });
}

class Root {
  clientWidth = 420;
  clientHeight = 490;
  /** @type {any[]} */ children = [];

  /** @param {any[]} children */
  replaceChildren(...children) {
    this.children = children;
  }
}

let observers = 0;
const page = /** @type {any} */ (globalThis);
page.document = { createElement: () => new Canvas() };
page.window = { devicePixelRatio: 1 };
page.Path2D = class {};
page.ResizeObserver = class {
  observe() {
    observers += 1;
  }

  disconnect() {
    observers -= 1;
  }
};

/** @param {Record<string, string>} parts @param {Record<string, string>} [palette] */
const look = (parts, palette = {}) => /** @type {any} */ ({
  badge: false, subtitles: false, character: '', avatar: { kind: 'puppet', palette, parts },
});

/** Every word of every part, each once. */
const LOOKS = Array.from({ length: Math.max(...Object.values(PARTS).map((words) => words.length)) }, (_, index) =>
  Object.fromEntries(Object.entries(PARTS).map(([name, words]) => [name, String(words[index % words.length])])));

test('every emotion, viseme, motion and part gives a picture that can be drawn', () => {
  for (const parts of LOOKS) {
    const root = new Root();
    const puppet = createRenderer('puppet');
    puppet.mount(/** @type {any} */ (root), look(parts));
    let now = 1_000;
    for (const emotion of [...EMOTIONS, 'nostalgia']) {
      puppet.setEmotion(emotion, 1);
      for (const [index, viseme] of VISEMES.entries()) {
        puppet.setViseme({ [viseme]: 0.7, sil: 0.3 });
        if (index % 5 === 0) puppet.play([...MOTION_NAMES, 'backflip'][index % 5] ?? '');
        for (let picture = 0; picture < 3; picture += 1) puppet.frame((now += 16));
      }
    }

    const pen = root.children[0].pen;
    assert.deepEqual(pen.problems.slice(0, 5), [], JSON.stringify(parts));
    assert.equal(pen.depth, 0);
  }
});

test('a picture costs the same after ten minutes as at first', () => {
  const root = new Root();
  const puppet = createRenderer('puppet');
  puppet.mount(/** @type {any} */ (root), look(LOOKS[0] ?? {}));
  /** @param {number} from */
  const callsIn = (from) => {
    const before = root.children[0].pen.calls;
    for (let picture = 0; picture < 60; picture += 1) puppet.frame(from + picture * 16);
    return root.children[0].pen.calls - before;
  };
  const early = callsIn(1_000);

  for (let now = 2_000; now < 600_000; now += 160) {
    puppet.setViseme({ aa: Math.abs(Math.sin(now)), sil: 0.2 });
    puppet.frame(now);
  }
  puppet.setViseme({ sil: 1 });
  const late = callsIn(602_000);

  assert.ok(Math.abs(late - early) < early * 0.05, `${early} then ${late}`);
  assert.equal(root.children.length, 1);
});

test('a change of look is painted in place, an unchanged one is not painted again', () => {
  const root = new Root();
  const puppet = createRenderer('puppet');
  let made = 0;
  page.document.createElement = () => {
    made += 1;
    return new Canvas();
  };
  puppet.mount(/** @type {any} */ (root), look({ hair: 'long' }));
  const [canvas] = root.children;
  const first = made;
  puppet.mount(/** @type {any} */ (root), look({ hair: 'long' }));
  assert.equal(made, first);

  puppet.mount(/** @type {any} */ (root), look({ hair: 'braids' }, { hair: '#123456' }));

  assert.ok(made > first);
  assert.equal(root.children[0], canvas);
});

test('an unmounted puppet holds nothing and can be asked anything', () => {
  const root = new Root();
  const puppet = createRenderer('puppet');
  puppet.mount(/** @type {any} */ (root), look({}));
  const watching = observers;

  puppet.unmount();
  puppet.setEmotion('joy', 1);
  puppet.setViseme({ aa: 1 });
  puppet.play('wave');
  puppet.frame(5_000);
  puppet.unmount();

  assert.equal(observers, watching - 1);
  assert.equal(root.children.length, 0);
});

test('a page that comes back after a while shows what is felt and said now', () => {
  const root = new Root();
  const puppet = createRenderer('puppet');
  puppet.mount(/** @type {any} */ (root), look({}));
  puppet.frame(1_000);
  puppet.play('bounce');

  puppet.setEmotion('angry', 1);
  puppet.frame(90_000);

  assert.deepEqual(root.children[0].pen.problems, []);
  assert.equal(root.children[0].pen.depth, 0);
});
