/**
 * Trying a brain or a voice as its form stands, saved or not: tests the connection, plays a sample, offers what the
 * server lists. Knows the panel of templates/admin/personas/engine/trying.html and the form beside it.
 */

/**
 * @typedef {object} Told
 * @property {boolean} ok
 * @property {string} sentence
 * @property {string[]} [models]
 * @property {string[]} [voices]
 * @property {string} [wav] Base64.
 */

const panel = document.getElementById('vt-trying');
const form = /** @type {HTMLFormElement | null} */ (document.querySelector('#content form[id$="_form"], form[id$="_form"]'));

/** @type {AudioContext | null} */ let context = null;
/** @type {AudioBufferSourceNode | null} */ let playing = null;

/** @param {string} name @returns {string} */
const chosen = (name) =>
  /** @type {HTMLInputElement | HTMLSelectElement | null} */ (panel?.querySelector(`[name="${name}"]`))?.value ?? '';

/** @param {string} what @returns {FormData} */
function asked(what) {
  const data = new FormData(form ?? undefined);
  for (const [name, value] of [...data.entries()]) if (typeof value !== 'string') data.delete(name);
  data.set('what', what);
  data.set('object_id', panel?.dataset.object ?? '');
  for (const name of ['language', 'emotion', 'text']) data.set(name, chosen(`vt-${name}`));
  return data;
}

/** @param {string} text @param {'good' | 'bad' | 'busy'} tone */
function say(text, tone) {
  const said = /** @type {HTMLElement | null} */ (panel?.querySelector('.vt-trying-said'));
  if (!said) return;
  said.textContent = text;
  said.dataset.tone = tone;
}

/** @param {'models' | 'voices'} kind @param {string[]} names */
function offer(kind, names) {
  const label = /** @type {HTMLElement | null} */ (panel?.querySelector(`[data-found="${kind}"]`));
  const select = label?.querySelector('select');
  if (!label || !select || !names.length) return;
  const first = new Option(panel?.dataset.pick ?? '…', '');
  select.replaceChildren(first, ...names.map((name) => new Option(name, name)));
  label.hidden = false;
  const found = /** @type {HTMLElement | null} */ (panel?.querySelector('.vt-trying-found'));
  if (found) found.hidden = false;
}

/** @param {string} wav Base64. */
async function play(wav) {
  context ??= new AudioContext();
  const bytes = Uint8Array.from(atob(wav), (char) => char.charCodeAt(0));
  const buffer = await context.decodeAudioData(bytes.buffer);
  playing?.stop();
  playing = context.createBufferSource();
  playing.buffer = buffer;
  playing.connect(context.destination);
  playing.start();
  if (panel) panel.dataset.playedSeconds = buffer.duration.toFixed(2);
}

/** @param {HTMLButtonElement} button */
async function tryIt(button) {
  if (!panel) return;
  const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (panel.querySelectorAll('[data-try]'));
  for (const one of buttons) one.disabled = true;
  say(panel.dataset.busy ?? '…', 'busy');
  try {
    const answer = await fetch(panel.dataset.url ?? '', { method: 'POST', body: asked(button.dataset.try ?? '') });
    const told = /** @type {Told} */ (await answer.json());
    say(told.sentence, told.ok ? 'good' : 'bad');
    offer('models', told.models ?? []);
    offer('voices', told.voices ?? []);
    if (told.wav && button.dataset.try === 'sample') await play(told.wav);
  } catch {
    say(panel.dataset.failed ?? '', 'bad');
  } finally {
    for (const one of buttons) one.disabled = false;
  }
}

panel?.addEventListener('click', ({ target }) => {
  const button = target instanceof Element ? target.closest('[data-try]') : null;
  if (!(button instanceof HTMLButtonElement)) return;
  context ??= new AudioContext(); // made within the click, so that the browser lets it sound
  void context.resume();
  void tryIt(button);
});

panel?.addEventListener('change', ({ target }) => {
  const label = target instanceof HTMLSelectElement ? target.closest('[data-found]') : null;
  if (!(label instanceof HTMLElement) || !(target instanceof HTMLSelectElement) || !target.value) return;
  const name = label.dataset.found === 'models' ? 'model' : 'voice_name';
  const field = /** @type {HTMLInputElement | null} */ (form?.querySelector(`[name="${name}"]`));
  if (!field) return;
  field.value = target.value;
  field.dispatchEvent(new Event('input', { bubbles: true }));
});

export {};
