import assert from "node:assert/strict";
import { test } from "node:test";

import { unhex } from "../../survey/static/kiosk/bytes.js";
import { bodyOf, portions, sealedCodes, sealedFile, sealedSeries } from "../../survey/static/kiosk/records.js";
import { hex } from "../../survey/static/kiosk/bytes.js";
import { vectors } from "./vectors.js";

const given = vectors("records");
const nonce = unhex(given.nonce);

test("the body of a request holds what leaves the device and nothing else", () => {
  assert.deepEqual(given.kept.map((record) => new TextDecoder().decode(bodyOf(record))), given.bodies);
});

test("the file is the one that the service reads", async () => {
  assert.equal(await sealedFile(given.device, given.kept, nonce), given.file);
});

test("a browser that cannot pack writes the first format", async (t) => {
  const packing = globalThis.CompressionStream;
  t.after(() => { globalThis.CompressionStream = packing; });
  delete globalThis.CompressionStream;
  assert.equal(hex(await sealedSeries(given.device, given.leaving, nonce)), given.series);
});

test("a packed series has the head of the second format and is no other series", async () => {
  const made = hex(await sealedSeries(given.device, given.leaving, nonce));
  const head = hex(new TextEncoder().encode(`${JSON.stringify({
    format: "hailong kiosk file 2", campaign: given.device.campaign, kiosk: given.device.number, nonce: "AAECAwQFBgcICQoL",
  })}\n`));
  assert.ok(made.startsWith(head) && given.packed_series.startsWith(head));
  for (const damaged of given.damaged) assert.notEqual(made, damaged);
});

test("every sealing has a nonce of its own", async () => {
  assert.notEqual(await sealedFile(given.device, given.kept), await sealedFile(given.device, given.kept));
});

test("portions keep the order, lose nothing and are never empty", () => {
  const records = Array.from({ length: 10 }, (_none, at) => ({ key: "k", number: at, fields: { comment: "x".repeat((10 - at) * 40) } }));
  const made = [...portions(records, 300)];
  assert.deepEqual(made.flat().map(({ number }) => number), records.map(({ number }) => number));
  assert.ok(made.length > 2 && made.every((portion) => portion.length > 0));
  for (const portion of made.filter(({ length }) => length > 1)) {
    assert.ok(portion.reduce((sum, record) => sum + JSON.stringify(record).length, 0) <= 300);
  }
  assert.deepEqual([...portions([])], []);
});

test("nothing of what waits can be read off the codes", async () => {
  const texts = await sealedCodes(given.device, given.kept);
  assert.ok(texts.length > 0 && texts.every((text) => /^HLK1\/[0-9A-F]{8}\/1\/1\//.test(text)));
});
