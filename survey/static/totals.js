// Typing a form's counts under the numeric keypad: Enter leads from field to field, the last one sends. The fields of
// the plain form stay the only place where anything is kept.
"use strict";

(() => {
  const form = document.querySelector("form[data-totals]");
  if (!form) return;
  const counts = [...form.querySelectorAll("[data-count]")];
  const overall = form.querySelector("[data-overall]");
  const send = form.querySelector("button");
  const said = form.querySelector("[data-say]");
  const later = form.querySelector("[data-later]");
  const stops = [...counts, overall, send];
  const items = Number(form.dataset.items);
  const BLANK_KEYS = [".", ",", "-", " ", "Decimal"];

  function sum() {
    return counts.reduce((total, field) => total + Number(field.value || 0), 0);
  }

  function tell(sentence) {
    said.textContent = sentence;
  }

  function show() {
    const total = sum();
    const output = form.querySelector("[data-sum]");
    output.textContent = Number.isNaN(total) ? "–" : total;
    output.classList.toggle("whole", total === items);
  }

  function go(index) {
    const target = stops[Math.max(0, Math.min(index, stops.length - 1))];
    target.focus();
    if (target.select) target.select();
  }

  function rate(key) {
    if (!/^[0-5]$/.test(key) && !BLANK_KEYS.includes(key)) {
      tell(said.dataset.digits);
      return;
    }
    overall.value = BLANK_KEYS.includes(key) ? "." : key;
    go(stops.indexOf(send));
  }

  // What keys do from the stop of that place in the form.
  const acts = {
    "*": () => later?.click(),
    "+": () => go(stops.length - 1),
    ArrowDown: (here) => go(here + 1),
    ArrowUp: (here) => go(here - 1),
    Backspace: (here) => go(here - 1),
    Enter: (here) => go(here + 1),
  };

  // Whether a key does on a stop what it does anywhere: the last Enter sends, and a field is emptied before it is left.
  function isPlain(key, stop) {
    if (key === "Enter") return stop === send;
    return key === "Backspace" && stop !== send && stop.value !== "";
  }

  // What a key does on a stop, or null where it does what it does anywhere.
  function meaning(key, stop) {
    if (key in acts) return isPlain(key, stop) ? null : () => acts[key](stops.indexOf(stop));
    return stop === overall && key.length === 1 ? () => rate(key) : null;
  }

  form.addEventListener("input", () => {
    tell("");
    show();
  });
  form.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || !stops.includes(event.target)) return;
    const act = meaning(event.key, event.target);
    if (!act) return;
    event.preventDefault();
    if (event.repeat) return;
    tell("");
    act();
  });
  // What stands against sending, and where: the field and the sentence.
  function fault() {
    if (sum() !== items) return [counts[0], said.dataset.unequal];
    return overall.value.trim() ? null : [overall, said.dataset.digits];
  }

  form.addEventListener("submit", (event) => {
    const found = fault();
    if (!found) return;
    event.preventDefault();
    const [field, sentence] = found;
    tell(sentence);
    go(stops.indexOf(field));
  });
  form.noValidate = true; // these sentences, in the page's language, instead of the browser's
  form.querySelector("[data-keys]").hidden = false;
  show();
  go(Math.max(0, stops.findIndex((stop) => stop.getAttribute("aria-invalid") === "true")));
})();
