// What the device says to the service. An answer leaves the device only for a receipt that the service
// signed with this device's key over the very bytes that were sent.

import { base64url, get, mark, newKey, remove, waiting } from "./store.js";

const RECEIPT = "hailong kiosk receipt 1";
const EXIT = "hailong kiosk exit 1";
const PATIENCE = 20_000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 60_000;
const GONE = new Set(["kiosk_revoked", "kiosk_unknown"]);

const encoder = new TextEncoder();
const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const digest = async (bytes) => hex(await crypto.subtle.digest("SHA-256", bytes));

export class Refused extends Error {
  constructor(code, status) {
    super(code);
    this.code = code;
    this.status = status;
  }
}

export function unbase64url(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

async function ask(path, { device, body } = {}) {
  const headers = { Accept: "application/json" };
  if (device) headers.Authorization = `Kiosk ${device.campaign}/${device.number}/${device.key}`;
  if (body) headers["Content-Type"] = "application/json";
  const options = { method: body ? "POST" : "GET", headers, body, cache: "no-store", credentials: "omit" };
  const answer = await fetch(path, { ...options, redirect: "error", signal: AbortSignal.timeout(PATIENCE) });
  const said = await answer.json().catch(() => null);
  if (answer.ok && said) return said;
  throw new Refused(said?.code ?? "no_answer", answer.status);
}

// Turns the one-time link into a kiosk; cut off half-way, the same device may ask again with the same key.
export async function enrol(db, link, remember) {
  const [campaign, number, code] = link.split("/");
  let device = await get(db, "enrolling");
  if (device?.campaign !== campaign || device?.number !== Number(number)) {
    device = { campaign, number: Number(number), key: newKey(32) };
    await remember(device);
  }
  const key_hash = await digest(unbase64url(device.key));
  const body = JSON.stringify({ campaign, number: device.number, code, key_hash });
  return { device, settings: await ask("/kios/api/enrol", { body }) };
}

export function settings(device) {
  return ask("/kios/api/settings", { device });
}

export function beat(device, counts) {
  return ask("/kios/api/beat", { device, body: JSON.stringify(counts) });
}

export function screenCode(device) {
  return ask("/kios/api/screen-code", { device });
}

// The name of what is wrong with a card's code, or nothing; fails where nobody could be asked.
export async function cardRefusal(device, code) {
  try {
    await ask("/kios/api/card", { device, body: JSON.stringify({ code }) });
    return null;
  } catch (fault) {
    if (fault instanceof Refused && fault.code.startsWith("ticket_")) return fault.code;
    throw fault;
  }
}

export async function genuine(device, record, body, said) {
  const words = [RECEIPT, device.campaign, device.number, record.number, record.key, await digest(body)];
  return signed(device, [...words, said.receipt, said.state], said.signature);
}

async function signed(device, words, signature) {
  if (typeof signature !== "string") return false;
  const use = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", unbase64url(device.key), use, false, ["verify"]);
  return crypto.subtle.verify("HMAC", key, unhex(signature), encoder.encode(words.join("\n")));
}

// A code with which an administrator lets this kiosk be left, and whether that was done.
export function askExit(device) {
  return ask("/kios/api/exit", { device, body: "{}" });
}

export async function useExit(device, code) {
  const said = await ask("/kios/api/exit/use", { device, body: JSON.stringify({ code }) });
  return signed(device, [EXIT, device.campaign, device.number, code], said.signature);
}

// What a device that is no kiosk yet shows of its key, the digits to compare, and what it has become (or null).
// It shows the hash of the hash: with the hash itself the waiting records could be read and forged (see seal).
export async function shownHash(key) {
  const hash = await crypto.subtle.digest("SHA-256", unbase64url(key));
  return base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", hash)));
}

export async function matchOf(shown) {
  const hashed = await crypto.subtle.digest("SHA-256", encoder.encode(`hailong kiosk match ${shown}`));
  return String(new DataView(hashed).getUint32(0) % 10_000).padStart(4, "0");
}

export async function shownAs(key) {
  const said = await ask("/kios/api/shown", { device: { campaign: "", number: 0, key }, body: "{}" });
  return said.waits ? null : said;
}

// Sends one record: "kept", "later" (no network, no service, no genuine receipt) or "refused".
async function send(db, device, record) {
  const body = encoder.encode(JSON.stringify({ key: record.key, number: record.number, fields: record.fields, code: record.code }));
  try {
    const said = await ask("/kios/api/records", { device, body });
    if (!(await genuine(device, record, body, said))) return "later";
  } catch (fault) {
    if (GONE.has(fault.code)) throw fault;
    const final = fault instanceof Refused && fault.status >= 400 && fault.status < 500 && fault.status !== 429;
    if (!final) return "later";
    await mark(db, record, fault.code);
    return "refused";
  }
  await remove(db, record.key);
  return "kept";
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Sends what waits, one record after the other, in one tab at a time. After a failure it tries again with
// growing pauses; after `tries` failures in a row it gives up until it is called again.
export function flush(db, device, { tries = 4, first = FIRST_PAUSE, changed = () => {} } = {}) {
  return navigator.locks.request("hailong-kiosk-send", async () => {
    const records = await waiting(db);
    records.sort((one, other) => Boolean(one.refused) - Boolean(other.refused));
    let failures = 0;
    for (let at = 0; at < records.length;) {
      const outcome = await send(db, device, records[at]);
      changed();
      if (outcome === "later") {
        failures += 1;
        if (failures >= tries) return false;
        await pause(Math.min(first * 2 ** (failures - 1), LONGEST_PAUSE));
      } else {
        failures = 0;
        at += 1;
      }
    }
    return true;
  });
}

// Compares typed digits with what the service derived; works without a network.
export async function pinFits(pin, digits) {
  const key = await crypto.subtle.importKey("raw", encoder.encode(digits), "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: unhex(pin.salt), iterations: pin.rounds };
  return hex(await crypto.subtle.deriveBits(how, key, 256)) === pin.check;
}

// Encrypts what only the service is to read.
export async function seal(device, label, plain) {
  const hashed = await crypto.subtle.digest("SHA-256", unbase64url(device.key));
  const base = await crypto.subtle.importKey("raw", hashed, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const secret = await crypto.subtle.sign("HMAC", base, encoder.encode(label));
  const key = await crypto.subtle.importKey("raw", secret, "AES-GCM", false, ["encrypt"]);
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  return { nonce, closed: new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, key, plain)) };
}

// The waiting records as a file.
export async function sealed(db, device) {
  const format = "hailong kiosk file 1";
  const plain = (await waiting(db)).map(({ key, number, fields, code }) => ({ key, number, fields, code }));
  const { nonce, closed } = await seal(device, format, encoder.encode(JSON.stringify(plain)));
  let text = "";
  for (const byte of closed) text += String.fromCharCode(byte);
  const place = { campaign: device.campaign, kiosk: device.number, records: plain.length };
  return JSON.stringify({ format, ...place, nonce: base64url(nonce), sealed: btoa(text) });
}
