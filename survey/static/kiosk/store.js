// What the device keeps: who it is, and the answers that wait for the service's signed receipt.
// An answer and its number are written in one transaction that is on disk before anybody is thanked.

import { base64url } from "./bytes.js";
import { countsOf, recordOf } from "./queue.js";

const NAME = "hailong-kiosk";
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
      if (!stores.contains("queue")) asking.result.createObjectStore("queue", { keyPath: "key" });
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
    const transaction = db.transaction(["device", "queue"], mode, { durability: "strict" });
    let result;
    transaction.oncomplete = () => resolve(result);
    transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
    act(transaction.objectStore("device"), transaction.objectStore("queue"), (value) => { result = value; });
  });
}

/**
 * Reads a value of the device.
 * @param {IDBDatabase} db the device's database
 * @param {string} name of the value
 * @returns {Promise<any>} the value, undefined where there is none
 */
export function get(db, name) {
  return work(db, "readonly", (device, _queue, done) => {
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
  return work(db, "readwrite", (store, queue, done) => {
    const counting = queue.count();
    counting.onsuccess = () => {
      if (counting.result) return done(false);
      store.put(device, "device");
      store.put(settings, "settings");
      store.put(0, "issued");
      store.delete("enrolling");
      store.delete("shown");
      return done(true);
    };
  });
}

/**
 * Keeps a whole answer under a key made here and the next number, in one transaction.
 * @param {IDBDatabase} db the device's database
 * @param {Record<string, string>} fields the answers by field
 * @param {number} now the device's clock
 * @param {string} code of a card, or ""
 * @returns {Promise<object>} the record
 */
export function keep(db, fields, now = Date.now(), code = "") {
  const key = newKey();
  return work(db, "readwrite", (device, queue, done) => {
    const asking = device.get("issued");
    asking.onsuccess = () => {
      const number = (asking.result ?? 0) + 1;
      const record = recordOf({ key, number, fields, code }, now);
      device.put(number, "issued");
      queue.add(record);
      done(record);
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
  return work(db, "readonly", (_device, queue, done) => {
    const asking = queue.getAll();
    asking.onsuccess = () => done(asking.result.sort((one, other) => one.number - other.number));
  });
}

/**
 * Deletes a record; only a genuine receipt is a reason to.
 * @param {IDBDatabase} db the device's database
 * @param {string} key of the record
 * @returns {Promise<void>} settled once it is on disk
 */
export function remove(db, key) {
  return work(db, "readwrite", (_device, queue) => queue.delete(key));
}

/**
 * Remembers why the service did not take a record; the record stays.
 * @param {IDBDatabase} db the device's database
 * @param {object} record the record
 * @param {string} code of the refusal
 * @returns {Promise<void>} settled once it is on disk
 */
export function mark(db, record, code) {
  return work(db, "readwrite", (_device, queue) => queue.put({ ...record, refused: code }));
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
