// When nobody is there any more: pure, the caller knows the time since the last touch.

export const PRESENT = "present";
export const ASKED = "asked"; // one touch is enough to go on
export const GONE = "gone";

const COUNTDOWN = 20; // seconds

/**
 * Says what the time since the last touch means.
 * @param {number} seconds without a touch after which somebody is asked
 * @param {number} elapsed milliseconds since the last one
 * @returns {{state: string, left: number}} the state, and the seconds that are shown while somebody is asked
 */
export function idleAt(seconds, elapsed) {
  const left = seconds + COUNTDOWN - elapsed / 1000;
  if (left <= 0) return { state: GONE, left: 0 };
  return { state: left <= COUNTDOWN ? ASKED : PRESENT, left: Math.ceil(left) };
}
