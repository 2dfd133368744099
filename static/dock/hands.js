/**
 * What can be done with a line, by what became of it. Pure.
 */

/** What may be answered after all: it waits, or it was passed over. */
const ANSWERABLE = new Set(['waiting', 'passed_over', 'expired', 'folded', 'cancelled', 'failed']);
/** Taken out for good. */
const NEVER = new Set(['moderated', 'deleted']);

/** @typedef {import('./store.js').Line} Line */
/** @typedef {import('./queue_state.js').QueueRow} QueueRow */

/**
 * @param {Pick<Line, 'status' | 'reason' | 'is_pinned' | 'isLocal'> & {who: string}} line
 * @returns {boolean} Whether somebody may have it answered next.
 */
export function isAnswerable(line) {
  if (line.isLocal || line.who === 'character' || line.who === 'director') return false;
  return ANSWERABLE.has(line.status) && !line.is_pinned && !NEVER.has(line.reason ?? '');
}

/**
 * @param {QueueRow} row
 * @returns {import('./queue_state.js').Hand[]} What can be done with it.
 */
export function handsOf(row) {
  if (row.status === 'waiting') return row.kind === 'director_say' ? ['drop'] : [row.is_pinned ? 'unpin' : 'pin', 'drop'];
  if (row.status === 'cancelled' && row.reason === 'dropped') return ['restore'];
  return isAnswerable(row) ? ['pin'] : [];
}
