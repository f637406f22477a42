import assert from "node:assert/strict";
import { test } from "node:test";

import { after, afterWorker, EVENTS, isFree, means, PAGES, STATES } from "../../survey/static/kiosk/states.js";

const S = STATES;
const E = EVENTS;
const EVERY = Object.values(STATES);

// From where each event leads on; from everywhere else it leads nowhere.
const FROM = {
  [E.REST]: [EVERY, S.RESTING],
  [E.REFUSE]: [[S.RESTING, S.CARD], S.TOO_EARLY],
  [E.ASK_CARD]: [[S.RESTING], S.CARD],
  [E.BEGIN]: [[S.RESTING, S.CARD], S.VISIT],
  [E.SEND]: [[S.VISIT], S.KEEPING],
  [E.THANK]: [[S.KEEPING, S.RESTING, S.BROKEN], S.THANKING],
  [E.MEET_STAFF]: [[S.RESTING, S.BROKEN, S.STAFF], S.STAFF],
  [E.ENROL]: [EVERY, S.ENROLLING],
  [E.BREAK]: [EVERY, S.BROKEN],
};

for (const event of Object.values(EVENTS)) {
  test(`"${event}" leads on from its states and from no other`, () => {
    const [from, to] = FROM[event];
    for (const state of EVERY) {
      assert.equal(means(state, event), from.includes(state), state);
      assert.equal(after(state, event), from.includes(state) ? to : state, state);
    }
  });
}

const led = (events, state = S.STARTING) => events.reduce(after, state);

test("a visit goes from the first screen to the thanks and back", () => {
  assert.equal(led([E.REST, E.BEGIN, E.SEND, E.THANK]), S.THANKING);
  assert.equal(led([E.REST, E.ASK_CARD, E.BEGIN, E.SEND, E.THANK, E.REST]), S.RESTING);
});

test("a second tap on \"send\" sends nothing", () => {
  const keeping = led([E.REST, E.BEGIN, E.SEND]);
  assert.equal(means(keeping, E.SEND), false);
  assert.equal(means(led([E.THANK], keeping), E.SEND), false);
});

test("a fault on the way to the disk takes nobody's thanks", () => {
  assert.equal(led([E.REST, E.BEGIN, E.SEND, E.BREAK, E.THANK]), S.THANKING);
});

test("nobody is at the device only before the start and on the first screen", () => {
  assert.deepEqual(EVERY.filter(isFree), [S.STARTING, S.RESTING]);
});

test("names that nobody knows are faults", () => {
  assert.throws(() => after(S.RESTING, "beginn"), RangeError);
  assert.throws(() => after("asleep", E.REST), RangeError);
  assert.throws(() => { STATES.ASLEEP = "asleep"; }, TypeError);
});

test("the first service worker keeps the page, the next one makes it old for good", () => {
  assert.equal(afterWorker(PAGES.UNKEPT), PAGES.CURRENT);
  assert.equal(afterWorker(PAGES.CURRENT), PAGES.OLD);
  assert.equal(afterWorker(PAGES.OLD), PAGES.OLD);
});
