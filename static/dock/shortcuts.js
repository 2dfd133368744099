/**
 * Keyboard shortcuts: single keys, only while no field has the focus.
 */

/**
 * Which shortcut a key event means. Letters go by what is printed on the key; on keyboards of another script by its
 * place.
 *
 * @param {{key: string, code: string, ctrlKey: boolean, altKey: boolean, metaKey: boolean}} event
 * @returns {string} "s", "p", "m", "/" or "".
 */
export function shortcutOf({ key, code, ctrlKey, altKey, metaKey }) {
  if (ctrlKey || altKey || metaKey) return '';
  if (key === '/' || code === 'Slash') return '/';
  const isLatin = /^[a-z]$/i.test(key);
  const letter = isLatin ? key.toLowerCase() : /^Key[A-Z]$/.test(code) ? code.slice(3).toLowerCase() : '';
  return ['s', 'p', 'm'].includes(letter) ? letter : '';
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
 * @param {Record<string, {down: () => void, up?: () => void}>} bindings By shortcut.
 */
export function listenForShortcuts(bindings) {
  document.addEventListener('keydown', (event) => {
    if (event.repeat || event.isComposing || isField(event.target)) return;
    const binding = bindings[shortcutOf(event)];
    if (!binding) return;
    event.preventDefault();
    binding.down();
  });
  document.addEventListener('keyup', (event) => bindings[shortcutOf(event)]?.up?.());
  window.addEventListener('blur', () => {
    for (const binding of Object.values(bindings)) binding.up?.();
  });
}
