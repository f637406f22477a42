// Asks for the short code of a card, on the screen's own keys or a keyboard.

import { ALPHABET, grouped, isWhole, LENGTH, letterOf } from "./cardcode.js";
import { el } from "./dom.js";

const PATIENCE = 4000; // for the service's word; without it the visit goes on
const TYPING = "typing";
const ASKING = "asking"; // the service has the word, and no key changes what it was asked about

class CardPage {
  #scene;
  #typed = "";
  #state = TYPING;
  #shown;
  #said = el("p", { class: "say", role: "alert" });
  #content;

  constructor(scene) {
    const { words } = scene;
    this.#scene = scene;
    this.#shown = el("output", { class: "card-typed", "aria-label": words.card_typed }, grouped(""));
    this.#content = el("div", { class: "card-page" },
      el("h1", { tabindex: "-1" }, words.card_title), el("p", { class: "hint" }, words.card_hint),
      this.#shown, this.#said, this.#pad());
    this.#content.addEventListener("keydown", (event) => this.#struck(event));
  }

  show() {
    const { words, show, cancelled } = this.#scene;
    show([this.#content], [
      el("button", { type: "button", class: "second", onclick: cancelled }, words.cancel),
      el("button", { type: "button", class: "first", onclick: () => this.#done() }, words.next),
    ]);
  }

  #pad() {
    const { words } = this.#scene;
    const key = (label, act, name = label, kind = "key") =>
      el("button", { type: "button", class: kind, "aria-label": name, onclick: act }, label);
    return el("div", { class: "letters" },
      [...ALPHABET].map((letter) => key(letter, () => this.#add(letter))),
      key("⌫", () => this.#drop(), words.card_delete, "key wide"),
      key("✓", () => this.#done(), words.card_done, "key wide"));
  }

  #struck(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Backspace") this.#drop();
    else if (event.key === "Enter" && event.target.tagName !== "BUTTON") this.#done();
    else this.#add(event.key);
  }

  #add(key) {
    const letter = letterOf(key);
    if (letter) this.#write((this.#typed + letter).slice(0, LENGTH));
  }

  #drop() {
    this.#write(this.#typed.slice(0, -1));
  }

  #write(text) {
    if (this.#state === ASKING) return;
    this.#typed = text;
    this.#shown.textContent = grouped(text);
    this.#said.textContent = "";
  }

  async #done() {
    if (this.#state === ASKING) return;
    const { words, check, passed } = this.#scene;
    if (!isWhole(this.#typed)) {
      this.#said.textContent = this.#typed.length < LENGTH ? words.card_short : words.card_slip;
      return;
    }
    this.#state = ASKING;
    this.#said.textContent = words.card_asking;
    const late = new Promise((resolve) => { setTimeout(resolve, PATIENCE); });
    const refused = await Promise.race([check(this.#typed).catch(() => null), late]);
    this.#state = TYPING;
    if (!this.#content.isConnected) return; // somebody went away meanwhile
    if (refused) this.#said.textContent = words[refused] ?? words.card_slip;
    else passed(this.#typed);
  }
}

/**
 * Asks for a code.
 * @param {object} scene words; show(content, controls); check(code) tells a refusal's name or nothing;
 *   passed(code) goes on, also when nobody could be asked; cancelled() goes back
 */
export function askCard(scene) {
  new CardPage(scene).show();
}
