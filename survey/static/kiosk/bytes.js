// Bytes as text and back, in the few alphabets that the device and the service speak: pure, it touches no page.

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

const encoder = new TextEncoder();

/**
 * Writes a text in UTF-8.
 * @param {string} text any text
 * @returns {Uint8Array} its bytes
 */
export function utf8(text) {
  return encoder.encode(text);
}

/**
 * Writes bytes as hexadecimal digits.
 * @param {ArrayBuffer | Uint8Array} bytes any bytes
 * @returns {string} two small digits for each
 */
export function hex(bytes) {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Reads what `hex` wrote.
 * @param {string} text two digits for each byte
 * @returns {Uint8Array} the bytes
 */
export function unhex(text) {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/**
 * Writes bytes for addresses and JSON: RFC 4648 without padding.
 * @param {Uint8Array} bytes any bytes
 * @returns {string} letters that need no escaping
 */
export function base64url(bytes) {
  let text = ""; // one letter at a time: a file is longer than what a function takes as arguments
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * Reads what `base64url` wrote.
 * @param {string} text its letters
 * @returns {Uint8Array} the bytes
 */
export function unbase64url(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

/**
 * Writes bytes for QR codes, which hold these letters more densely than any others that a scanner can type:
 * RFC 4648 without padding.
 * @param {Uint8Array} bytes any bytes
 * @returns {string} capital letters and digits
 */
export function base32(bytes) {
  let text = "";
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += LETTERS[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return bits ? text + LETTERS[(held << (5 - bits)) & 31] : text;
}
