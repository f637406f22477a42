import assert from "node:assert/strict";
import { test } from "node:test";

import { genuineExit, genuineReceipt, keyHash, matchOf, pinFits, shownHash } from "../../survey/static/kiosk/keys.js";
import { utf8 } from "../../survey/static/kiosk/bytes.js";
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

const receiptIs = ({ device, record, body, said }) => genuineReceipt(device, record, utf8(body), said);
const exitIs = ({ device, code, signature }) => genuineExit(device, code, signature);

for (const [name, is] of [["receipts", receiptIs], ["exits", exitIs]]) {
  test(`${name}: genuine ones are taken and forged ones are not`, async () => {
    const { genuine, forged } = vectors(name);
    for (const each of genuine) assert.equal(await is(each), true);
    for (const each of forged) assert.equal(await is(each), false, JSON.stringify(each));
  });
}

test("an answer without a signature proves nothing", async () => {
  const [receipt] = vectors("receipts").genuine;
  for (const signature of [undefined, null, 7]) {
    assert.equal(await receiptIs({ ...receipt, said: { ...receipt.said, signature } }), false);
  }
});
