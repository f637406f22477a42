// Records on their way out of the device: as the body of a request, as a file, as a series of codes. Each was
// encrypted for the service and signed when it was kept; survey/services/kiosks/backup_files.py reads what is written
// here, and what devices wrote before. Pure: it touches neither the page nor what the device keeps.

import { base64url, utf8 } from "./bytes.js";
import { framed } from "./frames.js";
import { pointOf, voucherOf } from "./signing.js";

const FORMAT = "hailong kiosk file 3";
const SERIES = 3; // with which a series of codes in that format begins
const A_SERIES = 18_000; // bytes, so that nobody has to take more than a few dozen codes in one go

/**
 * Writes a record as the service takes it: no hour and no refusal leaves the device with it.
 * @param {object} record a record as the device keeps it
 * @returns {Uint8Array} the body of the request
 */
export function bodyOf({ number, content, signature }) {
  return utf8(JSON.stringify({ number, record: base64url(content), signature: base64url(signature) }));
}

/**
 * Writes records as a file for the service alone.
 * @param {object} device the campaign, number and key of the device
 * @param {CryptoKeyPair} pair with which it signed them
 * @param {object[]} records what waits
 * @returns {Promise<string>} the file's text
 */
export async function fileOf(device, pair, records) {
  const point = await pointOf(pair);
  const proof = { signing_key: base64url(point), voucher: base64url(await voucherOf(device, point)) };
  const place = { campaign: device.campaign, kiosk: device.number, records: records.length };
  return JSON.stringify({ format: FORMAT, ...place, ...proof, encrypted: base64url(joined(records.map(bytesOf))) });
}

/**
 * Writes records as series of codes for the service alone.
 * @param {object} device the campaign, number and key of the device
 * @param {CryptoKeyPair} pair with which it signed them
 * @param {object[]} records what waits
 * @returns {Promise<string[]>} the text of every code, series after series
 */
export async function codesOf(device, pair, records) {
  const point = await pointOf(pair);
  const head = joined([
    [SERIES, device.campaign.length], utf8(device.campaign), uint(device.number, 4), point, await voucherOf(device, point),
  ]);
  const made = [];
  for (const portion of portions(records.map(bytesOf))) made.push(...await framed(joined([head, ...portion])));
  return made;
}

/**
 * Divides records among series, each of which somebody can scan in one go.
 * @param {Uint8Array[]} records as they are written
 * @param {number} most bytes of records in a series
 * @yields {Uint8Array[]} the records of one series, at least one
 */
export function* portions(records, most = A_SERIES) {
  let portion = [];
  let size = 0;
  for (const record of records) {
    if (portion.length && size + record.length > most) {
      yield portion;
      [portion, size] = [[], 0];
    }
    portion.push(record);
    size += record.length;
  }
  if (portion.length) yield portion;
}

function bytesOf({ number, signature, content }) {
  return joined([uint(number, 4), signature, uint(content.length, 2), content]);
}

function uint(value, bytes) {
  return Array.from({ length: bytes }, (_none, at) => (value >>> (8 * (bytes - 1 - at))) & 255);
}

function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
