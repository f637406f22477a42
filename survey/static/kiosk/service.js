// What the device says to the service. A record is settled only by a receipt that the service signed with its own
// key over the very bytes that were sent.

import { sendInOrder } from "./backoff.js";
import { base64url, unbase64url } from "./bytes.js";
import { signingKey } from "./keeping.js";
import { genuineExit, keyHash } from "./keys.js";
import { inOrder, meaningOf, UNKNOWN_KEY } from "./queue.js";
import { bodyOf } from "./records.js";
import { genuineReceipt, pointOf, signCounts } from "./signing.js";
import { counts, forgetSent, get, mark, newKey, put, remove, settle, waiting } from "./store.js";

const PATIENCE = 20_000;

/** What the service has refused, by its code and the status of the answer. */
export class Refused extends Error {
  constructor(code, status) {
    super(code);
    this.code = code;
    this.status = status;
  }
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

/**
 * Turns the one-time link into a kiosk; cut off half-way, the same device may ask again with the same key.
 * @param {IDBDatabase} db the device's database
 * @param {string} link campaign, number and code
 * @param {(device: object) => Promise<void>} remember keeps the device's key before it is told
 * @returns {Promise<{device: object, settings: object}>} what the device has become
 */
export async function enrol(db, link, remember) {
  const [campaign, number, code] = link.split("/");
  let device = await get(db, "enrolling");
  if (device?.campaign !== campaign || device?.number !== Number(number)) {
    device = { campaign, number: Number(number), key: newKey(32) };
    await remember(device);
  }
  const body = JSON.stringify({ campaign, number: device.number, code, key_hash: await keyHash(device.key) });
  return { device, settings: await ask("/kios/api/enrol", { body }) };
}

/**
 * Asks for the counter, the rules and the frozen questionnaire.
 * @param {object} device the campaign, number and key of the device
 * @returns {Promise<object>} the settings
 */
export function settings(device) {
  return ask("/kios/api/settings", { device });
}

// Names the device's signing key, once: from then on the service takes nothing that it has not signed.
async function introduce(db, device) {
  if (await get(db, "reported")) return;
  const point = await pointOf(await signingKey(db));
  await ask("/kios/api/signing-key", { device, body: JSON.stringify({ signing_key: base64url(point) }) });
  await put(db, "reported", true).catch(() => {}); // the disk is full: it is named again the next time
}

/**
 * Tells what the device holds. No record is on its way meanwhile, so that the service may compare the numbers that it
 * has with the numbers that were given.
 * @param {IDBDatabase} db the device's database
 * @param {object} device the campaign, number and key of the device
 * @returns {Promise<{version: string}>} the present state of the kiosk's files
 */
export function heartbeat(db, device) {
  return alone(async () => {
    await introduce(db, device);
    const told = await counts(db);
    const signature = await signCounts(await signingKey(db), device, told);
    return ask("/kios/api/beat", { device, body: JSON.stringify({ ...told, signature }) });
  });
}

const alone = (act) => navigator.locks.request("hailong-kiosk-send", act);

/**
 * Asks for the code with which a citizen answers on a telephone.
 * @param {object} device the campaign, number and key of the device
 * @returns {Promise<object>} the code, its address and for how long it stands
 */
export function screenCode(device) {
  return ask("/kios/api/screen-code", { device });
}

/**
 * Asks whether a card can be answered with; fails where nobody could be asked.
 * @param {object} device the campaign, number and key of the device
 * @param {string} code of the card
 * @returns {Promise<string | null>} the name of what is wrong with it, or nothing
 */
export async function cardRefusal(device, code) {
  try {
    await ask("/kios/api/card", { device, body: JSON.stringify({ code }) });
    return null;
  } catch (fault) {
    if (fault instanceof Refused && fault.code.startsWith("ticket_")) return fault.code;
    throw fault;
  }
}

/**
 * Asks for a code with which an administrator lets this kiosk be left.
 * @param {object} device the campaign, number and key of the device
 * @returns {Promise<object>} the code, its address, the digits to compare and for how long it stands
 */
export function askExit(device) {
  return ask("/kios/api/exit", { device, body: "{}" });
}

/**
 * Asks whether that was done.
 * @param {object} device the campaign, number and key of the device
 * @param {string} code that the device shows
 * @returns {Promise<boolean>} whether the service signed that it was
 */
export async function useExit(device, code) {
  const said = await ask("/kios/api/exit/use", { device, body: JSON.stringify({ code }) });
  return genuineExit(device, code, said.signature);
}

/**
 * Asks what a device has become whose code hangs on its screen.
 * @param {string} key the device's key as base64url
 * @returns {Promise<object | null>} its settings, or null while it is no kiosk
 */
export async function shownAs(key) {
  const said = await ask("/kios/api/shown", { device: { campaign: "", number: 0, key }, body: "{}" });
  return said.waits ? null : said;
}

// Sends one record: "kept", "later" (no network, no service, no genuine receipt) or "refused".
async function send(db, device, record) {
  const body = bodyOf(record);
  try {
    await introduce(db, device);
    const said = await ask("/kios/api/records", { device, body });
    const service = unbase64url((await get(db, "service")).receipts);
    if (!(await genuineReceipt(service, device, record, body, said))) return "later";
  } catch (fault) {
    const meaning = meaningOf(fault);
    if (meaning === "gone") throw fault;
    if (fault.code === UNKNOWN_KEY) await put(db, "reported", false);
    if (meaning === "refused") await mark(db, record, fault.code);
    return meaning;
  }
  await settle(db, record).catch(() => remove(db, record)); // a full disk has no room for what the service has
  return "kept";
}

const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/**
 * Sends what waits, in one tab at a time.
 * @param {IDBDatabase} db the device's database
 * @param {object} device the campaign, number and key of the device
 * @param {object} how tries: failures in a row that end it; first: the first pause; changed: told after each attempt
 * @returns {Promise<boolean>} whether every record was settled
 */
export function flush(db, device, { tries = 4, first, changed = () => {} } = {}) {
  return alone(async () => {
    await forgetSent(db);
    const records = inOrder(await waiting(db));
    return sendInOrder(records, { send: (record) => send(db, device, record), wait, changed, tries, first });
  });
}
