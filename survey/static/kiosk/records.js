// Records on their way out of the device: as the body of a request, as a file, as a series of codes. File and
// codes are encrypted for the service alone. Pure: it touches neither the page nor what the device keeps.

import { base64url, utf8 } from "./bytes.js";
import { framed } from "./frames.js";
import { seal } from "./keys.js";

const FORMAT = "hailong kiosk file 1";
const PACKED_FORMAT = "hailong kiosk file 2"; // where the browser can pack
const A_SERIES = 40_000; // letters of records, so that nobody has to take more than a few dozen codes in one go

const leaving = ({ key, number, fields, code }) => ({ key, number, fields, code });

/**
 * Writes a record as the service takes it: no hour and no refusal leaves the device with it.
 * @param {object} record a record as the device keeps it
 * @returns {Uint8Array} the body of the request
 */
export function bodyOf(record) {
  return utf8(JSON.stringify(leaving(record)));
}

/**
 * Writes records as a file for the service alone.
 * @param {object} device the campaign, number and key of the device
 * @param {object[]} records what waits
 * @param {Uint8Array} [nonce] fresh random bytes; given only where a test must know them
 * @returns {Promise<string>} the file's text
 */
export async function sealedFile(device, records, nonce) {
  const plain = records.map(leaving);
  const sealed = await seal(device, FORMAT, utf8(JSON.stringify(plain)), nonce);
  let text = "";
  for (const byte of sealed.closed) text += String.fromCharCode(byte);
  const place = { campaign: device.campaign, kiosk: device.number, records: plain.length };
  return JSON.stringify({ format: FORMAT, ...place, nonce: base64url(sealed.nonce), sealed: btoa(text) });
}

/**
 * Writes records as series of codes for the service alone.
 * @param {object} device the campaign, number and key of the device
 * @param {object[]} records what waits
 * @returns {Promise<string[]>} the text of every code, series after series
 */
export async function sealedCodes(device, records) {
  const made = [];
  for (const portion of portions(records)) made.push(...await framed(await sealedSeries(device, portion)));
  return made;
}

/**
 * Divides records among series, each of which somebody can scan in one go.
 * @param {object[]} records what waits
 * @param {number} most letters of records in a series
 * @yields {object[]} the records of one series, at least one
 */
export function* portions(records, most = A_SERIES) {
  let portion = [];
  let size = 0;
  for (const record of records.map(leaving)) {
    const length = JSON.stringify(record).length;
    if (portion.length && size + length > most) {
      yield portion;
      [portion, size] = [[], 0];
    }
    portion.push(record);
    size += length;
  }
  if (portion.length) yield portion;
}

/**
 * Packs and encrypts the records of one series.
 * @param {object} device the campaign, number and key of the device
 * @param {object[]} records the records of the series
 * @param {Uint8Array} [nonce] fresh random bytes; given only where a test must know them
 * @returns {Promise<Uint8Array>} a line of JSON that says whose they are, and what only the service can read
 */
export async function sealedSeries(device, records, nonce) {
  const plain = utf8(JSON.stringify(records));
  const packs = typeof CompressionStream === "function";
  const format = packs ? PACKED_FORMAT : FORMAT;
  const sealed = await seal(device, format, packs ? await packed(plain) : plain, nonce);
  const head = { format, campaign: device.campaign, kiosk: device.number, nonce: base64url(sealed.nonce) };
  return new Uint8Array([...utf8(`${JSON.stringify(head)}\n`), ...sealed.closed]);
}

async function packed(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
