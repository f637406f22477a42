// The rules of the queue: what a record says, how long one may wait, which goes first, and when an answer of
// the service is the last word. Pure: what keeps the queue is store.js, what sends it is service.js.

const GRAIN = 10 * 60 * 1000; // nothing finer says when an answer was given
const TOO_LONG = 2 * 60 * 60 * 1000;
const DAY = 24 * 60 * 60 * 1000;
const KEPT_AFTERWARDS = 8 * DAY; // seven whole days, as the day of the receipt is not one
/** What the service says that does not know this device's signing key: it may have been put back to an earlier day. */
export const UNKNOWN_KEY = "kiosk_signing_key_missing";
const GONE = new Set(["kiosk_revoked", "kiosk_unknown"]);

/**
 * Makes the label under which a record is kept: whose it is, its number, and no finer time than ten minutes.
 * @param {{campaign: string, number: number}} device the kiosk
 * @param {number} number of the record
 * @param {number} now the device's clock
 * @returns {{id: string, number: number, kept: number}} the label
 */
export function entryOf(device, number, now) {
  return { id: `${device.campaign}/${device.number}/${number}`, number, kept: Math.ceil(now / GRAIN) * GRAIN };
}

/**
 * Tells whether the service has not acknowledged a record yet.
 * @param {object} record as it is kept
 * @returns {boolean} whether it still waits
 */
export function waits(record) {
  return record.sent === undefined;
}

/**
 * Makes of a record one that the service has: it is kept a while, is not counted and is handed to nobody.
 * @param {object} record as it is kept
 * @param {number} now the device's clock
 * @returns {object} the record with the day on which that was
 */
export function sentOf(record, now) {
  const sent = { ...record, sent: Math.floor(now / DAY) * DAY };
  delete sent.refused;
  return sent;
}

/**
 * Tells whether a record that the service has was kept long enough.
 * @param {object} record as it is kept
 * @param {number} now the device's clock; one that was put right ends the waiting, too
 * @returns {boolean} whether it goes
 */
export function isOver(record, now) {
  return !waits(record) && Math.abs(now - record.sent) > KEPT_AFTERWARDS;
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
  if (fault.code === UNKNOWN_KEY) return "later";
  const final = fault.status >= 400 && fault.status < 500 && fault.status !== 429;
  return final ? "refused" : "later";
}
