// The officer's entry page under the numeric keypad. Radio buttons stay the only place where answers
// are kept: this file moves the focus, checks the box that a key names, and counts.
"use strict";

(() => {
  const form = document.querySelector("form[data-entry]");
  if (!form) return;

  const words = JSON.parse(form.dataset.words);
  const stops = [...form.querySelectorAll("[data-stop]")];
  const items = stops.filter((stop) => stop.dataset.stop === "item");
  const overall = stops.find((stop) => stop.dataset.stop === "overall");
  const keys = form.querySelector("[data-keys]");
  const said = form.querySelector("[data-say]");
  const number = form.querySelector("#form_number");
  const comment = form.querySelector("#comment-text");
  const save = form.querySelector("[data-stop=save] button");
  const LAST = stops.length - 1;
  const BLANK_KEYS = [" ", ".", ",", "-", "Decimal"];
  let here = 0;
  let touched = false;
  let saving = false;

  const kind = (stop) => stop.dataset.stop;
  const checked = (stop) => stop.querySelector("input:checked");
  const say = (sentence) => { said.textContent = sentence; };

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
    keys.textContent = words[name];
    form.dataset.at = kind(stop);
    for (const each of stops) each.classList.toggle("here", each === stop);
  }

  function count() {
    const marks = items.map(checked).filter(Boolean).map((input) => input.value);
    for (const cell of form.querySelectorAll("[data-count]")) {
      cell.textContent = marks.filter((mark) => mark === cell.dataset.count).length;
    }
    const levels = marks.map(Number).filter((level) => level > 0);
    form.querySelector("[data-passed]").textContent = marks.length;
    form.querySelector("[data-answered]").textContent = levels.length;
    form.querySelector("[data-points]").textContent = levels.reduce((sum, level) => sum + level, 0);
    form.querySelector("[data-overall]").textContent = (overall && checked(overall)?.value) || "–";
  }

  function check(stop, input) {
    input.checked = true;
    touched = true;
    count();
  }

  function clear(stop) {
    const input = checked(stop);
    if (input) input.checked = false;
    count();
  }

  function stepBack() {
    go(here - 1);
    if (stops[here].matches("fieldset")) clear(stops[here]);
  }

  const boxOf = (stop, value) => [...stop.querySelectorAll("input")].find((input) => input.value === value);
  const choiceOf = (stop, digit) => stop.querySelector(`[data-digit="${digit}"] input`);

  function answer(stop, key) {
    const isQuestion = kind(stop) === "question";
    const blank = BLANK_KEYS.includes(key);
    if (!blank && !/^\d$/.test(key)) return false;
    const input = isQuestion ? choiceOf(stop, blank ? "." : key) : boxOf(stop, blank ? "" : key);
    if (!input) {
      say(isQuestion ? words.options : words.digits);
      return true;
    }
    check(stop, input);
    go(here + 1);
    return true;
  }

  function finish() {
    if (!number.value.trim()) {
      say(words.number);
      go(0);
      return;
    }
    form.requestSubmit(save);
  }

  function enter(stop) {
    const open = items.findIndex((item) => !checked(item));
    if (kind(stop) === "number") {
      if (!number.value.trim()) say(words.number);
      else go(open < 0 ? LAST : stops.indexOf(items[open]));
    } else if (kind(stop) === "item") {
      say(words.unfinished);
    } else if (kind(stop) === "overall" && !checked(stop)) {
      if (open < 0) finish();
      else { say(words.unfinished); go(stops.indexOf(items[open])); }
    } else if (kind(stop) === "save") {
      finish();
    } else {
      go(here + 1);
    }
  }

  function inText(event, stop) {
    if (kind(stop) === "number") {
      if (event.key === "Enter" || event.key === "ArrowDown") return () => enter(stop);
      return event.key === "+" ? () => go(LAST) : null;
    }
    if (event.key === "Enter" && !event.shiftKey) return () => enter(stop);
    const empty = comment.value === "";
    return empty && (event.key === "Backspace" || event.key === "ArrowUp") ? () => go(here - 1) : null;
  }

  function onKeypad(event, stop) {
    if (/^Numpad\d$/.test(event.code) && !/^\d$/.test(event.key)) return () => say(words.numlock);
    switch (event.key) {
      case "Enter": return () => enter(stop);
      case "+": return () => go(LAST);
      case "Backspace": case "Delete": return stepBack;
      case "ArrowUp": return () => go(here - 1);
      case "ArrowDown": return () => go(here + 1);
      default: return kind(stop) !== "save" && /^[\d .,-]$|^Decimal$/.test(event.key)
        ? () => answer(stop, event.key) : null;
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.key === "Tab") return;
    const focused = document.activeElement;
    const astray = focused === document.body || focused?.matches("main, [data-faults]");
    if (!astray && !form.contains(focused)) return;
    if (astray) go(here);
    const stop = stops[here];
    const act = stop.contains(number) || stop.contains(comment) ? inText(event, stop) : onKeypad(event, stop);
    if (!act) return;
    event.preventDefault();
    // A key that is held down answers one question, not several.
    if (event.repeat && !event.key.startsWith("Arrow")) return;
    say("");
    act();
  });

  form.addEventListener("focusin", (event) => {
    const index = stops.findIndex((stop) => stop.contains(event.target));
    if (index >= 0) { here = index; explain(); }
  });
  form.addEventListener("input", () => { touched = true; count(); explain(); });
  form.addEventListener("submit", (event) => {
    if (saving) { event.preventDefault(); return; }
    saving = true;
    say(words.saving);
  });
  window.addEventListener("beforeunload", (event) => {
    if (touched && !saving) event.preventDefault();
  });
  window.addEventListener("pageshow", () => { saving = false; count(); explain(); });

  for (const part of form.querySelectorAll("[data-totals], [data-keys]")) part.hidden = false;
  form.classList.add("live");
  touched = Boolean(document.querySelector("[data-faults]"));
  count();
  go(0);
})();
