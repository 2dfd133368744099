/**
 * Beside each mode what it does, and below the form the prompt as the form stands, saved or not. The server renders
 * both (templates/admin/personas/persona/live.html); here it is only asked for after a change, and put in its places.
 */

const WAIT_MS = 400;

const panel = document.getElementById('vt-live');
const form = /** @type {HTMLFormElement | null} */ (document.querySelector('#content form[id$="_form"], form[id$="_form"]'));

/** @type {ReturnType<typeof setTimeout> | undefined} */ let timer;
let asked = 0;

/** @param {Element} effect */
function placeEffect(effect) {
  const name = effect.getAttribute('data-effect') ?? '';
  const field = form?.querySelector(`[name="${name}"]`);
  const row = field?.closest(`.field-${name}`) ?? field?.parentElement;
  if (!row) return;
  row.querySelector('[data-effect]')?.remove();
  row.append(effect);
}

async function refresh() {
  if (!panel || !form) return;
  const mine = ++asked;
  const data = new FormData(form);
  for (const [name, value] of [...data.entries()]) if (typeof value !== 'string') data.delete(name);
  try {
    const answer = await fetch(panel.dataset.url ?? '', { method: 'POST', body: data });
    if (!answer.ok || mine !== asked) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    for (const effect of page.querySelectorAll('[data-effect]')) placeEffect(effect);
    panel.querySelector('[data-preview]')?.replaceWith(...page.querySelectorAll('[data-preview]'));
  } catch {
    // the next change asks again
  }
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(() => void refresh(), WAIT_MS);
}

form?.addEventListener('input', soon);
form?.addEventListener('change', soon);
if (panel) void refresh();

export {};
