// What the device keeps: who it is, and the answers that wait for the service's signed receipt.
// An answer and its number are written in one transaction that is on disk before anybody is thanked.

const NAME = "hailong-kiosk";
const SCHEMA = 1;
const GRAIN = 10 * 60 * 1000; // nothing finer says when an answer was given
const TOO_LONG = 2 * 60 * 60 * 1000;

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

export function get(db, name) {
  return work(db, "readonly", (device, _queue, done) => {
    const asking = device.get(name);
    asking.onsuccess = () => done(asking.result);
  });
}

export function put(db, name, value) {
  return work(db, "readwrite", (device) => device.put(value, name));
}

// Makes the device a kiosk; numbers begin at 1 again, so nothing of another kiosk may wait.
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

// Keeps a whole answer under a key made here and the next number, with the code of a card or none; returns the record.
export function keep(db, fields, now = Date.now(), code = "") {
  const key = newKey();
  return work(db, "readwrite", (device, queue, done) => {
    const asking = device.get("issued");
    asking.onsuccess = () => {
      const number = (asking.result ?? 0) + 1;
      const record = { key, number, fields, ...(code && { code }), kept: Math.ceil(now / GRAIN) * GRAIN };
      device.put(number, "issued");
      queue.add(record);
      done(record);
    };
  });
}

export function newKey(bytes = 16) {
  return base64url(crypto.getRandomValues(new Uint8Array(bytes)));
}

export function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function waiting(db) {
  return work(db, "readonly", (_device, queue, done) => {
    const asking = queue.getAll();
    asking.onsuccess = () => done(asking.result.sort((one, other) => one.number - other.number));
  });
}

// Deletes a record; only a genuine receipt is a reason to.
export function remove(db, key) {
  return work(db, "readwrite", (_device, queue) => queue.delete(key));
}

// Remembers why the service did not take a record; the record stays.
export function mark(db, record, code) {
  return work(db, "readwrite", (_device, queue) => queue.put({ ...record, refused: code }));
}

export async function counts(db, now = Date.now()) {
  const [records, issued] = await Promise.all([waiting(db), get(db, "issued")]);
  // A record of the future was kept by a clock that was wrong: nobody knows for how long it has waited.
  const overdue = records.filter(({ kept }) => now - kept > TOO_LONG || kept - now > 2 * GRAIN).length;
  return { issued: issued ?? 0, waiting: records.length, overdue };
}
