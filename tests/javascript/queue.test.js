import assert from "node:assert/strict";
import { test } from "node:test";

import { countsOf, entryOf, inOrder, isOver, meaningOf, sentOf, UNKNOWN_KEY, waits } from "../../survey/static/kiosk/queue.js";
import { HEARTBEAT } from "../../survey/static/kiosk/hours.js";
import { vectors } from "./vectors.js";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NOW = 1_700_000_400_000;
const { heartbeat_minutes: heartbeat, too_long_minutes: tooLong } = vectors("waiting");

test("a record's label says whose it is, its number and no finer time than ten minutes", () => {
  const device = { campaign: "c", number: 4, key: "secret" };
  assert.deepEqual(entryOf(device, 7, NOW - 1), { id: "c/4/7", number: 7, kept: NOW });
  assert.deepEqual(entryOf(device, 7, NOW + 1), { id: "c/4/7", number: 7, kept: NOW + 10 * MINUTE });
});

test("what was sent waits no longer, stays seven days and goes", () => {
  const record = { id: "c/4/7", number: 7, refused: "x" };
  const sent = sentOf(record, NOW);
  assert.equal(waits(record), true);
  assert.equal(waits(sent), false);
  assert.deepEqual(sent, { id: "c/4/7", number: 7, sent: Math.floor(NOW / DAY) * DAY });
  assert.equal(record.refused, "x");
  assert.equal(isOver(record, NOW + 99 * DAY), false, "what waits is never deleted");
  assert.deepEqual([0, 7].map((days) => isOver(sent, NOW + days * DAY)), [false, false]);
  assert.deepEqual([9, -9].map((days) => isOver(sent, NOW + days * DAY)), [true, true]);
  assert.equal(isOver(sent, Infinity), true);
});

test("a record is overdue after as long as the service says, and where the clock was wrong", () => {
  const overdue = (kept) => countsOf([{ kept }], 3, NOW).overdue;
  assert.equal(overdue(NOW - tooLong * MINUTE), 0);
  assert.equal(overdue(NOW - tooLong * MINUTE - 1), 1);
  assert.equal(overdue(NOW + 20 * MINUTE), 0);
  assert.equal(overdue(NOW + 20 * MINUTE + 1), 1);
  assert.deepEqual(countsOf([], undefined, NOW), { issued: 0, waiting: 0, overdue: 0 });
});

test("a heartbeat comes as often as the service counts", () => {
  assert.equal(HEARTBEAT, heartbeat * MINUTE);
});

test("records that were refused go last", () => {
  const records = [{ number: 3 }, { number: 1, refused: "kiosk_record_bad" }, { number: 2 }];
  assert.deepEqual(inOrder(records).map(({ number }) => number), [2, 3, 1]);
  assert.equal(records[0].number, 3);
});

test("only the service's own word ends the sending of a record", () => {
  const fault = (status, code = "x") => Object.assign(new Error(code), { status, code });
  assert.deepEqual([400, 409, 422, 404].map((status) => meaningOf(fault(status))), Array(4).fill("refused"));
  assert.deepEqual([429, 500, 503, 302, undefined].map((status) => meaningOf(fault(status))), Array(5).fill("later"));
  assert.equal(meaningOf(fault(403, "kiosk_revoked")), "gone");
  assert.equal(meaningOf(fault(503, "kiosk_unknown")), "gone");
  assert.equal(meaningOf(new TypeError("no network")), "later");
  assert.equal(meaningOf(fault(409, UNKNOWN_KEY)), "later");
});
