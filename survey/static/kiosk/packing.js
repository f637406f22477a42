// A whole answer as a few bytes: its marks, not the fields of a form, in one of a few sizes, since the length of a
// comment would tell whose it is. survey/services/kiosks/encrypted_records.py reads it. Pure: it touches no page.

import { ALPHABET, LENGTH } from "./cardcode.js";
import { base64url, unbase64url, utf8 } from "./bytes.js";
import { fieldsOf } from "./steps.js";

const MARKS = 1;
const FIELDS = 2;
const KEY_BYTES = 16;
const CODE_BYTES = 8;
const WITH_CODE = 1n << 60n;
const MARK = /^[0-5]$/;
const BLANK = 15;
const SIZES = [256, 512, 1024, 2048, 4096, 16_000]; // of what has a comment; what has none is of one size by itself

/**
 * Packs an answer.
 * @param {object} q the questionnaire as the service tells it
 * @param {{key: string, fields: Record<string, string>, code: string}} answer its idempotency key, its answers by field, the code of a card or ""
 * @returns {Uint8Array} what is encrypted
 */
export function packed(q, answer) {
  const marks = asMarks(q, answer);
  if (!marks) return padded(asFields(answer));
  return answer.fields.comment ? padded(marks) : marks;
}

function asMarks(q, { key, fields, code = "" }) {
  const { rated, about } = fieldsOf(q);
  const known = new Set([...rated, ...about, "comment"]);
  const bytes = keyBytes(key);
  const fits = Object.keys(fields).every((name) => known.has(name))
    && rated.every((name) => !fields[name] || MARK.test(fields[name]))
    && about.every((name) => !fields[name] || /^[!-~]$/.test(fields[name]))
    && (!code || isCode(code));
  if (!bytes || !fits) return null;
  const comment = utf8(fields.comment ?? "");
  return Uint8Array.of(
    MARKS, ...bytes, ...codeBytes(code), rated.length, about.length,
    ...nibbles(rated.map((name) => (fields[name] ? Number(fields[name]) : BLANK))),
    ...about.map((name) => (fields[name] || "-").charCodeAt(0)),
    comment.length >> 8, comment.length & 255, ...comment,
  );
}

// What was kept for another questionnaire, or by another hand: as it is, and as secret.
function asFields({ key, fields, code = "" }) {
  const text = utf8(JSON.stringify({ key, fields, ...(code && { code }) }));
  return Uint8Array.of(FIELDS, text.length >> 8, text.length & 255, ...text);
}

function padded(bytes) {
  const whole = new Uint8Array(SIZES.find((size) => size >= bytes.length) ?? bytes.length);
  whole.set(bytes);
  return whole;
}

function keyBytes(key) {
  try {
    const bytes = unbase64url(key);
    return bytes.length === KEY_BYTES && base64url(bytes) === key ? bytes : null;
  } catch {
    return null;
  }
}

function isCode(code) {
  return code.length === LENGTH && [...code].every((letter) => ALPHABET.includes(letter));
}

function codeBytes(code) {
  const bytes = new Uint8Array(CODE_BYTES);
  let number = WITH_CODE;
  for (const letter of code) number = (number & WITH_CODE) | (((number & (WITH_CODE - 1n)) << 5n) | BigInt(ALPHABET.indexOf(letter)));
  if (code) new DataView(bytes.buffer).setBigUint64(0, number);
  return bytes;
}

function nibbles(values) {
  const bytes = new Uint8Array(Math.ceil(values.length / 2)).fill((BLANK << 4) | BLANK);
  values.forEach((value, at) => {
    const shift = at % 2 ? 0 : 4;
    bytes[at >> 1] = (bytes[at >> 1] & ~(15 << shift)) | (value << shift);
  });
  return bytes;
}
