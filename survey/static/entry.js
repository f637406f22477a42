// The officer's entry page under the numeric keypad. Radio buttons stay the only place where answers
// are kept: this file moves the focus, checks the box that a key names, counts, and saves without
// leaving the page, so that no key is lost between two forms and nothing is lost with the network.
"use strict";

(() => {
  const BLANK_KEYS = [" ", ".", ",", "-", "Decimal"];
  const kind = (stop) => stop.dataset.stop;
  const checked = (stop) => stop.querySelector("input:checked");
  const isEntry = (page) => Boolean(page.querySelector("form[data-entry]"));
  let entry = null;

  function begin(form) {
    const words = JSON.parse(form.dataset.words);
    const stops = [...form.querySelectorAll("[data-stop]")];
    const items = stops.filter((stop) => kind(stop) === "item");
    const overall = stops.find((stop) => kind(stop) === "overall");
    const number = form.querySelector("#form_number");
    const comment = form.querySelector("#comment-text");
    const card = form.querySelector("#card"); // of forms that came with a card; a blind second keying has none
    const save = form.querySelector("[data-stop=save] button");
    const said = form.querySelector("[data-say]");
    const LAST = stops.length - 1;
    let here = 0;
    let saving = false;
    let touched = Boolean(document.querySelector("[data-faults]"));
    let ahead = []; // keys struck while a form is on its way: they belong to the next one

    function say(sentence, calm = false) {
      said.textContent = sentence;
      said.classList.toggle("calm", calm);
    }

    function handle(stop) {
      if (stop.contains(save)) return save;
      return stop.querySelector("input:checked") || stop.querySelector("input, textarea");
    }

    function go(index) {
      here = Math.max(0, Math.min(index, LAST));
      const target = handle(stops[here]);
      target.focus({ preventScroll: true });
      if (target === number) number.select();
      // The lines around the current one must be seen too, and on arrival what the page says of the last form.
      stops[here].scrollIntoView({ block: here ? "center" : "nearest" });
      explain();
    }

    function explain() {
      const stop = stops[here];
      const name = kind(stop) === "overall" && checked(stop) ? "key_overall_set" : `key_${kind(stop)}`;
      form.querySelector("[data-keys]").textContent = words[name];
      form.dataset.at = kind(stop);
      for (const each of stops) each.classList.toggle("here", each === stop);
    }

    function count() {
      const marks = items.map(checked).filter(Boolean).map((input) => input.value);
      const levels = marks.map(Number).filter((level) => level > 0);
      const write = (name, value) => { form.querySelector(`[data-${name}]`).textContent = value; };
      for (const cell of form.querySelectorAll("[data-count]")) {
        cell.textContent = marks.filter((mark) => mark === cell.dataset.count).length;
      }
      write("passed", marks.length);
      write("answered", levels.length);
      write("points", levels.reduce((sum, level) => sum + level, 0));
      write("overall", (overall && checked(overall)?.value) || "–");
    }

    function changed() {
      touched = true;
      count();
      explain();
    }

    // An empty card's place is nobody's way: Tab leads there, and a fault.
    function back() {
      go(kind(stops[here - 1] ?? stops[0]) === "card" && !card.value ? here - 2 : here - 1);
    }

    function stepBack() {
      back();
      const input = stops[here].matches("fieldset") && checked(stops[here]);
      if (input) input.checked = false;
      changed();
    }

    function answer(stop, key) {
      const isQuestion = kind(stop) === "question";
      const blank = BLANK_KEYS.includes(key);
      const value = blank ? "" : key;
      const input = isQuestion
        ? stop.querySelector(`[data-digit="${blank ? "." : key}"] input`)
        : [...stop.querySelectorAll("input")].find((each) => each.value === value);
      if (!input) {
        say(isQuestion ? words.options : words.digits);
        return;
      }
      input.checked = true;
      changed();
      go(here + 1);
    }

    function enter(stop) {
      const open = items.find((item) => !checked(item));
      if (kind(stop) === "number") {
        if (!number.value.trim()) say(words.number);
        else go(open ? stops.indexOf(open) : LAST);
      } else if (kind(stop) === "card") {
        go(open ? stops.indexOf(open) : LAST);
      } else if (kind(stop) === "save") {
        finish();
      } else if (kind(stop) === "item") {
        say(words.unfinished);
      } else if (kind(stop) === "overall" && !checked(stop)) {
        if (!open) finish();
        else { say(words.unfinished); go(stops.indexOf(open)); }
      } else {
        go(here + 1);
      }
    }

    function finish() {
      if (!number.value.trim()) {
        say(words.number);
        go(0);
      } else {
        form.requestSubmit(save);
      }
    }

    async function send(event) {
      if ("leaves" in form.dataset && !saving) {  // another page follows, not the next empty form
        saving = true;
        touched = false;
        return;
      }
      event.preventDefault();
      if (saving) return;
      saving = true;
      say(words.saving, true);
      try {
        let page = await post();
        if (!isEntry(page) && await renewed()) page = await post();
        show(page);
      } catch {
        say(words.unsent);
      }
      saving = false;
      ahead = [];
    }

    const post = () => load({ method: "POST", body: new URLSearchParams(new FormData(form)) });

    async function load(options) {
      const answered = await fetch(form.action, options);
      return new DOMParser().parseFromString(await answered.text(), "text/html");
    }

    // Whoever had to sign in again has a new token; the one in this page is of the session before.
    async function renewed() {
      const token = (await load()).querySelector("form[data-entry] [name=csrf_token]");
      if (token) form.elements.csrf_token.value = token.value;
      return Boolean(token);
    }

    // What came back is the next empty form, this one with its faults, or a page that says why not.
    function show(page) {
      if (!isEntry(page)) {
        const told = page.querySelector("header .person") && page.querySelector(".refusal .lead");
        say(told ? told.textContent : words.signed_out);
        return;
      }
      touched = false;
      document.title = page.title;
      document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
      entry = begin(document.querySelector("form[data-entry]"));
      for (const key of ahead) entry.replay(key);
    }

    function inText(key, stop, shift) {
      const isBack = key === "Backspace" || key === "ArrowUp";
      if (kind(stop) === "comment") {
        if (key === "Enter" && !shift) return () => enter(stop);
        return isBack && comment.value === "" ? back : null;
      }
      if (key === "Enter" || key === "ArrowDown") return () => enter(stop);
      if (key === "+") return () => go(LAST);
      return kind(stop) === "card" && isBack && card.value === "" ? () => go(here - 1) : null;
    }

    function onKeypad(key, stop) {
      switch (key) {
        case "Enter": return () => enter(stop);
        case "+": return () => go(LAST);
        case "Backspace": case "Delete": return stepBack;
        case "ArrowUp": return back;
        case "ArrowDown": return () => go(here + 1);
        default: return kind(stop) !== "save" && (/^\d$/.test(key) || BLANK_KEYS.includes(key))
          ? () => answer(stop, key) : null;
      }
    }

    function meaning(key, shift = false) {
      const stop = stops[here];
      const text = ["number", "card", "comment"].includes(kind(stop));
      return text ? inText(key, stop, shift) : onKeypad(key, stop);
    }

    function replay(key) {
      const act = meaning(key);
      if (act) act();
      else if (stops[here].contains(number) && /^[\w-]$/.test(key)) number.value += key;
      touched = true;
    }

    function strike(event) {
      const focused = document.activeElement;
      const astray = focused === document.body || focused?.matches("main, [data-faults]");
      if (!astray && !form.contains(focused)) return;
      if (saving) {
        event.preventDefault();
        if (!event.repeat) ahead.push(event.key);
        return;
      }
      if (astray) go(here);
      const lockOff = /^Numpad\d$/.test(event.code) && !/^\d$/.test(event.key);
      const act = lockOff ? () => say(words.numlock) : meaning(event.key, event.shiftKey);
      if (!act) return;
      event.preventDefault();
      // A key that is held down answers one question, not several.
      if (event.repeat && !event.key.startsWith("Arrow")) return;
      say("");
      act();
    }

    function firstFault() {
      const link = document.querySelector("[data-faults] a");
      const target = link && form.querySelector(`[id="${link.hash.slice(1)}"]`);
      return Math.max(0, stops.findIndex((stop) => target && stop.contains(target)));
    }

    form.addEventListener("focusin", (event) => {
      const index = stops.findIndex((stop) => stop.contains(event.target));
      if (index >= 0) { here = index; explain(); }
    });
    form.addEventListener("input", changed);
    form.addEventListener("submit", send);
    for (const part of form.querySelectorAll("[data-totals], [data-keys]")) part.hidden = false;
    form.classList.add("live");
    count();
    // A number that stands needs no key: the second keying begins at the first item.
    go(firstFault() || (number.readOnly ? 1 : 0));
    return { strike, replay, unsaved: () => touched };
  }

  const form = document.querySelector("form[data-entry]");
  if (!form) return;
  entry = begin(form);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.key === "Tab") return;
    entry.strike(event);
  });
  window.addEventListener("beforeunload", (event) => {
    if (entry.unsaved()) event.preventDefault();
  });
})();
