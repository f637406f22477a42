import assert from "node:assert/strict";
import { test } from "node:test";

import { base64url, hex, unbase64url, utf8 } from "../../survey/static/kiosk/bytes.js";
import { encrypt } from "../../survey/static/kiosk/cipher.js";
import { packed } from "../../survey/static/kiosk/packing.js";
import { bodyOf, codesOf, fileOf, portions } from "../../survey/static/kiosk/records.js";
import { genuineReceipt, newSigningKey, pointOf, signRecord, voucherOf } from "../../survey/static/kiosk/signing.js";
import { vectors } from "./vectors.js";

const given = vectors("signed-records");
const { device, service } = given;
const told = given.questionnaire_told;
const pair = await newSigningKey();

async function kept(answer) {
  const place = `${device.campaign}/${device.number}/${answer.number}`;
  const content = await encrypt(unbase64url(service.records), place, packed(told, answer));
  const signature = await signRecord(pair, device, { number: answer.number, content });
  return { id: place, number: answer.number, kept: 1_700_000_000_000, refused: "x", content, signature };
}

test("an answer is packed as the service unpacks it", () => {
  assert.deepEqual(given.answers.map((answer) => hex(packed(told, answer))), given.packed);
});

test("what cannot be marks of this questionnaire is packed as it is", () => {
  const [answer] = given.answers;
  for (const fields of [{ overall: "9" }, { other: "1" }, { overall: "5", p_sex: "ab" }]) {
    assert.equal(packed(told, { ...answer, fields })[0], 2);
  }
  for (const changes of [{ key: "short" }, { key: "not base64 ÄÄÄÄÄÄÄÄÄÄ" }, { code: "7K2M" }, { code: "iiiiiiiiiiii" }]) {
    assert.equal(packed(told, { ...answer, ...changes })[0], 2);
  }
});

test("the length says only whether there is a comment, and roughly how long it is", () => {
  const [answer, full] = given.answers;
  const length = (comment) => packed(told, { ...answer, fields: { comment } }).length;
  assert.equal(packed(told, answer).length, packed(told, full).length);
  assert.deepEqual([length("x"), length("y".repeat(150)), length("ý".repeat(950))], [256, 256, 2048]);
});

test("the body of a request holds nothing that anybody but the service could read", async () => {
  const record = await kept(given.answers[2]);
  const said = JSON.parse(new TextDecoder().decode(bodyOf(record)));
  assert.deepEqual(Object.keys(said), ["number", "record", "signature"]);
  assert.deepEqual([said.number, said.record], [3, base64url(record.content)]);
});

test("no two encryptions of one answer are alike", async () => {
  const [one, other] = [await kept(given.answers[0]), await kept(given.answers[0])];
  assert.notEqual(hex(one.content.subarray(0, 33)), hex(other.content.subarray(0, 33)));
  assert.notEqual(hex(one.content.subarray(33)), hex(other.content.subarray(33)));
});

test("file and codes say whose they are and carry the records as they were kept", async () => {
  const records = [await kept(given.answers[0]), await kept(given.answers[1])];
  const file = JSON.parse(await fileOf(device, pair, records));
  const point = await pointOf(pair);
  assert.deepEqual([file.format, file.campaign, file.kiosk, file.records], ["hailong kiosk file 3", "an-nhon-2024", 3, 2]);
  assert.equal(file.signing_key, base64url(point));
  assert.equal(file.voucher, base64url(await voucherOf(device, point)));
  for (const { content, signature } of records) {
    assert.ok(hex(unbase64url(file.encrypted)).includes(hex(signature) + content.length.toString(16).padStart(4, "0") + hex(content)));
  }
});

test("two records without a comment need one code at most, with a card and in a long campaign too", async () => {
  const [, full] = given.answers;
  for (const campaign of ["an-nhon-2024", "khao-sat-muc-do-hai-long-2026"]) {
    for (const many of [1, 2, 3, 10, 240]) {
      const records = await Promise.all(Array.from({ length: many }, (_none, at) => kept({ ...full, number: at + 1 })));
      const codes = await codesOf({ ...device, campaign }, pair, records);
      assert.ok(codes.length <= Math.ceil(many / 2), `${many} records, ${codes.length} codes`);
      assert.ok(codes.every((text) => /^HLK1\/[0-9A-F]{8}\/\d+\/\d+\//.test(text)));
    }
  }
});

test("portions keep the order, lose nothing and are never empty", () => {
  const records = Array.from({ length: 10 }, (_none, at) => new Uint8Array((10 - at) * 40).fill(at));
  const made = [...portions(records, 300)];
  assert.deepEqual(made.flat().map(([first]) => first), records.map(([first]) => first));
  assert.ok(made.length > 2 && made.every((portion) => portion.length > 0));
  for (const portion of made.filter(({ length }) => length > 1)) {
    assert.ok(portion.reduce((sum, record) => sum + record.length, 0) <= 300);
  }
  assert.deepEqual([...portions([])], []);
});

test("receipts: genuine ones are taken and forged ones are not", async () => {
  const isGenuine = ({ number, body, said }) =>
    genuineReceipt(unbase64url(service.receipts), device, { number }, utf8(body), said);
  for (const each of given.receipts.genuine) assert.equal(await isGenuine(each), true);
  for (const each of given.receipts.forged) assert.equal(await isGenuine(each), false, JSON.stringify(each.said));
});
