// The short code of a card, typed on the screen or on a keyboard: slips of the pen are found here, without a network.

import { el } from "./dom.js";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LOOK_ALIKE = { I: "1", L: "1", O: "0" };
const LENGTH = 12;
const CHECKS = 2;
const POLYNOMIAL = 0b100101;
const PATIENCE = 4000; // for the service's word; without it the visit goes on

const doubled = (value) => (value & 16 ? (value << 1) ^ POLYNOMIAL : value << 1);

// Whether a code ends in the check letters of its body, as forms/ticketcode.py makes them.
export function isWhole(code) {
  if (code.length !== LENGTH) return false;
  let total = 0;
  let weighted = 0;
  for (const letter of code.slice(0, -CHECKS)) {
    const value = ALPHABET.indexOf(letter);
    total ^= value;
    weighted = doubled(weighted) ^ value;
  }
  return code.slice(-CHECKS) === ALPHABET[total] + ALPHABET[doubled(weighted)];
}

export function grouped(code) {
  return code.padEnd(LENGTH, "·").replace(/(.{4})(?=.)/g, "$1 ");
}

// Asks for a code. check(code) tells a refusal's name or nothing; passed(code) goes on, also when nobody could be asked.
export function askCard({ words, show, check, passed, cancelled }) {
  let typed = "";
  let asking = false;
  const shown = el("output", { class: "card-typed", "aria-label": words.card_typed }, grouped(""));
  const said = el("p", { class: "say", role: "alert" });
  const write = (text) => {
    if (asking) return;
    typed = text.slice(0, LENGTH);
    shown.textContent = grouped(typed);
    said.textContent = "";
  };
  const add = (key) => {
    const letter = LOOK_ALIKE[key.toUpperCase()] ?? key.toUpperCase();
    if (letter.length === 1 && ALPHABET.includes(letter)) write(typed + letter);
  };
  const drop = () => write(typed.slice(0, -1));
  const done = async () => {
    if (asking) return;
    if (!isWhole(typed)) {
      said.textContent = typed.length < LENGTH ? words.card_short : words.card_slip;
      return;
    }
    asking = true;
    said.textContent = words.card_asking;
    const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
    const refused = await Promise.race([check(typed).catch(() => null), late]);
    asking = false;
    if (!content.isConnected) return; // somebody went away meanwhile
    if (refused) said.textContent = words[refused] ?? words.card_slip;
    else passed(typed);
  };
  const key = (label, act, name = label, kind = "key") =>
    el("button", { type: "button", class: kind, "aria-label": name, onclick: act }, label);
  const pad = el("div", { class: "letters" },
    [...ALPHABET].map((letter) => key(letter, () => add(letter))),
    key("⌫", drop, words.card_delete, "key wide"),
    key("✓", done, words.card_done, "key wide"));
  const content = el("div", { class: "card-page" },
    el("h1", { tabindex: "-1" }, words.card_title), el("p", { class: "hint" }, words.card_hint), shown, said, pad);
  content.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Backspace") drop();
    else if (event.key === "Enter" && event.target.tagName !== "BUTTON") done();
    else add(event.key);
  });
  show([content], [
    el("button", { type: "button", class: "second", onclick: cancelled }, words.cancel),
    el("button", { type: "button", class: "first", onclick: done }, words.next),
  ]);
}
