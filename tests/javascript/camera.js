// The page that reads codes with a camera (survey/static/codes.js), in a browser of a few lines: what the script
// asks of it and nothing else.

import { readFileSync } from "node:fs";
import vm from "node:vm";

const source = readFileSync(new URL("../../survey/static/codes.js", import.meta.url), "utf8");

function element() {
  const listeners = {};
  return {
    value: "",
    textContent: "",
    dataset: { all: "{have}/{count}", some: "{have}/{count}" },
    play: async () => {},
    addEventListener: (name, act) => { listeners[name] = act; },
    click: () => listeners.click(),
  };
}

/**
 * Lets the camera see codes, one after the other.
 * @param {string[]} texts what is seen
 * @returns {Promise<string[]>} what the page has taken
 */
export async function cameraOf(texts) {
  const parts = Object.fromEntries(["camera", "open", "video", "said", "text"].map((name) => [name, element()]));
  const form = { querySelector: (asked) => parts[/data-part=(\w+)/.exec(asked)[1]] };
  let seen = 0;
  const all = Promise.withResolvers();
  const window = {
    document: { querySelector: () => form },
    navigator: { mediaDevices: { getUserMedia: async () => ({ getTracks: () => [] }) } },
    BarcodeDetector: class {
      async detect() {
        seen += 1;
        if (seen > texts.length) all.resolve();
        return seen > texts.length ? [] : [{ rawValue: texts[seen - 1] }];
      }
    },
    // A page that has read enough stops looking: then nothing more is to be waited for either.
    setTimeout: (look, _every, detector) => { if (seen <= texts.length) setImmediate(look, detector); },
  };
  vm.runInNewContext(source, Object.assign(window, { window }));
  await parts.open.click();
  await Promise.race([all.promise, new Promise((resolve) => { setTimeout(resolve, 200); })]);
  return parts.text.value.split("\n").filter(Boolean);
}
