// One citizen's visit: its answers live in this object and in nothing else, and end with it.

import { el, face, fill, icon } from "./dom.js";
import { LONGEST_COMMENT, stepsOf, tidied, worthKeeping } from "./steps.js";

/** A visit from its first screen to its end. */
export class Visit {
  #answers = {};
  #at = 0;
  #steps;
  #show;
  #finish;

  // show(content, controls) puts a screen on the page; finish(answers or null) ends the visit.
  // icons has a drawing for some questions; listen(parts, text) gives a button that reads them aloud, or null.
  constructor({ questionnaire, lang, words, icons, listen, show, finish }) {
    this.q = questionnaire;
    this.lang = lang;
    this.words = words;
    this.icons = icons;
    this.listen = listen;
    this.#steps = stepsOf(questionnaire);
    this.#show = show;
    this.#finish = finish;
    this.#draw();
  }

  // What has been answered so far, where that is anything that the service takes.
  get unfinished() {
    return worthKeeping(this.#answers) ? tidied(this.#answers) : null;
  }

  #text(wording) {
    return wording[this.lang] ?? wording[this.q.languages[0]];
  }

  #go(step) {
    this.#at = step;
    this.#draw();
  }

  #draw() {
    const step = this.#steps[this.#at];
    const last = this.#at === this.#steps.length - 1;
    const place = fill(this.words.progress, { step: this.#at + 1, steps: this.#steps.length });
    const content = [
      el("p", { class: "progress" },
        el("progress", { max: this.#steps.length, value: this.#at + 1, "aria-hidden": "true" }),
        el("span", {}, place)),
      ...this.#screen(step),
    ];
    const onward = last ? this.words.send : this.words.next;
    const controls = [
      el("button", { type: "button", class: "second", onclick: () => (this.#at ? this.#go(this.#at - 1) : this.#finish(null)) },
        this.#at ? this.words.back : this.words.leave),
      el("button", { type: "button", class: "first", onclick: () => (last ? this.#send() : this.#go(this.#at + 1)) }, onward),
    ];
    this.#show(content, controls);
  }

  #send() {
    const answers = this.unfinished;
    if (answers) this.#finish(answers);
    else this.#empty();
  }

  #empty() {
    this.#show([
      el("h1", { tabindex: "-1" }, this.words.empty_title),
      el("p", {}, this.words.empty),
    ], [
      el("button", { type: "button", class: "second", onclick: () => this.#finish(null) }, this.words.leave),
      el("button", { type: "button", class: "first", onclick: () => this.#go(0) }, this.words.answer_now),
    ]);
  }

  #screen(step) {
    if (step.kind === "group") {
      return [this.#heading(this.#text(step.heading), step.id), el("div", { class: "items" }, step.items.map((item) => this.#item(item)))];
    }
    if (step.kind === "overall") {
      const [item] = step.items;
      return [this.#heading(this.words.overall), el("div", { class: "items alone" }, this.#item(item))];
    }
    if (step.kind === "profile") {
      const asked = step.questions.map((question) => this.#question(question));
      return [this.#heading(this.words.profile), el("p", { class: "hint" }, this.words.optional), el("div", { class: "questions" }, asked)];
    }
    return this.#comment(step);
  }

  #heading(text, id) {
    const title = el("h1", { tabindex: "-1" }, text);
    const listen = this.listen([{ key: id }], text);
    if (!this.icons[id] && !listen) return title;
    return el("div", { class: "titled" }, this.#icon(id), title, listen);
  }

  #icon(id) {
    return this.icons[id] ? icon(this.icons[id]) : null;
  }

  #item(item) {
    const levels = this.q.levels.map((level) => ({
      value: String(level.value), mood: `level l${level.value}`, picture: face(level.value), text: this.#text(level.text),
    }));
    const none = { value: "0", mood: "none", picture: null, text: this.#text(this.q.no_opinion) };
    const keys = [...levels.map((level) => `level.${level.value}`), "no_opinion"];
    const choices = [...levels, none].map((choice) => this.#choice(item.field, choice));
    const text = this.#text(item.text);
    const listen = this.listen([{ key: item.field }, ...keys.map((key, at) => ({ key, mark: choices[at] }))], text);
    const head = el("legend", {}, this.#icon(item.field), el("span", {}, text));
    return el("fieldset", { class: listen ? "item heard" : "item" }, head, listen, el("div", { class: "levels" }, choices));
  }

  #question(question) {
    const choices = question.options.map((option) =>
      this.#choice(question.field, { value: option.value, mood: "option", picture: null, text: this.#text(option.text) }));
    const keys = question.options.map(({ value }) => (value === "." ? "declined" : `${question.field}.${value}`));
    const text = this.#text(question.text);
    const listen = this.listen([{ key: question.field }, ...keys.map((key, at) => ({ key, mark: choices[at] }))], text);
    const head = el("legend", {}, el("span", {}, text));
    return el("fieldset", { class: listen ? "question heard" : "question" }, head, listen, el("div", { class: "options" }, choices));
  }

  #choice(field, { value, mood, picture, text }) {
    const input = el("input", {
      type: "radio", name: field, value, autocomplete: "off", class: "vh", onchange: () => { this.#answers[field] = value; },
    });
    input.checked = this.#answers[field] === value;
    return el("label", { class: mood }, input, picture, el("span", {}, text));
  }

  #comment(step) {
    const box = el("textarea", {
      id: "comment", rows: 6, maxlength: LONGEST_COMMENT, autocomplete: "off", autocorrect: "off", spellcheck: "false",
      "aria-describedby": "comment-hint", oninput: () => { this.#answers.comment = box.value; },
    });
    box.value = this.#answers.comment ?? "";
    return [
      this.#heading(this.words.comment_title),
      el("label", { for: "comment", class: "ask" }, this.#text(step.text)),
      this.listen([{ key: "comment" }], this.#text(step.text)),
      el("p", { class: "hint", id: "comment-hint" }, this.words.comment_hint),
      box,
    ];
  }
}
