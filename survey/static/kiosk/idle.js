// Nobody is there: a question with a countdown, then the end. Touch and keyboard both count as somebody.

import { ASKED, GONE, idleAt } from "./idlerule.js";

const SIGNS = ["pointerdown", "pointermove", "keydown", "input", "wheel", "touchstart"];

/** Watches for signs of somebody: warn(seconds or null) shows or takes away the question, end() is called once. */
export class Idle {
  #seconds;
  #warn;
  #end;
  #last = 0;
  #timer = 0;
  #warned = false;

  constructor({ warn, end }) {
    this.#warn = warn;
    this.#end = end;
    for (const sign of SIGNS) addEventListener(sign, () => this.touched(), { capture: true, passive: true });
  }

  start(seconds) {
    this.stop();
    this.#seconds = seconds;
    this.#last = performance.now(); // which no correction of the device's clock moves
    this.#timer = setInterval(() => this.#look(), 250);
  }

  stop() {
    clearInterval(this.#timer);
    if (this.#warned) this.#warn(null);
    this.#warned = false;
  }

  // The question goes away a moment later, so that one touch does not fall through to what lies under it.
  touched() {
    this.#last = performance.now();
  }

  #look() {
    const { state, left } = idleAt(this.#seconds, performance.now() - this.#last);
    if (state === GONE) {
      this.stop();
      this.#end();
    } else if (state === ASKED) {
      this.#warned = true;
      this.#warn(left);
    } else if (this.#warned) {
      this.#warned = false;
      this.#warn(null);
    }
  }
}
