// Sending in order, with growing pauses after failures: pure, the caller says how to send and how to wait.

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 60_000;

/**
 * Says how long to wait after failures in a row.
 * @param {number} failures how many, at least one
 * @param {number} first the pause after the first one
 * @returns {number} milliseconds
 */
export function pauseAfter(failures, first = FIRST_PAUSE) {
  return Math.min(first * 2 ** (failures - 1), LONGEST_PAUSE);
}

/**
 * Sends records one after the other. After a failure the same one is tried again; after `tries` failures in a
 * row the sending ends until it is asked for anew.
 * @param {object[]} records in the order of sending
 * @param {object} how send(record) gives "kept", "refused" or "later"; wait(ms); changed() after each; tries; first
 * @returns {Promise<boolean>} whether every record was settled
 */
export async function sendInOrder(records, { send, wait, changed, tries, first }) {
  let failures = 0;
  for (let at = 0; at < records.length;) {
    const outcome = await send(records[at]);
    changed();
    if (outcome === "later") {
      failures += 1;
      if (failures >= tries) return false;
      await wait(pauseAfter(failures, first));
    } else {
      failures = 0;
      at += 1;
    }
  }
  return true;
}

/**
 * Makes an act that runs once at a time: asked for meanwhile, it runs once more afterwards, however often it was asked.
 * @param {() => Promise<boolean>} act what is done
 * @returns {() => Promise<boolean>} asks for it and gives what its last run gave
 */
export function oneAtATime(act) {
  let running = null;
  let asked = false;
  const run = async () => {
    let last = false;
    while (asked) {
      asked = false;
      last = await act();
    }
    return last;
  };
  return () => {
    asked = true;
    running ??= run().finally(() => { running = null; });
    return running;
  };
}
