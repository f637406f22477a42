// Nobody is there: a question with a countdown, then the end. Touch and keyboard both count as somebody.

const SIGNS = ["pointerdown", "pointermove", "keydown", "input", "wheel", "touchstart"];
const COUNTDOWN = 20; // seconds in which one touch is enough to go on

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
    const left = this.#seconds + COUNTDOWN - (performance.now() - this.#last) / 1000;
    if (left <= 0) {
      this.stop();
      this.#end();
    } else if (left <= COUNTDOWN) {
      this.#warned = true;
      this.#warn(Math.ceil(left));
    } else if (this.#warned) {
      this.#warned = false;
      this.#warn(null);
    }
  }
}
