/**
 * <vt-status>: what the stream consists of and how it is: brain, voice, stage pages, waiting lines, reply time.
 */

import { fill, gettext, ngettext } from '../i18n.js';
import { icon, node, setText } from './nodes.js';

/** One fact: icon, label, value, and a sign when something is wrong. */
class Fact {
  /**
   * @param {string} iconName
   * @param {string} label
   */
  constructor(iconName, label) {
    this.value = node('span', 'fact-value');
    this.sign = node('span', 'fact-sign');
    this.element = node(
      'div',
      'fact',
      icon(iconName),
      node('span', 'fact-label', label),
      node('span', 'fact-content', this.value, this.sign),
    );
    this.tone = '';
  }

  /**
   * @param {string} value
   * @param {'good' | 'warn' | 'bad' | 'quiet'} tone
   * @param {string} [note] Told on hover.
   */
  show(value, tone, note = '') {
    setText(this.value, value);
    this.element.title = note;
    if (this.tone === tone) return;
    this.tone = tone;
    this.element.dataset.tone = tone;
    const signs = { good: 'check', warn: 'warn', bad: 'warn' };
    this.sign.replaceChildren(...(tone === 'quiet' ? [] : [icon(signs[tone])]));
    if (tone === 'good') this.sign.append(node('span', 'hidden-words', gettext('works')));
    if (tone === 'bad') this.sign.append(node('span', 'hidden-words', gettext('trouble')));
  }
}

/** The row of facts. */
export class StatusRow extends HTMLElement {
  connectedCallback() {
    if (this.facts) return;
    this.facts = {
      brain: new Fact('brain', gettext('Brain')),
      voice: new Fact('wave', gettext('Voice')),
      stage: new Fact('screen', gettext('Stage')),
      waiting: new Fact('queue', gettext('Waiting')),
      latency: new Fact('gauge', gettext('Reply')),
    };
    this.setAttribute('role', 'group');
    this.setAttribute('aria-label', gettext('State of the stream'));
    for (const fact of Object.values(this.facts)) this.append(fact.element);
  }

  /** @param {import('./store.js').StreamState} state */
  show(state) {
    if (!this.facts) return;
    const { brain, voice, stage, waiting, latency } = this.facts;
    brain.show(state.brain.name || '–', state.brain.ok ? 'good' : 'bad', state.brain.note);
    voice.show(state.voice.name || '–', state.voice.ok ? 'good' : 'bad', state.voice.note);
    const pages = state.stage_pages;
    const stageWords = pages ? fill(ngettext('%(n)s page', '%(n)s pages', pages), { n: pages }) : gettext('none open');
    stage.show(stageWords, pages ? 'good' : 'warn', gettext('Stage pages that are open now'));
    waiting.show(String(state.waiting), 'quiet', gettext('Lines that wait for an answer'));
    const latencyWords = state.latency_ms === null || state.latency_ms === undefined
      ? '–'
      : fill(gettext('%(n)s ms'), { n: Math.round(state.latency_ms) });
    latency.show(latencyWords, 'quiet', gettext('From a line to the first sound of its answer'));
  }
}
