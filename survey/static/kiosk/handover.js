// The waiting records as series of QR codes, for a device that has neither network nor a way for files.

import { el, fill } from "./dom.js";
import { signingKey } from "./keeping.js";
import { qr } from "./qr.js";
import { codesOf } from "./records.js";
import { waiting } from "./store.js";

/**
 * Writes what waits as codes.
 * @param {IDBDatabase} db the device's database
 * @param {object} device the campaign, number and key of the device
 * @returns {Promise<string[]>} the text of every code, series after series
 */
export async function codes(db, device) {
  return codesOf(device, await signingKey(db), await waiting(db));
}

/**
 * Shows one code after the other, as fast as the person who scans them taps.
 * @param {object} scene texts: of the codes; words; show(content, controls); done: ends it
 */
export function showCodes({ texts, words, show, done }) {
  let at = 0;
  const draw = () => {
    const step = fill(words.codes_step, { step: at + 1, steps: texts.length });
    const last = at === texts.length - 1;
    const button = (label, kind, act) => el("button", { type: "button", class: kind, onclick: act }, label);
    show([el("div", { class: "phone-page" },
      el("h1", { tabindex: "-1" }, step),
      el("div", { class: "code-place" }, qr(texts[at], step, "L"), el("p", {}, words.codes_how)))],
    [button(at ? words.back : words.cancel, "second", at ? () => { at -= 1; draw(); } : done),
      button(last ? words.done : words.codes_next, "first", last ? done : () => { at += 1; draw(); })]);
  };
  draw();
}
