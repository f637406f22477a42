// What a device kept before it encrypted: its queue in the clear. Everything moves over, encrypted, before anything
// else happens; then the former database goes, and what it ever held leaves the browser's files, too.

import { encryptedRecord } from "./keeping.js";
import { get, putAll } from "./store.js";

const NAME = "hailong-kiosk";
const SCHEMA = 2; // of a database that is no longer used: a page of the version before cannot open it
const SCRATCH = "hailong-kiosk-scratch";
const A_MINUTE = 60_000;

/**
 * Moves over what a former version of the page kept. Cut off anywhere, it goes on the next time.
 * @param {IDBDatabase} db the device's database, which has the service's keys
 * @returns {Promise<void>} settled once nothing is left in the clear
 */
export async function moveFormer(db) {
  const former = await open(NAME, SCHEMA);
  const held = [...former.objectStoreNames];
  if (!held.includes("queue")) return former.close();
  if (!(await get(db, "moved"))) await copy(former, db);
  former.close();
  return erase();
}

// First the records, one by one; then who the device is, and that all of it is here. So what was cut off begins anew.
async function copy(former, db) {
  const values = await all(former, "device");
  const { device, settings } = values;
  for (const record of Object.values(await all(former, "queue"))) {
    const { kept, refused, ...answer } = record;
    const place = { db, device, questionnaire: settings.questionnaire };
    const encrypted = { ...await encryptedRecord(place, answer, kept), ...(refused && { refused }) };
    await putAll(db, {}, [encrypted]);
  }
  await putAll(db, { ...values, moved: true });
}

function all(former, store) {
  return new Promise((resolve, reject) => {
    const transaction = former.transaction(store, "readonly");
    const found = {};
    transaction.onabort = () => reject(transaction.error);
    transaction.oncomplete = () => resolve(found);
    transaction.objectStore(store).openCursor().onsuccess = ({ target }) => {
      if (!target.result) return;
      found[target.result.key] = target.result.value;
      target.result.continue();
    };
  });
}

// Chromium deletes by writing that something is deleted; the bytes stay in its files until it merges them. It does so
// where a database was deleted, for the range of that database, with what lies in files by then: so the log is turned
// into a file first. The file that the merging replaced goes when the next database is deleted, or the one after, where
// something still read it; at the latest when the browser starts again.
async function erase() {
  await rewrite();
  await remove(NAME);
  (await open(NAME, SCHEMA)).close();
  await rewrite();
  setTimeout(() => rewrite().catch(() => {}), A_MINUTE);
}

async function rewrite() {
  (await open(SCRATCH, 1)).close();
  await remove(SCRATCH);
}

function open(name, version) {
  return new Promise((resolve, reject) => {
    const asking = indexedDB.open(name, version);
    asking.onupgradeneeded = () => {
      if (name === SCRATCH) asking.result.createObjectStore("empty");
    };
    asking.onerror = () => reject(asking.error);
    asking.onblocked = () => reject(new Error("blocked"));
    asking.onsuccess = () => {
      asking.result.onversionchange = () => asking.result.close();
      resolve(asking.result);
    };
  });
}

function remove(name) {
  return new Promise((resolve, reject) => {
    const asking = indexedDB.deleteDatabase(name);
    asking.onerror = () => reject(asking.error);
    asking.onblocked = resolve; // it goes once the other page has closed
    asking.onsuccess = resolve;
  });
}
