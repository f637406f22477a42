// How often a PIN may be tried: a few wrong ones are answered with a pause that outlives the page. Pure.

const TRIES = 5;
const REST = 60_000;

/** No wrong one so far. */
export const NONE = Object.freeze({ count: 0, until: 0 });

/**
 * Tells whether the pause still runs; a clock put right locks nobody out.
 * @param {{until: number}} wrong what is remembered
 * @param {number} now the device's clock
 * @returns {boolean} whether no PIN is looked at
 */
export function pauses(wrong, now) {
  return Math.abs(wrong.until - now) < REST && now < wrong.until;
}

/**
 * Says what is to be remembered after one more wrong PIN.
 * @param {{count: number}} wrong what is remembered
 * @param {number} now the device's clock
 * @returns {{count: number, until: number}} how many since the last pause, and until when the next one runs
 */
export function afterWrong(wrong, now) {
  const count = wrong.count + 1;
  return { count: count % TRIES, until: count >= TRIES ? now + REST : 0 };
}
