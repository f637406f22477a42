import assert from "node:assert/strict";
import { test } from "node:test";

import { genuineExit, keyHash, matchOf, pinFits, shownHash } from "../../survey/static/kiosk/keys.js";
import { vectors } from "./vectors.js";

test("a PIN fits, and no other digits do", async () => {
  for (const { pin, digits, wrong } of vectors("pins").cases) {
    assert.equal(await pinFits(pin, digits), true);
    for (const other of wrong) assert.equal(await pinFits(pin, other), false, other);
  }
});

test("a device shows the hash of its key's hash, and digits to compare", async () => {
  for (const { key, key_hash, shown, match } of vectors("device-keys").cases) {
    assert.equal(await keyHash(key), key_hash);
    assert.equal(await shownHash(key), shown);
    assert.equal(await matchOf(shown), match);
  }
});

test("leave: genuine one is taken and forged one is not", async () => {
  const { genuine, forged } = vectors("exits");
  for (const { device, code, signature } of genuine) assert.equal(await genuineExit(device, code, signature), true);
  for (const { device, code, signature } of forged) assert.equal(await genuineExit(device, code, signature), false);
});

test("an answer without a signature proves nothing", async () => {
  const [{ device, code }] = vectors("exits").genuine;
  for (const signature of [undefined, null, 7]) assert.equal(await genuineExit(device, code, signature), false);
});
