// What follows from a device's key and from the PIN: proofs of the service's word, and digits to compare. Pure: it needs a browser's cryptography and touches no page.

import { base64url, hex, unbase64url, unhex, utf8 } from "./bytes.js";

const EXIT = "hailong kiosk exit 1";
const HMAC = { name: "HMAC", hash: "SHA-256" };

/**
 * Hashes bytes.
 * @param {BufferSource} bytes any bytes
 * @returns {Promise<Uint8Array>} their SHA-256
 */
export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/**
 * Hashes a device's key, which is all that the service keeps of it.
 * @param {string} key the device's key as base64url
 * @returns {Promise<string>} the hash in hexadecimal digits
 */
export async function keyHash(key) {
  return hex(await sha256(unbase64url(key)));
}

/**
 * Tells whether the service signed that a code was granted and this kiosk may be left.
 * @param {object} device the campaign, number and key of the device
 * @param {string} code the code that the device showed
 * @param {string} signature what the service gave
 * @returns {Promise<boolean>} whether it is genuine
 */
export function genuineExit(device, code, signature) {
  return signed(device, [EXIT, device.campaign, device.number, code], signature);
}

async function signed(device, words, signature) {
  if (typeof signature !== "string") return false;
  const key = await crypto.subtle.importKey("raw", unbase64url(device.key), HMAC, false, ["verify"]);
  return crypto.subtle.verify("HMAC", key, unhex(signature), utf8(words.join("\n")));
}

/**
 * Says what a device that is no kiosk yet shows of its key: the hash of the hash, since with the hash itself a
 * signing key could be vouched for (see `voucherOf`).
 * @param {string} key the device's key as base64url
 * @returns {Promise<string>} what it shows, as base64url
 */
export async function shownHash(key) {
  return base64url(await sha256(await sha256(unbase64url(key))));
}

/**
 * Says the digits that device and phone both show, so that nobody grants what another device asks.
 * @param {string} shown what the device shows
 * @returns {Promise<string>} four digits
 */
export async function matchOf(shown) {
  const hashed = await sha256(utf8(`hailong kiosk match ${shown}`));
  return String(new DataView(hashed.buffer).getUint32(0) % 10_000).padStart(4, "0");
}

/**
 * Compares typed digits with what the service derived; works without a network.
 * @param {{salt: string, rounds: number, check: string}} pin what the service derived from the PIN
 * @param {string} digits what was typed
 * @returns {Promise<boolean>} whether they are the PIN
 */
export async function pinFits(pin, digits) {
  const key = await crypto.subtle.importKey("raw", utf8(digits), "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: unhex(pin.salt), iterations: pin.rounds };
  return hex(await crypto.subtle.deriveBits(how, key, 256)) === pin.check;
}
