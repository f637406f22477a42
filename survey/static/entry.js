// The officer's entry page under the numeric keypad. Radio buttons stay the only place where answers
// are kept: this file moves the focus, checks the box that a key names, counts, and saves without
// leaving the page, so that no key is lost between two forms and nothing is lost with the network.
"use strict";

(() => {
  const BLANK_KEYS = [" ", ".", ",", "-", "Decimal"];
  const kind = (stop) => stop.dataset.stop;
  const checked = (stop) => stop.querySelector("input:checked");
  const isEntry = (page) => Boolean(page.querySelector("form[data-entry]"));
  const isText = (stop) => ["number", "card", "comment"].includes(kind(stop));
  const means = (key) => /^\d$/.test(key) || BLANK_KEYS.includes(key);
  let entry = null;

  // One form under the keypad, from its first key to the page that follows it.
  class Entry {
    constructor(form) {
      this.form = form;
      this.words = JSON.parse(form.dataset.words);
      this.stops = [...form.querySelectorAll("[data-stop]")];
      this.items = this.stops.filter((stop) => kind(stop) === "item");
      this.overall = this.stops.find((stop) => kind(stop) === "overall");
      this.number = form.querySelector("#form_number");
      this.comment = form.querySelector("#comment-text");
      this.card = form.querySelector("#card"); // of forms that came with a card; a blind second keying has none
      this.save = form.querySelector("[data-stop=save] button");
      this.said = form.querySelector("[data-say]");
      this.last = this.stops.length - 1;
      this.here = 0;
      this.saving = false;
      this.touched = Boolean(document.querySelector("[data-faults]"));
      this.ahead = []; // keys struck while a form is on its way: they belong to the next one
    }

    begin() {
      this.form.addEventListener("focusin", (event) => {
        const index = this.stops.findIndex((stop) => stop.contains(event.target));
        if (index >= 0) { this.here = index; this.explain(); }
      });
      this.form.addEventListener("input", () => this.changed());
      this.form.addEventListener("submit", (event) => this.send(event));
      for (const part of this.form.querySelectorAll("[data-totals], [data-keys]")) part.hidden = false;
      this.form.classList.add("live");
      this.count();
      // A number that stands needs no key: the second keying begins at the first item.
      this.go(this.firstFault() || (this.number.readOnly ? 1 : 0));
      return this;
    }

    firstFault() {
      const link = document.querySelector("[data-faults] a");
      const target = link && this.form.querySelector(`[id="${link.hash.slice(1)}"]`);
      return Math.max(0, this.stops.findIndex((stop) => target && stop.contains(target)));
    }

    say(sentence, calm = false) {
      this.said.textContent = sentence;
      this.said.classList.toggle("calm", calm);
    }

    handle(stop) {
      if (stop.contains(this.save)) return this.save;
      return stop.querySelector("input:checked") || stop.querySelector("input, textarea");
    }

    go(index) {
      this.here = Math.max(0, Math.min(index, this.last));
      const stop = this.stops[this.here];
      const target = this.handle(stop);
      target.focus({ preventScroll: true });
      if (target === this.number) this.number.select();
      // The lines around the current one must be seen too, and on arrival what the page says of the last form.
      stop.scrollIntoView({ block: this.here ? "center" : "nearest" });
      this.explain();
    }

    explain() {
      const stop = this.stops[this.here];
      const name = kind(stop) === "overall" && checked(stop) ? "key_overall_set" : `key_${kind(stop)}`;
      this.form.querySelector("[data-keys]").textContent = this.words[name];
      this.form.dataset.at = kind(stop);
      for (const each of this.stops) each.classList.toggle("here", each === stop);
    }

    count() {
      const marks = this.items.map(checked).filter(Boolean).map((input) => input.value);
      const levels = marks.map(Number).filter((level) => level > 0);
      const write = (name, value) => { this.form.querySelector(`[data-${name}]`).textContent = value; };
      for (const cell of this.form.querySelectorAll("[data-count]")) {
        cell.textContent = marks.filter((mark) => mark === cell.dataset.count).length;
      }
      write("passed", marks.length);
      write("answered", levels.length);
      write("points", levels.reduce((sum, level) => sum + level, 0));
      write("overall", (this.overall && checked(this.overall)?.value) || "–");
    }

    changed() {
      this.touched = true;
      this.count();
      this.explain();
    }

    // An empty card's place is nobody's way: Tab leads there, and a fault.
    back() {
      const overCard = kind(this.stops[this.here - 1] ?? this.stops[0]) === "card" && !this.card.value;
      this.go(overCard ? this.here - 2 : this.here - 1);
    }

    stepBack() {
      this.back();
      const stop = this.stops[this.here];
      const input = stop.matches("fieldset") && checked(stop);
      if (input) input.checked = false;
      this.changed();
    }

    answer(stop, key) {
      const isQuestion = kind(stop) === "question";
      const blank = BLANK_KEYS.includes(key);
      const value = blank ? "" : key;
      const input = isQuestion
        ? stop.querySelector(`[data-digit="${blank ? "." : key}"] input`)
        : [...stop.querySelectorAll("input")].find((each) => each.value === value);
      if (!input) {
        this.say(isQuestion ? this.words.options : this.words.digits);
        return;
      }
      input.checked = true;
      this.changed();
      this.go(this.here + 1);
    }

    enter(stop) {
      switch (kind(stop)) {
        case "number": return this.number.value.trim() ? this.begun() : this.say(this.words.number);
        case "card": return this.toOpen();
        case "save": return this.finish();
        case "item": return this.say(this.words.unfinished);
        case "overall": return checked(stop) ? this.go(this.here + 1) : this.finishWithout();
        default: return this.go(this.here + 1);
      }
    }

    open() {
      return this.items.find((item) => !checked(item));
    }

    toOpen() {
      const open = this.open();
      this.go(open ? this.stops.indexOf(open) : this.last);
    }

    // The number is told before the answers are typed, not after: whoever handed a sheet out does not key it.
    begun() {
      const number = /^\d+$/.test(this.number.value.trim()) ? Number(this.number.value) : 0;
      const spans = (this.form.dataset.handed ?? "").split(" ").filter(Boolean).map((span) => span.split("-").map(Number));
      if (!spans.some(([first, last]) => first <= number && number <= last)) return this.toOpen();
      this.number.select();
      return this.say(this.words.handed);
    }

    // Enter on an overall rating that was not given: the form is done where every item is.
    finishWithout() {
      if (this.open()) {
        this.say(this.words.unfinished);
        this.toOpen();
      } else {
        this.finish();
      }
    }

    finish() {
      if (!this.number.value.trim()) {
        this.say(this.words.number);
        this.go(0);
      } else {
        this.form.requestSubmit(this.save);
      }
    }

    async send(event) {
      if ("leaves" in this.form.dataset && !this.saving) { // another page follows, not the next empty form
        this.saving = true;
        this.touched = false;
        return;
      }
      event.preventDefault();
      if (this.saving) return;
      this.saving = true;
      this.say(this.words.saving, true);
      try {
        let page = await this.post();
        if (!isEntry(page) && await this.renewed()) page = await this.post();
        this.show(page);
      } catch {
        this.say(this.words.unsent);
      }
      this.saving = false;
      this.ahead = [];
    }

    post() {
      return this.load({ method: "POST", body: new URLSearchParams(new FormData(this.form)) });
    }

    async load(options) {
      const answered = await fetch(this.form.action, options);
      return new DOMParser().parseFromString(await answered.text(), "text/html");
    }

    // Whoever had to sign in again has a new token; the one in this page is of the session before.
    async renewed() {
      const token = (await this.load()).querySelector("form[data-entry] [name=csrf_token]");
      if (token) this.form.elements.csrf_token.value = token.value;
      return Boolean(token);
    }

    // What came back is the next empty form, this one with its faults, or a page that says why not.
    show(page) {
      if (!isEntry(page)) {
        const told = page.querySelector("header .person") && page.querySelector(".refusal .lead");
        this.say(told ? told.textContent : this.words.signed_out);
        return;
      }
      this.touched = false;
      document.title = page.title;
      document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
      entry = new Entry(document.querySelector("form[data-entry]")).begin();
      for (const key of this.ahead) entry.replay(key);
    }

    // What a key does: an act, or null where it does what it does anywhere.
    meaning(key, shift = false) {
      const stop = this.stops[this.here];
      if (kind(stop) === "comment") return this.inComment(key, stop, shift);
      return isText(stop) ? this.inLine(key, stop) : this.onKeypad(key, stop);
    }

    inComment(key, stop, shift) {
      if (key === "Enter" && !shift) return () => this.enter(stop);
      const isBack = key === "Backspace" || key === "ArrowUp";
      return isBack && this.comment.value === "" ? () => this.back() : null;
    }

    inLine(key, stop) {
      if (key === "Enter" || key === "ArrowDown") return () => this.enter(stop);
      if (key === "+") return () => this.go(this.last);
      const isBack = key === "Backspace" || key === "ArrowUp";
      return kind(stop) === "card" && isBack && this.card.value === "" ? () => this.go(this.here - 1) : null;
    }

    onKeypad(key, stop) {
      switch (key) {
        case "Enter": return () => this.enter(stop);
        case "+": return () => this.go(this.last);
        case "Backspace": case "Delete": return () => this.stepBack();
        case "ArrowUp": return () => this.back();
        case "ArrowDown": return () => this.go(this.here + 1);
        default: return kind(stop) !== "save" && means(key) ? () => this.answer(stop, key) : null;
      }
    }

    replay(key) {
      const act = this.meaning(key);
      if (act) act();
      else if (this.stops[this.here].contains(this.number) && /^[\w-]$/.test(key)) this.number.value += key;
      this.touched = true;
    }

    strike(event) {
      const focused = document.activeElement;
      const astray = focused === document.body || focused?.matches("main, [data-faults]");
      if (!astray && !this.form.contains(focused)) return;
      if (this.saving) {
        event.preventDefault();
        if (!event.repeat) this.ahead.push(event.key);
        return;
      }
      if (astray) this.go(this.here);
      this.act(event);
    }

    act(event) {
      const lockOff = /^Numpad\d$/.test(event.code) && !/^\d$/.test(event.key);
      const act = lockOff ? () => this.say(this.words.numlock) : this.meaning(event.key, event.shiftKey);
      if (!act) return;
      event.preventDefault();
      // A key that is held down answers one question, not several.
      if (event.repeat && !event.key.startsWith("Arrow")) return;
      this.say("");
      act();
    }
  }

  const form = document.querySelector("form[data-entry]");
  if (!form) return;
  entry = new Entry(form).begin();
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.key === "Tab") return;
    entry.strike(event);
  });
  window.addEventListener("beforeunload", (event) => {
    if (entry.touched) event.preventDefault();
  });
})();
