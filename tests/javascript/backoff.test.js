import assert from "node:assert/strict";
import { test } from "node:test";

import { oneAtATime, pauseAfter, sendInOrder } from "../../survey/static/kiosk/backoff.js";

// Sends by a script of outcomes and keeps a diary of records and pauses.
function sender(outcomes) {
  const diary = [];
  const send = async (record) => { diary.push(record); return outcomes.shift() ?? "kept"; };
  return { diary, send, wait: async (ms) => { diary.push(`${ms} ms`); }, changed: () => {}, tries: 4 };
}

test("pauses double up to a minute", () => {
  assert.deepEqual([1, 2, 3, 7, 8, 30].map((failures) => pauseAfter(failures)), [500, 1000, 2000, 32_000, 60_000, 60_000]);
  assert.equal(pauseAfter(3, 5), 20);
});

test("a failure is tried again before anything else is sent", async () => {
  const how = sender(["kept", "later", "later", "kept", "refused"]);
  assert.equal(await sendInOrder(["a", "b", "c"], how), true);
  assert.deepEqual(how.diary, ["a", "b", "500 ms", "b", "1000 ms", "b", "c"]);
});

test("failures in a row end the sending, and a success forgets them", async () => {
  const how = sender(["later", "later", "later", "kept", "later", "later", "later", "later"]);
  assert.equal(await sendInOrder(["a", "b", "c"], how), false);
  assert.deepEqual(how.diary.filter((each) => each.length === 1), ["a", "a", "a", "a", "b", "b", "b", "b"]);
});

test("nothing that waits is everything settled", async () => {
  assert.equal(await sendInOrder([], sender([])), true);
});

test("what is asked for meanwhile runs once more, not at the same time", async () => {
  let running = 0;
  let runs = 0;
  const ask = oneAtATime(async () => {
    running += 1;
    assert.equal(running, 1);
    await new Promise((resolve) => { setImmediate(resolve); });
    running -= 1;
    runs += 1;
    return runs === 2;
  });
  assert.deepEqual(await Promise.all([ask(), ask(), ask()]), [true, true, true]);
  assert.equal(runs, 2);
});

test("a run that failed keeps nobody from asking again", async () => {
  let fails = true;
  const ask = oneAtATime(async () => { if (fails) throw new Error("broken"); return true; });
  await assert.rejects(ask());
  fails = false;
  assert.equal(await ask(), true);
});
