// Who said it: the device signs what it sends with a key that no script can take out of the browser, and checks that
// the service signed a receipt. survey/services/kiosks/signatures.py is the other side. Pure: it touches no page.

import { base64url, hex, unbase64url, utf8 } from "./bytes.js";
import { compressed } from "./cipher.js";
import { sha256 } from "./keys.js";

const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const ECDSA = { name: "ECDSA", hash: "SHA-256" };
const RECORD = "hailong kiosk record 1";
const HEARTBEAT = "hailong kiosk heartbeat 1";
const RECEIPT = "hailong kiosk receipt 2";
const VOUCHER = "hailong kiosk signing key 1\n";
const VOUCHER_BYTES = 16;

/**
 * Makes the pair of keys with which a device signs; its private half stays in the browser.
 * @returns {Promise<CryptoKeyPair>} the pair
 */
export function newSigningKey() {
  return crypto.subtle.generateKey(CURVE, false, ["sign", "verify"]);
}

/**
 * Writes the public half of a pair.
 * @param {CryptoKeyPair} pair the device's
 * @returns {Promise<Uint8Array>} its point, compressed
 */
export async function pointOf(pair) {
  return compressed(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
}

/**
 * Signs a record with its number and whose it is.
 * @param {CryptoKeyPair} pair the device's
 * @param {{campaign: string, number: number}} device whose record it is
 * @param {{number: number, content: Uint8Array}} record its number and what was encrypted
 * @returns {Promise<Uint8Array>} the signature
 */
export function signRecord(pair, device, record) {
  const place = utf8([RECORD, device.campaign, device.number, record.number, ""].join("\n"));
  return sign(pair, Uint8Array.of(...place, ...record.content));
}

/**
 * Signs what a device says of itself.
 * @param {CryptoKeyPair} pair the device's
 * @param {{campaign: string, number: number}} device who says it
 * @param {{issued: number, waiting: number, overdue: number}} counts what it says
 * @returns {Promise<string>} the signature as base64url
 */
export async function signCounts(pair, device, { issued, waiting, overdue }) {
  const words = [HEARTBEAT, device.campaign, device.number, issued, waiting, overdue];
  return base64url(await sign(pair, utf8(words.join("\n"))));
}

/**
 * Vouches for the device's signing key with the key that the service knows the hash of, where a file names both.
 * @param {{key: string}} device the device's other key
 * @param {Uint8Array} point the public half of the signing key
 * @returns {Promise<Uint8Array>} what only the device and the service can make
 */
export async function voucherOf(device, point) {
  const hashed = await sha256(unbase64url(device.key));
  const key = await crypto.subtle.importKey("raw", hashed, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const whole = await crypto.subtle.sign("HMAC", key, Uint8Array.of(...utf8(VOUCHER), ...point));
  return new Uint8Array(whole).subarray(0, VOUCHER_BYTES);
}

/**
 * Tells whether the service signed a receipt for this device, this record and the very bytes that were sent.
 * @param {Uint8Array} service the point of the service's key for receipts
 * @param {{campaign: string, number: number}} device who sent it
 * @param {{number: number}} record which one
 * @param {Uint8Array} body the bytes that were sent
 * @param {{state: string, signature: string}} said what the service answered
 * @returns {Promise<boolean>} whether it is genuine
 */
export async function genuineReceipt(service, device, record, body, said) {
  const signature = read(said.signature);
  if (!signature) return false;
  const words = [RECEIPT, device.campaign, device.number, record.number, hex(await sha256(body)), said.state];
  const key = await crypto.subtle.importKey("raw", service, CURVE, false, ["verify"]);
  return crypto.subtle.verify(ECDSA, key, signature, utf8(words.join("\n")));
}

async function sign(pair, bytes) {
  return new Uint8Array(await crypto.subtle.sign(ECDSA, pair.privateKey, bytes));
}

function read(signature) {
  try {
    return typeof signature === "string" ? unbase64url(signature) : null;
  } catch {
    return null;
  }
}
