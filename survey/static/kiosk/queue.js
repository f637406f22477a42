// The rules of the queue: what a record says, how long one may wait, which goes first, and when an answer of
// the service is the last word. Pure: what keeps the queue is store.js, what sends it is service.js.

const GRAIN = 10 * 60 * 1000; // nothing finer says when an answer was given
const TOO_LONG = 2 * 60 * 60 * 1000;
const GONE = new Set(["kiosk_revoked", "kiosk_unknown"]);

/**
 * Makes the record of a whole answer.
 * @param {object} answer its key, its number, its fields and the code of a card or ""
 * @param {number} now the device's clock
 * @returns {object} the record as it is kept
 */
export function recordOf({ key, number, fields, code }, now) {
  return { key, number, fields, ...(code && { code }), kept: Math.ceil(now / GRAIN) * GRAIN };
}

/**
 * Counts what the device tells of itself at a heartbeat.
 * @param {object[]} records what waits
 * @param {number | undefined} issued the last number that was given
 * @param {number} now the device's clock
 * @returns {{issued: number, waiting: number, overdue: number}} the counts
 */
export function countsOf(records, issued, now) {
  // A record of the future was kept by a clock that was wrong: nobody knows for how long it has waited.
  const overdue = records.filter(({ kept }) => now - kept > TOO_LONG || kept - now > 2 * GRAIN).length;
  return { issued: issued ?? 0, waiting: records.length, overdue };
}

/**
 * Puts records in the order of sending: by number, those that were refused before after all others.
 * @param {object[]} records what waits
 * @returns {object[]} the same records
 */
export function inOrder(records) {
  const refused = (record) => Boolean(record.refused);
  return [...records].sort((one, other) => refused(one) - refused(other) || one.number - other.number);
}

/**
 * Says what a failed sending means for its record.
 * @param {Error & {code?: string, status?: number}} fault why it failed
 * @returns {"later" | "refused" | "gone"} try again; keep it, the service does not take it; no kiosk any more
 */
export function meaningOf(fault) {
  if (GONE.has(fault.code)) return "gone";
  const final = fault.status >= 400 && fault.status < 500 && fault.status !== 429;
  return final ? "refused" : "later";
}
