// What somebody of the office settles on a phone: leaving this kiosk without its PIN, and making the device a
// kiosk. The device shows a code and asks until it was granted; it needs the network, the PIN does not.

import { el, fill } from "./dom.js";
import { matchOf, shownHash } from "./keys.js";
import { qr } from "./qr.js";
import { askExit, shownAs, useExit } from "./service.js";
import { get, newKey, put } from "./store.js";

const EVERY = 2000;

/**
 * Shows a code with which an administrator lets the kiosk be left.
 * @param {object} scene device; words; show(content, controls); passed() once it was granted; back() goes back
 * @returns {Promise<void>} settled when nothing more is asked
 */
export async function leaveByPhone({ device, words, show, passed, back }) {
  const screen = stage(show, words.phone_exit, back, words);
  try {
    const asked = await askExit(device);
    screen.code(new URL(asked.path, location.origin).href, asked.match, words.phone_exit_how);
    const until = performance.now() + asked.seconds * 1000;
    while (await screen.next()) {
      if (performance.now() > until) return screen.say(words.phone_old);
      const granted = await answered(screen, useExit(device, asked.code), words.phone_no_network);
      if (granted && screen.shown()) return passed();
    }
  } catch (fault) {
    screen.say(fault.code === "kiosk_exit_old" ? words.phone_old : words.phone_no_network);
  }
}

/**
 * Shows a code with which an administrator makes this device a kiosk.
 * @param {object} scene db; words; show(content, controls); bound(device, settings) once it is one; back() or null
 * @returns {Promise<void>} settled when nothing more is asked
 */
export async function enrolByPhone({ db, words, show, bound, back = null }) {
  const screen = stage(show, words.phone_enrol, back, words);
  const { key } = (await get(db, "shown")) ?? await remembered(db);
  const hash = await shownHash(key);
  screen.code(new URL(`/noi-bo/kiosk/may/${hash}`, location.origin).href, await matchOf(hash), words.phone_enrol_how);
  while (await screen.next()) {
    const settings = await answered(screen, shownAs(key), words.phone_enrol_no_network);
    if (settings) return bound({ campaign: settings.campaign, number: settings.number, key }, settings);
  }
}

async function remembered(db) {
  const shown = { key: newKey(32) };
  await put(db, "shown", shown);
  return shown;
}

// A passing failure is told and asked again; a refusal ends the asking.
async function answered(screen, asking, failing) {
  try {
    const answer = await asking;
    screen.say("");
    return answer;
  } catch (fault) {
    if (fault.status >= 400 && fault.status < 500 && fault.status !== 429) throw fault;
    screen.say(failing);
    return null;
  }
}

// The screen: a place for the code, a place for what is to be said, and the rhythm of asking while it is shown.
function stage(show, title, back, words) {
  const picture = el("div", { class: "code-place" });
  const said = el("p", { class: "say", role: "status" });
  const content = el("div", { class: "phone-page" }, el("h1", { tabindex: "-1" }, title), picture, said);
  show([content], back ? [el("button", { type: "button", class: "second", onclick: back }, words.cancel)] : []);
  return {
    say: (text) => { said.textContent = text; },
    code: (address, match, how) => picture.replaceChildren(
      qr(address, words.phone_code),
      el("div", {}, el("p", {}, how), el("p", { class: "code" }, fill(words.phone_match, { match })))),
    next: async () => {
      await new Promise((resolve) => { setTimeout(resolve, EVERY); });
      return content.isConnected;
    },
    shown: () => content.isConnected,
  };
}
