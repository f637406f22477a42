// The waiting records as series of QR codes, for a device that has neither network nor a way for files. They
// are packed and encrypted for the service alone; every code says its number and carries a check of its own.

import { el, fill } from "./dom.js";
import { qr } from "./qr.js";
import { seal } from "./service.js";
import { base64url, waiting } from "./store.js";

const FORMAT = "hailong kiosk file 1";
const PACKED_FORMAT = "hailong kiosk file 2"; // where the browser can pack
const MARK = "HLK1";
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const A_CODE = 560; // letters: version 15 at medium correction, which a phone reads off a tablet at arm's length
const A_SERIES = 40_000; // letters of records, so that nobody has to take more than a few dozen codes in one go

const encoder = new TextEncoder();

// Returns the text of every code, series after series.
export async function codes(db, device) {
  const made = [];
  for (const records of portions(await waiting(db))) made.push(...await series(device, records));
  return made;
}

function* portions(records) {
  let portion = [];
  let size = 0;
  for (const { key, number, fields, code } of records) {
    const record = { key, number, fields, code };
    const length = JSON.stringify(record).length;
    if (portion.length && size + length > A_SERIES) {
      yield portion;
      [portion, size] = [[], 0];
    }
    portion.push(record);
    size += length;
  }
  if (portion.length) yield portion;
}

async function series(device, records) {
  const plain = encoder.encode(JSON.stringify(records));
  const packs = typeof CompressionStream === "function";
  const format = packs ? PACKED_FORMAT : FORMAT;
  const { nonce, closed } = await seal(device, format, packs ? await packed(plain) : plain);
  const head = { format, campaign: device.campaign, kiosk: device.number, nonce: base64url(nonce) };
  const whole = new Uint8Array([...encoder.encode(`${JSON.stringify(head)}\n`), ...closed]);
  const name = (await hash(whole)).slice(0, 8);
  const letters = base32(whole);
  const count = Math.ceil(letters.length / A_CODE);
  const parts = Array.from({ length: count }, (_none, at) => letters.slice(at * A_CODE, (at + 1) * A_CODE));
  return Promise.all(parts.map(async (part, at) => {
    const check = (await hash(encoder.encode(`${name}/${at + 1}/${count}/${part}`))).slice(0, 6);
    return [MARK, name, at + 1, count, check, part].join("/");
  }));
}

async function packed(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function hash(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("").toUpperCase();
}

// RFC 4648 without padding: QR codes hold these letters more densely than any others that a scanner can type.
function base32(bytes) {
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

// Shows one code after the other, as fast as the person who scans them taps.
export function showCodes({ texts, words, show, done }) {
  let at = 0;
  const draw = () => {
    const step = fill(words.codes_step, { step: at + 1, steps: texts.length });
    const last = at === texts.length - 1;
    const button = (label, kind, act) => el("button", { type: "button", class: kind, onclick: act }, label);
    show([el("div", { class: "phone-page" },
      el("h1", { tabindex: "-1" }, step),
      el("div", { class: "code-place" }, qr(texts[at], step), el("p", {}, words.codes_how)))],
    [button(at ? words.back : words.cancel, "second", at ? () => { at -= 1; draw(); } : done),
      button(last ? words.done : words.codes_next, "first", last ? done : () => { at += 1; draw(); })]);
  };
  draw();
}
