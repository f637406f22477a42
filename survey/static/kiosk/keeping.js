// A whole answer on its way to the device's disk: packed, encrypted for the service, signed with its number. In
// clear it is only in the page's memory, for as long as that takes.

import { unbase64url } from "./bytes.js";
import { encrypt } from "./cipher.js";
import { packed } from "./packing.js";
import { entryOf } from "./queue.js";
import { newSigningKey, signRecord } from "./signing.js";
import { add, forgetSent, get, newKey, putNew } from "./store.js";

/**
 * Gives the device's pair of signing keys, made the first time that somebody asks.
 * @param {IDBDatabase} db the device's database
 * @returns {Promise<CryptoKeyPair>} the pair
 */
export async function signingKey(db) {
  return (await get(db, "signing")) ?? putNew(db, "signing", await newSigningKey());
}

/**
 * Keeps a whole answer under a key made here and the next number. Nobody is thanked before it is on disk.
 * @param {IDBDatabase} db the device's database
 * @param {Record<string, string>} fields the answers by field
 * @param {number} now the device's clock
 * @param {string} code of a card, or ""
 * @returns {Promise<object>} the record as it is kept
 */
export async function keep(db, fields, now = Date.now(), code = "") {
  const key = newKey();
  for (;;) {
    const number = ((await get(db, "issued")) ?? 0) + 1;
    const record = await recordFor(db, { key, number, fields, code }, now);
    if (await addMakingRoom(db, record)) return record; // else another page took the number meanwhile
  }
}

// Where the disk is full, what the service has already makes room.
async function addMakingRoom(db, record) {
  try {
    return await add(db, record);
  } catch {
    await forgetSent(db, Infinity);
    return add(db, record);
  }
}

async function recordFor(db, answer, now) {
  const [device, settings] = [await get(db, "device"), await get(db, "settings")];
  return encryptedRecord({ db, device, questionnaire: settings.questionnaire }, answer, now);
}

/**
 * Makes of an answer what may lie on a disk.
 * @param {object} place db: the device's database, which has the service's keys; device; questionnaire
 * @param {{key: string, number: number, fields: Record<string, string>, code: string}} answer what was answered
 * @param {number} now the device's clock
 * @returns {Promise<object>} the record as it is kept
 */
export async function encryptedRecord({ db, device, questionnaire }, answer, now) {
  const service = unbase64url((await get(db, "service")).records);
  const entry = entryOf(device, answer.number, now);
  const content = await encrypt(service, entry.id, packed(questionnaire, answer));
  const signature = await signRecord(await signingKey(db), device, { number: answer.number, content });
  return { ...entry, content, signature };
}
