/**
 * The avatar's form as a look: what is typed and chosen now, saved or not. Touches nothing but the form's fields.
 *
 * @typedef {{palette: Record<string, string>, parts: Record<string, string>}} Wear
 */

/** @typedef {HTMLInputElement | HTMLSelectElement} Field */

/** The fields of one avatar. */
export class Fields {
  /** @type {Wear} */ #saved;
  /** @type {Record<string, string>} Field by what the stage calls the part. */ #parts;

  /**
   * @param {Wear} saved What is in the database; also what a field without an input (a reader's page) shows.
   * @param {Record<string, string>} parts Name of the field by part.
   */
  constructor(saved, parts) {
    this.#saved = saved;
    this.#parts = parts;
  }

  /** @returns {Wear} */
  read() {
    const palette = { ...this.#saved.palette };
    const parts = { ...this.#saved.parts };
    for (const name of Object.keys(palette)) palette[name] = fieldOf(name)?.value ?? palette[name] ?? '';
    for (const [part, name] of Object.entries(this.#parts)) parts[part] = fieldOf(name)?.value ?? parts[part] ?? '';
    return { palette, parts };
  }

  /** @param {Record<string, string>} values By name of the field. */
  fill(values) {
    for (const [name, value] of Object.entries(values)) {
      const field = fieldOf(name);
      if (!field) continue;
      field.value = value;
      field.dispatchEvent(new Event('input', { bubbles: true }));
      field.dispatchEvent(new Event('change', { bubbles: true }));
    }
  }

  /** Back to what is saved. */
  reset() {
    const parts = Object.entries(this.#parts).map(([part, name]) => [name, this.#saved.parts[part] ?? '']);
    this.fill({ ...this.#saved.palette, ...Object.fromEntries(parts) });
  }

  /** @param {() => void} onChange Is called after each change of a field of the look. */
  watch(onChange) {
    for (const name of [...Object.keys(this.#saved.palette), ...Object.values(this.#parts)]) {
      fieldOf(name)?.addEventListener('input', onChange);
      fieldOf(name)?.addEventListener('change', onChange);
    }
  }
}

/**
 * @param {string} name
 * @returns {Field | null}
 */
function fieldOf(name) {
  const found = document.getElementById(`id_${name}`);
  return found instanceof HTMLInputElement || found instanceof HTMLSelectElement ? found : null;
}
