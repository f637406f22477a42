// Behind the PIN: what the office's people may see and do on the device itself.

import { el, fill } from "./dom.js";
import { codes, showCodes } from "./handover.js";
import { signingKey } from "./keeping.js";
import { pinFits } from "./keys.js";
import { fileOf } from "./records.js";
import { counts, get, put, waiting as queue } from "./store.js";
import { afterWrong, NONE, pauses } from "./tries.js";

/**
 * Asks for the PIN.
 * @param {object} scene db; pin: what the service derived; words; show(content, controls); passed() goes on;
 *   phone() takes another way; cancelled() goes back
 */
export function askPin({ db, pin, words, show, passed, phone, cancelled }) {
  let typed = "";
  const shown = el("output", { class: "pin", "aria-label": words.pin_typed });
  const said = el("p", { class: "say", role: "alert" });
  const add = (digit) => {
    if (typed.length < 8) typed += digit;
    shown.textContent = "•".repeat(typed.length);
  };
  const check = async () => {
    const digits = typed;
    typed = "";
    shown.textContent = "";
    const wrong = (await get(db, "wrong")) ?? NONE;
    if (pauses(wrong, Date.now())) {
      said.textContent = words.pin_wait;
    } else if (await pinFits(pin, digits)) {
      await put(db, "wrong", NONE);
      passed();
    } else {
      const now = afterWrong(wrong, Date.now());
      await put(db, "wrong", now);
      said.textContent = now.until ? words.pin_wait : words.pin_wrong;
    }
  };
  const key = (label, act, name = label) => el("button", { type: "button", class: "key", "aria-label": name, onclick: act }, label);
  const pad = el("div", { class: "pad" },
    [..."123456789"].map((digit) => key(digit, () => add(digit))),
    key("⌫", () => { typed = ""; shown.textContent = ""; }, words.pin_clear),
    key("0", () => add("0")),
    key("✓", check, words.pin_check));
  const content = el("div", { class: "pin-page" }, el("h1", { tabindex: "-1" }, words.pin_title), shown, pad, said);
  content.addEventListener("keydown", (event) => {
    if (/^\d$/.test(event.key)) add(event.key);
    if (event.key === "Enter" && event.target.tagName !== "BUTTON") check();
  });
  show([content], [
    el("button", { type: "button", class: "second", onclick: cancelled }, words.cancel),
    el("button", { type: "button", class: "second", onclick: phone }, words.by_phone),
  ]);
}

/**
 * Shows what the device holds and what can be done with it.
 * @param {object} scene db; device; settings; version; words; show(content, controls); act: done, exit, send, rebind
 */
export async function menu(scene) {
  const { db, device, settings, version, words, show, act } = scene;
  const { issued, waiting, overdue } = await counts(db);
  const lasting = await navigator.storage.persisted?.();
  const facts = [
    [words.fact_number, device.number],
    [words.fact_unit, settings.unit],
    [words.fact_counter, settings.counter],
    [words.fact_issued, issued],
    [words.fact_waiting, overdue ? fill(words.fact_overdue, { waiting, overdue }) : waiting],
    [words.fact_storage, lasting ? words.storage_kept : words.storage_loose],
    [words.fact_version, version],
  ];
  const button = (label, run) => el("button", { type: "button", class: "second", onclick: run }, label);
  const said = el("p", { class: "say", role: "status" });
  show([
    el("h1", { tabindex: "-1" }, words.staff_title),
    el("dl", { class: "facts" }, facts.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, String(value))))),
    el("div", { class: "acts" },
      button(words.send_now, async () => { said.textContent = (await act.send()) ? words.sent_all : words.sent_not; }),
      button(words.save_file, async () => { await save(db, device); said.textContent = words.saved_file; }),
      button(words.show_codes, async () => {
        const texts = await codes(db, device);
        if (texts.length) showCodes({ texts, words, show, done: () => menu(scene) });
        else said.textContent = words.nothing_waits;
      }),
      button(words.full_screen, () => document.documentElement.requestFullscreen?.().catch(() => {})),
      button(words.other_number, async () => {
        if (await act.rebind()) said.textContent = words.why_k08;
      }),
      button(words.exit, act.exit)),
    said,
  ], [el("button", { type: "button", class: "first", onclick: act.done }, words.to_kiosk)]);
}

async function save(db, device) {
  const url = URL.createObjectURL(new Blob([await fileOf(device, await signingKey(db), await queue(db))], { type: "application/json" }));
  const link = el("a", { href: url, download: `kiosk-${device.campaign}-${device.number}.json` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
