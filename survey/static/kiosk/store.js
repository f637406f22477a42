// What the device keeps: who it is, and the records that the service has not acknowledged, or only lately. A record
// and its number are written in one transaction that is on disk before anybody is thanked. What is written here stays
// in the browser's files for long after it was deleted: so no answer may ever stand here, but encrypted.

import { base64url } from "./bytes.js";
import { countsOf, isOver, sentOf, waits } from "./queue.js";

const NAME = "hailong-kiosk-records"; // what former.js empties had another
const SCHEMA = 1;

/**
 * Opens what the device keeps.
 * @returns {Promise<IDBDatabase>} the device's database
 */
export function open() {
  return new Promise((resolve, reject) => {
    const asking = indexedDB.open(NAME, SCHEMA);
    asking.onupgradeneeded = () => {
      // A later schema adds to what is there and empties nothing: the queue outlives every version.
      const stores = asking.result.objectStoreNames;
      if (!stores.contains("device")) asking.result.createObjectStore("device");
      if (!stores.contains("records")) asking.result.createObjectStore("records", { keyPath: "id" });
    };
    asking.onerror = () => reject(asking.error);
    asking.onblocked = () => reject(new Error("blocked"));
    asking.onsuccess = () => {
      asking.result.onversionchange = () => asking.result.close();
      resolve(asking.result);
    };
  });
}

function work(db, mode, act) {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(["device", "records"], mode, { durability: "strict" });
    let result;
    transaction.oncomplete = () => resolve(result);
    transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
    act(transaction.objectStore("device"), transaction.objectStore("records"), (value) => { result = value; });
  });
}

/**
 * Reads a value of the device.
 * @param {IDBDatabase} db the device's database
 * @param {string} name of the value
 * @returns {Promise<any>} the value, undefined where there is none
 */
export function get(db, name) {
  return work(db, "readonly", (device, _records, done) => {
    const asking = device.get(name);
    asking.onsuccess = () => done(asking.result);
  });
}

/**
 * Keeps a value of the device.
 * @param {IDBDatabase} db the device's database
 * @param {string} name of the value
 * @param {any} value what is kept
 * @returns {Promise<void>} settled once it is on disk
 */
export function put(db, name, value) {
  return work(db, "readwrite", (device) => device.put(value, name));
}

/**
 * Makes the device a kiosk; numbers begin at 1 again, so nothing of another kiosk may wait.
 * @param {IDBDatabase} db the device's database
 * @param {object} device the campaign, number and key of the device
 * @param {object} settings what the service told it
 * @returns {Promise<boolean>} whether it is that kiosk now
 */
export function bind(db, device, settings) {
  return work(db, "readwrite", (store, records, done) => {
    const asking = records.getAll();
    asking.onsuccess = () => {
      if (asking.result.some(waits)) return done(false);
      store.put(device, "device");
      store.put(settings, "settings");
      store.put(0, "issued");
      store.delete("enrolling");
      store.delete("shown");
      store.delete("signing"); // another kiosk signs with another key,
      store.delete("reported"); // which the service has to learn
      return done(true);
    };
  });
}

/**
 * Keeps a value of the device unless there is one.
 * @param {IDBDatabase} db the device's database
 * @param {string} name of the value
 * @param {any} value what is kept
 * @returns {Promise<any>} what is kept by now
 */
export function putNew(db, name, value) {
  return work(db, "readwrite", (device, _records, done) => {
    const asking = device.get(name);
    asking.onsuccess = () => {
      if (asking.result === undefined) device.put(value, name);
      done(asking.result ?? value);
    };
  });
}

/**
 * Keeps many values and records at once: all or none.
 * @param {IDBDatabase} db the device's database
 * @param {Record<string, any>} values of the device, by name
 * @param {object[]} kept records, in place of such with the same label
 * @returns {Promise<void>} settled once they are on disk
 */
export function putAll(db, values, kept = []) {
  return work(db, "readwrite", (device, records) => {
    for (const [name, value] of Object.entries(values)) device.put(value, name);
    for (const record of kept) records.put(record);
  });
}

/**
 * Keeps a record whose number is the next one, and counts it, in one transaction.
 * @param {IDBDatabase} db the device's database
 * @param {object} record as it is kept
 * @returns {Promise<boolean>} whether its number was still the next one
 */
export function add(db, record) {
  return work(db, "readwrite", (device, records, done) => {
    const asking = device.get("issued");
    asking.onsuccess = () => {
      if (record.number !== (asking.result ?? 0) + 1) return done(false);
      device.put(record.number, "issued");
      records.add(record);
      return done(true);
    };
  });
}

/**
 * Makes a random name or secret.
 * @param {number} bytes how many
 * @returns {string} as base64url
 */
export function newKey(bytes = 16) {
  return base64url(crypto.getRandomValues(new Uint8Array(bytes)));
}

/**
 * Reads the queue.
 * @param {IDBDatabase} db the device's database
 * @returns {Promise<object[]>} the records that wait, by number
 */
export function waiting(db) {
  return work(db, "readonly", (_device, records, done) => {
    const asking = records.getAll();
    asking.onsuccess = () => done(asking.result.filter(waits).sort((one, other) => one.number - other.number));
  });
}

/**
 * Notes that the service has a record; only a genuine receipt is a reason to.
 * @param {IDBDatabase} db the device's database
 * @param {object} record as it is kept
 * @param {number} now the device's clock
 * @returns {Promise<void>} settled once it is on disk
 */
export function settle(db, record, now = Date.now()) {
  return work(db, "readwrite", (_device, records) => records.put(sentOf(record, now)));
}

/**
 * Deletes a record that the service has.
 * @param {IDBDatabase} db the device's database
 * @param {object} record as it is kept
 * @returns {Promise<void>} settled once that is on disk
 */
export function remove(db, record) {
  return work(db, "readwrite", (_device, records) => records.delete(record.id));
}

/**
 * Deletes the records that the service has had for long enough.
 * @param {IDBDatabase} db the device's database
 * @param {number} now the device's clock
 * @returns {Promise<void>} settled once that is on disk
 */
export function forgetSent(db, now = Date.now()) {
  return work(db, "readwrite", (_device, records) => {
    const asking = records.getAll();
    asking.onsuccess = () => {
      for (const record of asking.result.filter((each) => isOver(each, now))) records.delete(record.id);
    };
  });
}

/**
 * Remembers why the service did not take a record; the record stays.
 * @param {IDBDatabase} db the device's database
 * @param {object} record the record
 * @param {string} code of the refusal
 * @returns {Promise<void>} settled once it is on disk
 */
export function mark(db, record, code) {
  return work(db, "readwrite", (_device, records) => records.put({ ...record, refused: code }));
}

/**
 * Counts what the device holds.
 * @param {IDBDatabase} db the device's database
 * @param {number} now the device's clock
 * @returns {Promise<object>} what `countsOf` makes of it
 */
export async function counts(db, now = Date.now()) {
  const [records, issued] = await Promise.all([waiting(db), get(db, "issued")]);
  return countsOf(records, issued, now);
}
