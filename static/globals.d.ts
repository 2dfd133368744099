// Names the browser pages find on `window` besides the standard ones.

interface Window {
  /** Django's JavaScriptCatalog, loaded by a plain script before the modules; missing when it failed to load. */
  gettext?: (message: string) => string;
  ngettext?: (singular: string, plural: string, count: number) => string;
  /** Present inside OBS (browser sources and docks). */
  obsstudio?: unknown;
  /** Read-only windows into the stage page, see stage/hooks.js. */
  vtcontrol?: import('./stage/hooks.js').StageHooks;
}
