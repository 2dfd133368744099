/**
 * <vt-health>: the parts the stream hangs on, how long people waited for the first sound, today's budget, last errors.
 */

import { fill, gettext } from '../i18n.js';
import { amount } from './figures.js';
import { ago, exactly } from './moments.js';
import { icon, node, showTrouble } from './nodes.js';
import { quantile, sparkline } from './sparkline.js';
import { reasonWord, statusSign } from './words.js';

/**
 * @typedef {object} Link
 * @property {string} kind
 * @property {string} name
 * @property {'ok' | 'idle' | 'off' | 'waiting' | 'trouble'} state
 * @property {string} note
 * @property {string | null} at
 *
 * @typedef {object} Health
 * @property {number} version
 * @property {string} now
 * @property {Link[]} links
 * @property {{turn: string, at: string, ms: number}[]} latency Oldest first.
 * @property {{meter: string, scope: string, used: number, limit: number | null}[]} budgets
 * @property {{turn: string, at: string, status: string, reason: string, brain: string, voice: string, text: string}[]}
 *   troubles
 */

/** @returns {Record<string, {word: string, icon: string}>} */
function linkKinds() {
  return {
    brain: { word: gettext('Brain'), icon: 'brain' },
    voice: { word: gettext('Voice'), icon: 'wave' },
    stage: { word: gettext('Stage page'), icon: 'screen' },
    twitch: { word: 'Twitch', icon: 'chat' },
  };
}

/** @returns {Record<string, {word: string, icon: string, tone: string}>} */
function linkStates() {
  return {
    ok: { word: gettext('works'), icon: 'check', tone: 'good' },
    idle: { word: gettext('not used yet'), icon: 'clock', tone: 'quiet' },
    off: { word: gettext('closed'), icon: 'ring', tone: 'quiet' },
    waiting: { word: gettext('connecting'), icon: 'clock', tone: 'busy' },
    trouble: { word: gettext('trouble'), icon: 'warn', tone: 'bad' },
  };
}

/** @returns {Record<string, string>} */
function meterWords() {
  return {
    llm_tokens: gettext('Model tokens'),
    tts_characters: gettext('Voiced characters'),
    cost_micros: gettext('Cost'),
  };
}

/** The panel. */
export class HealthView extends HTMLElement {
  /** @type {Health | null} */
  health = null;
  #shown = '';

  connectedCallback() {
    if (this.firstChild) return;
    this.trouble = node('p', 'trouble');
    this.trouble.setAttribute('role', 'alert');
    this.trouble.hidden = true;
    this.body = node('div', 'halves');
    this.append(node('div', 'scroller', this.trouble, this.body));
    setInterval(() => this.offsetParent !== null && this.render(), 10_000);
  }

  /** @param {Health} health */
  show(health) {
    this.health = health;
    this.fail('');
    this.render();
  }

  /** @param {string} words What went wrong; "" when it is well again. */
  fail(words) {
    showTrouble(this.trouble, words);
  }

