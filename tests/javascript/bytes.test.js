import assert from "node:assert/strict";
import { test } from "node:test";

import { base32, base64url, hex, unbase64url, unhex, utf8 } from "../../survey/static/kiosk/bytes.js";

const samples = [[], [0], [255], [0, 255, 62, 63], [1, 2, 3, 4, 5, 6, 7]].map((bytes) => Uint8Array.from(bytes));

test("what is written is read back", () => {
  for (const bytes of samples) {
    assert.deepEqual(unhex(hex(bytes)), bytes);
    assert.deepEqual(unbase64url(base64url(bytes)), bytes);
  }
});

test("base64url is that of RFC 4648 without padding", () => {
  for (const bytes of samples) assert.equal(base64url(bytes), Buffer.from(bytes).toString("base64url"));
});

test("base32 gives the examples of RFC 4648", () => {
  const examples = { "": "", f: "MY", fo: "MZXQ", foo: "MZXW6", foob: "MZXW6YQ", fooba: "MZXW6YTB", foobar: "MZXW6YTBOI" };
  for (const [text, written] of Object.entries(examples)) assert.equal(base32(utf8(text)), written);
});
