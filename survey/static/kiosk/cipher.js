// Encrypts a record so that only the service reads it: not the device, which throws away what it did it with.
// survey/services/kiosks/encrypted_records.py opens it. Pure: it needs a browser's cryptography and touches no page.

import { utf8 } from "./bytes.js";

const PURPOSE = "hailong kiosk record 1\n";
const CURVE = { name: "ECDH", namedCurve: "P-256" };
const KEY_BYTES = 32;
const NONCE_BYTES = 12;

/**
 * Writes a point of the curve in 33 bytes instead of 65.
 * @param {Uint8Array} point as browsers write it
 * @returns {Uint8Array} which of the two it is, and where
 */
export function compressed(point) {
  return Uint8Array.of(2 + (point[64] & 1), ...point.subarray(1, 33));
}

/**
 * Encrypts what only the service is to read.
 * @param {Uint8Array} service the point of the service's key for records
 * @param {string} place of the record: campaign, kiosk and number, which nobody can exchange afterwards
 * @param {Uint8Array} plain what is to be read
 * @returns {Promise<Uint8Array>} a point of its own, then what was encrypted
 */
export async function encrypt(service, place, plain) {
  const theirs = await crypto.subtle.importKey("raw", service, CURVE, false, []);
  const ours = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  const point = compressed(new Uint8Array(await crypto.subtle.exportKey("raw", ours.publicKey)));
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, ours.privateKey, 256);
  const derived = await expanded(shared, [...point, ...compressed(service)]);
  const key = await crypto.subtle.importKey("raw", derived.subarray(0, KEY_BYTES), "AES-GCM", false, ["encrypt"]);
  const how = { name: "AES-GCM", iv: derived.subarray(KEY_BYTES), additionalData: utf8(place) };
  return Uint8Array.of(...point, ...new Uint8Array(await crypto.subtle.encrypt(how, key, plain)));
}

async function expanded(shared, points) {
  const base = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveBits"]);
  const info = Uint8Array.of(...utf8(PURPOSE), ...points);
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info };
  return new Uint8Array(await crypto.subtle.deriveBits(how, base, (KEY_BYTES + NONCE_BYTES) * 8));
}
