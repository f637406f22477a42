// Bytes as a series of texts for QR codes: every text says its number and carries a check of its own, so that a
// reader may take them in any order. survey/services/kiosks/qr_frames.py joins them again. Pure: it touches no page.

import { base32, hex, utf8 } from "./bytes.js";
import { sha256 } from "./keys.js";

const MARK = "HLK1";
const A_CODE = 720; // letters: version 15 at low correction, which a phone reads off a tablet's clean, bright screen

/**
 * Cuts bytes into the texts of a series.
 * @param {Uint8Array} whole what the series is to say
 * @returns {Promise<string[]>} the text of every code, in order
 */
export async function framed(whole) {
  const name = (await hash(whole)).slice(0, 8);
  const letters = base32(whole);
  const count = Math.ceil(letters.length / A_CODE);
  const parts = Array.from({ length: count }, (_none, at) => letters.slice(at * A_CODE, (at + 1) * A_CODE));
  return Promise.all(parts.map(async (part, at) => {
    const check = (await hash(utf8(`${name}/${at + 1}/${count}/${part}`))).slice(0, 6);
    return [MARK, name, at + 1, count, check, part].join("/");
  }));
}

async function hash(bytes) {
  return hex(await sha256(bytes)).toUpperCase();
}
