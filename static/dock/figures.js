/**
 * Amounts as people read them.
 */

import { pageLanguage } from '../i18n.js';

/**
 * @param {string} meter
 * @param {number} quantity
 * @returns {string} As people read it; cost comes in millionths.
 */
export function amount(meter, quantity) {
  if (meter === 'cost_micros') return (quantity / 1_000_000).toFixed(2);
  return new Intl.NumberFormat(pageLanguage()).format(quantity);
}
