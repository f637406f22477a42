// What the kiosk's page is doing, one named state at a time, and what leads from one to the other. Pure: main.js
// draws the screens. An event that means nothing in a state leaves it as it is; a name that nobody knows is a fault.

/** Every state of the page. */
export const STATES = Object.freeze({
  STARTING: "starting", // the device finds out what it is
  RESTING: "resting", // the first screen; nobody is at the device
  TOO_EARLY: "too early", // somebody has come before the campaign
  CARD: "card", // somebody types the code of a card
  VISIT: "visit", // somebody answers
  KEEPING: "keeping", // the answers are on their way to the disk
  THANKING: "thanking",
  STAFF: "staff", // the PIN and everything behind it
  ENROLLING: "enrolling", // the device shows a code to become a kiosk
  BROKEN: "broken", // a screen says what is wrong
});

/** Everything that leads to another state. */
export const EVENTS = Object.freeze({
  REST: "rest",
  REFUSE: "refuse", // it is too early
  ASK_CARD: "ask card",
  BEGIN: "begin",
  SEND: "send", // the citizen sends, or goes away with answers that are to be kept
  THANK: "thank",
  MEET_STAFF: "meet staff",
  ENROL: "enrol",
  BREAK: "break",
});

const S = STATES;
const EVERYWHERE = Object.freeze(Object.values(STATES));

// From where an event leads to its state. While answers are on their way to the disk somebody can tap "leave", and a
// fault can show itself: they are kept all the same, and the thanks are said.
const TABLE = Object.freeze({
  [EVENTS.REST]: { from: EVERYWHERE, to: S.RESTING },
  [EVENTS.REFUSE]: { from: [S.RESTING, S.CARD], to: S.TOO_EARLY },
  [EVENTS.ASK_CARD]: { from: [S.RESTING], to: S.CARD },
  [EVENTS.BEGIN]: { from: [S.RESTING, S.CARD], to: S.VISIT },
  [EVENTS.SEND]: { from: [S.VISIT], to: S.KEEPING },
  [EVENTS.THANK]: { from: [S.KEEPING, S.RESTING, S.BROKEN], to: S.THANKING },
  [EVENTS.MEET_STAFF]: { from: [S.RESTING, S.BROKEN, S.STAFF], to: S.STAFF },
  [EVENTS.ENROL]: { from: EVERYWHERE, to: S.ENROLLING },
  [EVENTS.BREAK]: { from: EVERYWHERE, to: S.BROKEN },
});

/**
 * Tells whether an event means something in a state.
 * @param {string} state one of STATES
 * @param {string} event one of EVENTS
 * @returns {boolean} whether `after` leads anywhere
 */
export function means(state, event) {
  const rule = TABLE[event];
  if (!rule || !EVERYWHERE.includes(state)) throw new RangeError(`no such state or event: ${state}, ${event}`);
  return rule.from.includes(state);
}

/**
 * Says which state follows.
 * @param {string} state one of STATES
 * @param {string} event one of EVENTS
 * @returns {string} the next state: the same one where the event means nothing
 */
export function after(state, event) {
  return means(state, event) ? TABLE[event].to : state;
}

/**
 * Tells whether nobody is at the device: only then it dims and takes a newer page.
 * @param {string} state one of STATES
 * @returns {boolean} whether nobody is
 */
export function isFree(state) {
  return state === STATES.STARTING || state === STATES.RESTING;
}

/** How the page stands to the newest one that the service worker has. */
export const PAGES = Object.freeze({ UNKEPT: "unkept", CURRENT: "current", OLD: "old" });

/**
 * Says what another service worker makes of the page: the first one ever only keeps it, every later one brings a newer.
 * @param {string} page one of PAGES
 * @returns {string} one of PAGES
 */
export function afterWorker(page) {
  return page === PAGES.UNKEPT ? PAGES.CURRENT : PAGES.OLD;
}
