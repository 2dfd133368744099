/**
 * Small manners of the admin's forms: room left in long texts, values of sliders, questions before what cannot be
 * undone, copying. Works by delegation, so that rows added later behave alike.
 */

const LARGEST_POST = 15 * 1024 * 1024;

/** Words of the page's language, from the head. */
const words = /** @type {HTMLElement | null} */ (document.querySelector('meta[name="vt-words"]'))?.dataset ?? {};

/** @param {string} template @param {string | number} value */
const filled = (template, value) => template.replace('%s', String(value));

/** @param {HTMLTextAreaElement} area */
function counterOf(area) {
  const next = area.nextElementSibling;
  if (next instanceof HTMLElement && next.classList.contains('vt-counter')) return next;
  const counter = document.createElement('div');
  counter.className = 'vt-counter';
  area.after(counter);
  return counter;
}

/** @param {HTMLTextAreaElement} area */
function count(area) {
  const most = Number(area.dataset.most);
  const used = [...area.value.replace(/\n/g, '\r\n')].length;
  const isClose = used > most * 0.8;
  if (!isClose && !area.nextElementSibling?.classList.contains('vt-counter')) return;
  const counter = counterOf(area);
  const isOver = used > most;
  counter.hidden = !isClose;
  counter.classList.toggle('vt-counter-over', isOver);
  counter.textContent = isOver ? filled(words.over ?? '-%s', used - most) : filled(words.left ?? '%s', most - used);
}

/** @param {HTMLInputElement} slider */
function show(slider) {
  const output = slider.parentElement?.querySelector('output');
  if (output) output.textContent = slider.value;
}

/** @param {HTMLFormElement} form */
function isTooLarge(form) {
  let size = 0;
  for (const area of form.querySelectorAll('textarea')) size += new Blob([area.value]).size;
  return size > LARGEST_POST;
}

/** @param {HTMLElement} button */
async function copy(button) {
  const source = document.getElementById(button.dataset.copy ?? '');
  if (!(source instanceof HTMLInputElement)) return;
  source.select();
  try {
    await navigator.clipboard.writeText(source.value);
  } catch {
    return; // the text stays selected: the keyboard copies it
  }
  const label = button.querySelector('[data-label]') ?? button;
  label.textContent = words.copied ?? '✓';
}

document.addEventListener('input', ({ target }) => {
  if (target instanceof HTMLTextAreaElement && target.dataset.most) count(target);
  if (target instanceof HTMLInputElement && target.type === 'range') show(target);
});

document.addEventListener('submit', (submitted) => {
  const form = submitted.target;
  if (!(form instanceof HTMLFormElement)) return;
  const question = form.dataset.confirm;
  if (question && !window.confirm(question)) submitted.preventDefault();
  if (isTooLarge(form)) {
    submitted.preventDefault();
    window.alert(words.large ?? '');
  }
});

for (const trouble of ['htmx:sendError', 'htmx:responseError']) {
  document.addEventListener(trouble, () => document.getElementById('vt-live')?.classList.add('vt-stale'));
}

document.addEventListener('click', ({ target }) => {
  const button = target instanceof Element ? target.closest('[data-copy]') : null;
  if (button instanceof HTMLElement) void copy(button);
});

for (const area of document.querySelectorAll('textarea[data-most]')) count(/** @type {HTMLTextAreaElement} */ (area));
