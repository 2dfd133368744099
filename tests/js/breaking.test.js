import assert from 'node:assert/strict';
import { test } from 'node:test';

import { layOut, piecesOf, weightOf } from '../../static/stage/breaking.js';

const WIDE = /[\u3000-\u9fff\uff00-\uffef\u{1f000}-\u{1ffff}]/u;

/** One unit a letter, two a full-width sign or an emoji. @param {string} text */
function measure(text) {
  return [...new Intl.Segmenter().segment(text)].reduce((sum, { segment }) => sum + (WIDE.test(segment) ? 2 : 1), 0);
}

/** @param {string} text @param {number} width @param {string} [language] */
const linesOf = (text, width, language) =>
  layOut(text, width, measure, language).map(({ lines }) => lines.map((line) => line.join('').trimEnd()));

test('a short text is one line', () => {
  assert.deepEqual(linesOf('Oh hi, Alice!', 40), [['Oh hi, Alice!']]);
});

test('a longer one is two lines of about the same length', () => {
  const [page] = linesOf('Oh hi, Alice! It is so nice to see you back tonight.', 40);

  assert.deepEqual(page, ['Oh hi, Alice! It is so nice', 'to see you back tonight.']);
});

test('there are never more than two lines, none is too wide, and no word is lost', () => {
  const text = 'A very long sentence that will certainly not fit on two lines, because it goes on and on, telling of dragons.';
  for (const width of [12, 20, 31, 44, 80]) {
    const pages = linesOf(text, width);

    assert.ok(pages.every((lines) => lines.length <= 2));
    assert.ok(pages.flat().every((each) => measure(each) <= width), `width ${width}`);
    assert.equal(pages.flat().join(' '), text);
  }
});

test('a page likes to end where the sentence breathes', () => {
  const pages = linesOf('First comes this part of the line, and then there is another part of it, and then the end.', 30);

  assert.ok(pages.slice(0, -1).every((lines) => /[,.]$/.test(lines.at(-1) ?? '')), JSON.stringify(pages));
});

test('Russian prepositions stay with their words', () => {
  const [page] = linesOf('Я так рада, что ты пришла в гости к нам на стрим', 30);

  assert.ok(page?.every((each) => !/ (в|к|на)$/.test(each)), String(page));
});

test('Chinese breaks between words, never before a stop or after an opening quote', () => {
  const text = '你好，小明！今天的直播真的很开心，我们一起来玩「游戏」吧！';
  for (const width of [10, 14, 18, 22, 26]) {
    const lines = linesOf(text, width, 'zh').flat();

    assert.ok(lines.every((each) => !/^[，！。」]/.test(each) && !/「$/.test(each)), `${width}: ${lines}`);
    assert.equal(lines.join(''), text);
  }
});

test('a family stays together even when nothing fits', () => {
  const family = '👩‍👩‍👧‍👦';
  const lines = linesOf(family.repeat(5), 4).flat();

  assert.equal(lines.join(''), family.repeat(5));
  assert.ok(lines.every((each) => each.length % family.length === 0));
});

test('pieces joined are the text, with white space made single', () => {
  assert.equal(piecesOf('  Hello,\n\n “dear”   viewer 👋🏽! ', 'en').join(''), 'Hello, “dear” viewer 👋🏽!');
});

test('an impossible language tag does no harm', () => {
  assert.deepEqual(piecesOf('one two', 'x_y!'), ['one ', 'two']);
});

test('signs and stops take longer to say than letters', () => {
  assert.ok(weightOf('你好') > weightOf('ab'));
  assert.ok(weightOf('end. ') > weightOf('ends '));
});
