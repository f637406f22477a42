import assert from "node:assert/strict";
import { test } from "node:test";

import { isEarly, isNight } from "../../survey/static/kiosk/hours.js";
import { ASKED, GONE, idleAt, PRESENT } from "../../survey/static/kiosk/idlerule.js";
import { afterWrong, NONE, pauses } from "../../survey/static/kiosk/tries.js";

test("somebody is asked after the kiosk's seconds, and is gone twenty later", () => {
  assert.equal(idleAt(60, 59_999).state, PRESENT);
  assert.deepEqual(idleAt(60, 60_000), { state: ASKED, left: 20 });
  assert.deepEqual(idleAt(60, 79_001), { state: ASKED, left: 1 });
  assert.equal(idleAt(60, 80_000).state, GONE);
  assert.equal(idleAt(15, 35_000).state, GONE);
});

test("five wrong PINs are followed by a minute's pause, and then by five more", () => {
  const now = 1_000_000;
  let wrong = NONE;
  for (let tried = 1; tried < 5; tried += 1) {
    wrong = afterWrong(wrong, now);
    assert.deepEqual(wrong, { count: tried, until: 0 });
    assert.equal(pauses(wrong, now), false);
  }
  wrong = afterWrong(wrong, now);
  assert.deepEqual(wrong, { count: 0, until: now + 60_000 });
  assert.equal(pauses(wrong, now), false); // in the very moment; from the next one on it runs
  assert.equal(pauses(wrong, now + 1), true);
  assert.equal(pauses(wrong, now + 60_000), false);
});

test("a clock that is put right locks nobody out", () => {
  assert.equal(pauses({ count: 0, until: 9_000_000_000 }, 1_000_000), false);
});

test("the screen dims from six in the evening to six in the morning", () => {
  assert.deepEqual([5, 6, 17, 18, 23, 0].map(isNight), [true, false, false, true, true, true]);
});

test("the service's word that the campaign is open goes before the device's clock", () => {
  const opens = Date.parse("2024-09-01T00:00:00+07:00");
  const settings = { opens_at: "2024-09-01T00:00:00+07:00", opened: false };
  assert.equal(isEarly(settings, opens - 1), true);
  assert.equal(isEarly(settings, opens), false);
  assert.equal(isEarly({ ...settings, opened: true }, opens - 1), false);
});
