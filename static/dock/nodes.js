/**
 * Building nodes without markup in strings: words are only ever set as text.
 */

const SVG = 'http://www.w3.org/2000/svg';

/** Line icons on a 16-unit grid, drawn by us. @type {Readonly<Record<string, string>>} */
const ICONS = {
  dot: 'M8 4.5a3.5 3.5 0 1 1 0 7a3.5 3.5 0 0 1 0-7Z',
  ring: 'M8 3a5 5 0 1 1 0 10A5 5 0 0 1 8 3Z',
  live: 'M8 6.3a1.7 1.7 0 1 1 0 3.4a1.7 1.7 0 0 1 0-3.4Z M4.6 4.2a5.4 5.4 0 0 0 0 7.6 M11.4 4.2a5.4 5.4 0 0 1 0 7.6',
  check: 'M3 8.5l3.2 3.2L13 4.8',
  checks: 'M1.5 8.6l3 3L10 5.2 M8 11.2l.5.4L14.5 5.2',
  clock: 'M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 0 1 0-11Z M8 5v3.2l2.2 1.3',
  spark: 'M8 2v3 M8 11v3 M2 8h3 M11 8h3 M4 4l1.8 1.8 M10.2 10.2L12 12 M12 4l-1.8 1.8 M5.8 10.2L4 12',
  wave: 'M2 8h1.2 M5 5.5v5 M8 3v10 M11 5.5v5 M14 7.4v1.2',
  cut: 'M4.5 9.8a1.7 1.7 0 1 1 0 3.4a1.7 1.7 0 0 1 0-3.4Z M11.5 9.8a1.7 1.7 0 1 1 0 3.4a1.7 1.7 0 0 1 0-3.4Z'
    + ' M5.4 10.2L11 2.6 M10.6 10.2L5 2.6',
  cross: 'M4 4l8 8 M12 4l-8 8',
  skip: 'M3.5 3.5v9L10 8Z M12.2 3.5v9',
  arrow: 'M3 8h9.5 M8.8 4l4 4l-4 4',
  hand: 'M5.5 8V4a1 1 0 0 1 2 0V7 M7.5 7V3a1 1 0 0 1 2 0V7 M9.5 7.2V4a1 1 0 0 1 2 0v5.2c0 2.6-1.6 4.3-3.9 4.3'
    + 'c-2 0-3-1-3.8-2.6L2.6 8.6c.5-.9 1.6-.8 2.1 0l.8 1.2',
  warn: 'M8 2.6L14.2 13H1.8Z M8 6.4v3.2 M8 11.4v.1',
  stop: 'M5.4 2h5.2L14 5.4v5.2L10.6 14H5.4L2 10.6V5.4Z M5.6 5.6l4.8 4.8 M10.4 5.6l-4.8 4.8',
  speaker: 'M2.5 6.2v3.6h2.4L8.5 13V3L4.9 6.2Z M11 5.8a3.2 3.2 0 0 1 0 4.4 M12.9 3.9a6 6 0 0 1 0 8.2',
  mute: 'M2.5 6.2v3.6h2.4L8.5 13V3L4.9 6.2Z M11 6.2l3.4 3.6 M14.4 6.2L11 9.8',
  send: 'M2.2 8L14 2.4L10.6 13.6L7.8 9.2Z M7.8 9.2L14 2.4',
  brain: 'M6.4 2.6a2.2 2.2 0 0 0-2.2 2a2.4 2.4 0 0 0-1.6 3.8a2.5 2.5 0 0 0 1.6 4a2 2 0 0 0 3.8-.8V4.2a1.6 1.6 0 0 0-1.6-1.6Z'
    + ' M9.6 2.6a2.2 2.2 0 0 1 2.2 2a2.4 2.4 0 0 1 1.6 3.8a2.5 2.5 0 0 1-1.6 4a2 2 0 0 1-3.8-.8',
  screen: 'M2 3.5h12v7.5H2Z M6 13.5h4 M8 11v2.5',
  queue: 'M2.5 4h11 M2.5 8h11 M2.5 12h6',
  gauge: 'M2.5 11.5a5.6 5.6 0 1 1 11 0 M8 11l2.8-4.2',
  down: 'M8 3v9.5 M4 8.8l4 4l4-4',
  link: 'M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2-2a2.6 2.6 0 0 0-3.7-3.7l-.8.8 M9.2 6.8a2.6 2.6 0 0 0-3.7 0l-2 2a2.6 2.6 0 0 0 3.7 3.7l.8-.8',
  pin: 'M5.5 2.5h5 M6.2 2.5v4L4 9h8L9.8 6.5v-4 M8 9v4.5',
  undo: 'M6 3L2.8 6.2L6 9.4 M2.8 6.2h6.4a3.6 3.6 0 0 1 0 7.2H6',
  person: 'M8 2.5a2.7 2.7 0 1 1 0 5.4a2.7 2.7 0 0 1 0-5.4Z M3 13.5a5 5 0 0 1 10 0',
  pulse: 'M1.5 8.5h3l1.6-4.5l3 8.5l1.9-5l.8 1h2.7',
  heart: 'M8 13S2.5 9.6 2.5 6a2.8 2.8 0 0 1 5.5-.8A2.8 2.8 0 0 1 13.5 6C13.5 9.6 8 13 8 13Z',
  horn: 'M2.5 6.5v3h2l5.5 3v-9l-5.5 3Z M12 6.2a2.4 2.4 0 0 1 0 3.6 M5 9.8l.8 3.2',
  chat: 'M2.5 3h11v7.5H7L4 13.2v-2.7H2.5Z',
  gift: 'M2.5 6.5h11v2.5h-11Z M3.5 9v4.5h9V9 M8 6.5v7 M8 6.5C5.5 6.5 4.6 5.6 4.6 4.4A1.4 1.4 0 0 1 6 3c1.4 0 2 1.6 2 3.5'
    + 'C8 4.6 8.6 3 10 3a1.4 1.4 0 0 1 1.4 1.4c0 1.2-.9 2.1-3.4 2.1',
  at: 'M8 5.6a2.4 2.4 0 1 1 0 4.8a2.4 2.4 0 0 1 0-4.8Z M10.4 5.6v3.2c0 2 3.1 2 3.1-.8A5.5 5.5 0 1 0 11 12.6',
  question: 'M5.6 6a2.4 2.4 0 1 1 3.5 2.1C8.3 8.6 8 9 8 9.8 M8 12v.1',
  star: 'M8 2.5l1.7 3.6l3.8.5l-2.8 2.7l.7 3.9L8 11.3l-3.4 1.9l.7-3.9L2.5 6.6l3.8-.5Z',
  hush: 'M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 0 1 0-11Z M4.2 4.2l7.6 7.6',
  coin: 'M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 0 1 0-11Z M8 5v6 M6.3 6.4h2.5a1.1 1.1 0 0 1 0 2.2H7.2a1.1 1.1 0 0 0 0 2.2h2.5',
  eye: 'M1.5 8S4 3.8 8 3.8S14.5 8 14.5 8S12 12.2 8 12.2S1.5 8 1.5 8Z M8 6.3a1.7 1.7 0 1 1 0 3.4a1.7 1.7 0 0 1 0-3.4Z',
  mask: 'M2.5 3h11v4.8a5.5 5.5 0 0 1-11 0Z M5.2 6.4h1.6 M9.2 6.4h1.6 M5.8 9.6a3 3 0 0 0 4.4 0',
  note: 'M3 2.5h10v8l-3 3H3Z M13 10.5h-3v3 M5.5 5.5h5 M5.5 8h3',
};

