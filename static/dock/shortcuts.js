/**
 * Keyboard shortcuts: single keys, only while no field has the focus.
 */

/**
 * Letters of the dock: skip, panic, mute; say, answer, drop, undo, next, previous, note, hush; yes, edit, reject; of a
 * scene: go, break, finish, voice of a role, its words, what happens.
 */
const SHORTCUTS = ['s', 'p', 'm', 't', 'a', 'd', 'z', 'j', 'k', 'n', 'x', 'y', 'e', 'r', 'g', 'b', 'f', 'v', 'w', 'h'];

/**
 * Which shortcut a key event means. Letters go by what is printed on the key; on keyboards of another script by its
 * place.
 *
 * @param {{key: string, code: string, ctrlKey: boolean, altKey: boolean, metaKey: boolean}} event
 * @returns {string} One of `SHORTCUTS`, or "".
 */
export function shortcutOf({ key, code, ctrlKey, altKey, metaKey }) {
  if (ctrlKey || altKey || metaKey) return '';
  if (key === '/' || code === 'Slash') return '/';
  if (/^[1-5]$/.test(key)) return key;
  if (key === 'ArrowUp' || key === 'ArrowDown') return key;
  const isLatin = /^[a-z]$/i.test(key);
  const letter = isLatin ? key.toLowerCase() : /^Key[A-Z]$/.test(code) ? code.slice(3).toLowerCase() : '';
  return SHORTCUTS.includes(letter) ? letter : '';
}

/**
 * @param {EventTarget | null} target
 * @returns {boolean} Whether typing there means text.
 */
function isField(target) {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName);
}

/**
 * @param {Record<string, {down: () => boolean | void, up?: () => void}>} bindings By shortcut; `down` gives false when
 *   it had nothing to do, so that the key keeps its usual meaning.
 */
export function listenForShortcuts(bindings) {
  document.addEventListener('keydown', (event) => {
    if (event.repeat || event.isComposing || isField(event.target)) return;
    const binding = bindings[shortcutOf(event)];
    if (!binding) return;
    if (binding.down() !== false) event.preventDefault();
  });
  document.addEventListener('keyup', (event) => bindings[shortcutOf(event)]?.up?.());
  window.addEventListener('blur', () => {
    for (const binding of Object.values(bindings)) binding.up?.();
  });
}
