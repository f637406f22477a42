// Brings the next code of the counter when the minute is over. A code that is too old is covered.
"use strict";

(() => {
  const SOON = 1500; // after the minute has turned
  const RETRY = 5000;
  const PATIENCE = 10_000;
  const lost = document.querySelector("[data-lost]");
  const out = document.querySelector("[data-out]");
  let shown = document.querySelector("[data-screen]");
  let ends = Date.now() + shown.dataset.seconds * 1000;

  const wait = (ms) => setTimeout(renew, ms);

  async function renew() {
    try {
      const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
      if (answer.redirected || answer.status === 403) return signedOut();
      const next = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-screen]");
      if (!answer.ok || !next) throw new Error("no code");
      shown.replaceWith(next);
      shown = next;
      ends = Date.now() + shown.dataset.seconds * 1000;
      lost.hidden = true;
      wait(shown.dataset.seconds * 1000 + SOON);
    } catch {
      // A code opens forms for minutes after it has left the screen, but nobody should meet an old one here.
      if (Date.now() > ends) shown.hidden = true;
      lost.hidden = !shown.hidden;
      wait(RETRY);
    }
  }

  function signedOut() {
    shown.hidden = true;
    out.hidden = false;
  }

  navigator.wakeLock?.request("screen").catch(() => {});
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && Date.now() > ends) renew();
  });
  wait(shown.dataset.seconds * 1000 + SOON);
})();