/** @typedef {keyof typeof ICONS} IconName */

/**
 * @param {string} name One of ICONS; an unknown one is a dot.
 * @returns {SVGSVGElement} Hidden from screen readers: a word stands beside it.
 */
export function icon(name) {
  const drawn = svg('svg', { viewBox: '0 0 16 16', class: `icon icon-${name}`, 'aria-hidden': 'true' });
  drawn.append(svg('path', { d: ICONS[name] ?? ICONS.dot ?? '' }));
  return drawn;
}

/**
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number>} attributes
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function svg(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

/**
 * A button with an icon and a word; the word may be for screen readers and the title only.
 *
 * @param {string} className
 * @param {string} iconName
 * @param {string} word
 * @param {{key?: string, isIconOnly?: boolean, title?: string}} [options] `key`: the shortcut, shown on hover.
 * @returns {HTMLButtonElement}
 */
export function button(className, iconName, word, { key = '', isIconOnly = false, title = word } = {}) {
  const made = node('button', className, icon(iconName), node('span', isIconOnly ? 'hidden-words' : 'word', word));
  made.type = 'button';
  made.title = key ? `${title} (${key})` : title;
  if (key) made.setAttribute('aria-keyshortcuts', key);
  return made;
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} className
 * @param {...(Node | string)} children Strings become text.
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function node(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/**
 * Set text only when it differs: screen readers and selections stay undisturbed.
 *
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Say that what is shown may be old, and why.
 *
 * @param {HTMLElement | undefined} place
 * @param {string} words "" when all is well.
 */
export function showTrouble(place, words) {
  if (!place) return;
  place.hidden = !words;
  setText(place, words);
}
