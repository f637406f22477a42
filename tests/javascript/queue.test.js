import assert from "node:assert/strict";
import { test } from "node:test";

import { countsOf, inOrder, meaningOf, recordOf } from "../../survey/static/kiosk/queue.js";
import { HEARTBEAT } from "../../survey/static/kiosk/hours.js";
import { vectors } from "./vectors.js";

const MINUTE = 60_000;
const NOW = 1_700_000_400_000;
const { heartbeat_minutes: heartbeat, too_long_minutes: tooLong } = vectors("waiting");

test("a record says no finer time than ten minutes, and a code only where there is one", () => {
  const answer = { key: "k", number: 1, fields: { overall: "5" } };
  assert.deepEqual(recordOf({ ...answer, code: "" }, NOW - 1), { ...answer, kept: NOW });
  assert.deepEqual(recordOf({ ...answer, code: "C" }, NOW + 1), { ...answer, code: "C", kept: NOW + 10 * MINUTE });
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
});
