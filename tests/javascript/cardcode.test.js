import assert from "node:assert/strict";
import { test } from "node:test";

import { grouped, isWhole, letterOf } from "../../survey/static/kiosk/cardcode.js";
import { vectors } from "./vectors.js";

const { whole, broken, typed } = vectors("card-codes");

test("whole codes are whole", () => {
  for (const code of whole) assert.equal(isWhole(code), true, code);
});

test("every slip of the pen is found", () => {
  for (const code of broken) assert.equal(isWhole(code), false, code);
});

test("a code is read however it is typed", () => {
  for (const [text, code] of Object.entries(typed)) assert.equal([...text].map(letterOf).join(""), code);
});

test("keys that are no letters of a code are nothing", () => {
  for (const key of ["u", "Shift", "Enter", "-", " ", "é", "01"]) assert.equal(letterOf(key), "", key);
});

test("what is still to come is a dot", () => {
  assert.equal(grouped(""), "···· ···· ····");
  assert.equal(grouped("K7QM2"), "K7QM 2··· ····");
});