  render() {
    const { health, body } = this;
    if (!health || !body) return;
    const { links, latency, budgets, troubles } = health;
    const shown = JSON.stringify([links, latency, budgets, troubles, Math.floor(Date.now() / 10_000)]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    body.replaceChildren(
      node('div', 'half', this.#links(health), this.#latency(health)),
      node('div', 'half', this.#budgets(health), this.#troubles(health)),
    );
  }

  /**
   * @param {Health} health
   * @returns {HTMLElement}
   */
  #links({ links }) {
    const kinds = linkKinds();
    const states = linkStates();
    const rows = links.map((link) => {
      const kind = kinds[link.kind] ?? { word: link.kind, icon: 'link' };
      const state = states[link.state] ?? { word: link.state, icon: 'dot', tone: 'quiet' };
      const sign = node('span', 'chip', icon(state.icon), state.word);
      sign.dataset.tone = state.tone;
      const head = node('div', 'row-head', icon(kind.icon), node('strong', '', kind.word), node('span', 'soft link-name', link.name), sign);
      const note = link.note || (link.kind === 'stage' && link.state === 'off' ? gettext('Nobody hears the character.') : '');
      return node('li', 'row', head, ...(note ? [node('p', 'row-text is-bad', note)] : []));
    });
    return node('section', '', node('h2', '', gettext('Links')), node('ul', 'rows', ...rows));
  }

  /**
   * @param {Health} health
   * @returns {HTMLElement}
   */
  #latency({ latency }) {
    const title = node('h2', '', gettext('From choosing a line to its first sound'));
    if (!latency.length) {
      return node('section', '', title, node('p', 'soft', gettext('No line has been spoken yet. How long each one takes stands here.')));
    }
    const waits = latency.map(({ ms }) => ms);
    const [middle, high, last] = [quantile(waits, 0.5), quantile(waits, 0.95), waits.at(-1)];
    const label = fill(gettext('Last %(n)s lines: half within %(middle)s ms, nearly all within %(high)s ms'), {
      n: waits.length, middle: middle ?? 0, high: high ?? 0,
    });
    const figures = node('dl', 'figures', ...[
      [gettext('last'), last], [gettext('half within'), middle], [gettext('95 % within'), high],
    ].map(([word, value]) => node('div', '', node('dt', '', String(word)), node('dd', '', fill(gettext('%(n)s ms'), { n: String(value) })))));
    return node('section', '', title, node('div', 'spark-box', sparkline(waits, label, middle)), figures);
  }

  /**
   * @param {Health} health
   * @returns {HTMLElement}
   */
  #budgets({ budgets }) {
    const title = node('h2', '', gettext('Used today'));
    if (!budgets.length) return node('section', '', title, node('p', 'soft', gettext('Nothing that costs anything was used today.')));
    const words = meterWords();
    const rows = budgets.map(({ meter, scope, used, limit }) => {
      const share = limit ? used / limit : 0;
      const tone = share >= 1 ? 'bad' : share >= 0.8 ? 'warn' : 'good';
      const of = limit === null ? gettext('no limit') : fill(gettext('of %(limit)s'), { limit: amount(meter, limit) });
      const head = node('div', 'row-head', node('strong', '', words[meter] ?? meter),
        ...(scope === 'studio' ? [node('span', 'tag', gettext('whole studio'))] : []),
        node('span', 'row-time', `${amount(meter, used)} ${of}`));
      const gauge = node('span', 'gauge is-wide');
      gauge.dataset.tone = tone;
      gauge.style.setProperty('--share', String(Math.min(1, share)));
      const note = share >= 1 ? [node('p', 'row-text is-bad', gettext('Used up: only the engines that cost nothing work.'))] : [];
      return node('li', 'row', head, ...(limit === null ? [] : [gauge]), ...note);
    });
    return node('section', '', title, node('ul', 'rows', ...rows));
  }

  /**
   * @param {Health} health
   * @returns {HTMLElement}
   */
  #troubles({ troubles }) {
    const title = node('h2', '', gettext('Last errors'));
    if (!troubles.length) {
      return node('section', '', title, node('p', 'soft is-good', icon('check'), gettext('Nothing went wrong in the last 24 hours.')));
    }
    const rows = troubles.map((one) => {
      const sign = statusSign(one.status);
      const chip = node('span', 'chip status', icon(sign?.icon ?? 'warn'), sign?.word ?? one.status);
      chip.dataset.tone = sign?.tone ?? 'bad';
      const time = node('time', 'row-time', ago(Date.parse(one.at), Date.now()));
      time.title = exactly(Date.parse(one.at));
      const who = [one.brain, one.voice].filter(Boolean).join(' · ');
      const why = one.reason ? reasonWord(one.reason) : gettext('the answer broke a rule');
      return node('li', 'row', node('div', 'row-head', chip, time), node('p', 'row-text', why),
        ...(who ? [node('p', 'row-note', who)] : []));
    });
    return node('section', '', title, node('ul', 'rows', ...rows));
  }
}
