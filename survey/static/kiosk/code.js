// The code with which a citizen answers on a telephone: another one each minute, only while the first screen stands
// and the service answers. Without a network there is nothing, since no telephone could open the form either.

import { el } from "./dom.js";
import { qr } from "./qr.js";

const SOON = 1500; // after the minute has turned
const RETRY = 15_000;
const LOOK = 2000; // at night, whether somebody has touched the screen

/**
 * Makes an empty place that fills itself; once it has left the page, all ends.
 * @param {object} scene words; ask() fetches the present code
 * @returns {HTMLElement} the place
 */
export function phoneCode({ words, ask }) {
  const place = el("aside", { class: "phone", "aria-label": words.phone_title, hidden: true });
  let ends = 0;
  const renew = async () => {
    if (!place.isConnected) return;
    if (document.body.classList.contains("night")) {
      setTimeout(renew, LOOK); // a code that nobody sees is not asked for
      return;
    }
    let next = RETRY;
    try {
      const said = await ask();
      ends = Date.now() + said.seconds * 1000;
      place.replaceChildren(...drawn(said, words));
      place.hidden = false;
      next = said.seconds * 1000 + SOON;
    } catch {
      place.hidden = Date.now() > ends;
    }
    setTimeout(renew, next);
  };
  queueMicrotask(renew); // the place is on the page by then
  return place;
}

function drawn(said, words) {
  return [
    qr(said.url, words.phone_picture),
    el("div", {},
      el("p", { class: "phone-title" }, words.phone_title),
      el("p", {}, words.phone_scan),
      el("p", { class: "phone-typed" }, said.typed_at, el("b", {}, said.code))),
  ];
}
