// The doubts of a scanned form: one key for each question. Radio buttons stay the only place of answers.
"use strict";

(() => {
  const form = document.querySelector("form[data-doubts]");
  if (!form) return;
  const questions = [...form.querySelectorAll(".doubt")];
  const after = form.querySelector("textarea") || form.querySelector("button");
  const KEYS = { ",": ".", Decimal: ".", " ": "." };
  let here = 0;

  function go(index) {
    here = Math.max(0, Math.min(index, questions.length));
    const target = here < questions.length ? questions[here].querySelector("input") : after;
    target.focus({ preventScroll: true });
    (questions[here] || after).scrollIntoView({ block: "center" });
    questions.forEach((each, place) => each.classList.toggle("here", place === here));
  }

  form.addEventListener("focusin", (event) => {
    const index = questions.findIndex((each) => each.contains(event.target));
    if (index >= 0) here = index;
  });
  const elsewhere = (event) => event.target.matches("textarea, a, button") || here >= questions.length;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || elsewhere(event)) return;
    if (event.key === "Backspace") {
      event.preventDefault();
      go(here - 1);
      return;
    }
    const key = KEYS[event.key] || event.key;
    const box = /^[0-9.]$/.test(key) && questions[here].querySelector(`[data-key="${key}"]`);
    if (!box) return;
    event.preventDefault();
    box.checked = true;
    go(here + 1);
  });
  go(0);
})();
