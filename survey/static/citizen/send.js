// Sends the form on a bad line: the page stays, with all that was answered, until the service's receipt is there.
// The page fetches this when the first answer is given; without it the browser sends the form as ever.
// WORDS is put before it by survey/web/citizen.py. Nothing is stored on the phone.

const PATIENCE = 25_000; // for one attempt
const WAITS = [2, 4, 8, 15, 30]; // seconds between attempts; the last one from then on
const RECEIPT = /\/r\/[^/]+$/;

const form = document.forms[0];
const told = document.createElement("p");
let busy = false;
let waiting = false;
let tries = 0;
let timer = 0;
let address = form.action;

told.className = "b";
told.hidden = true;
told.setAttribute("role", "status");
told.style.cssText = "position:sticky;bottom:0;font-weight:700";
[...form.querySelectorAll("button")].pop().after(told);

form.addEventListener("submit", (event) => {
  event.preventDefault();
  address = event.submitter?.hasAttribute("formaction") ? event.submitter.formAction : form.action;
  tries = 0;
  send();
});
addEventListener("online", again);
document.addEventListener("visibilitychange", again);
addEventListener("pageshow", (event) => event.persisted && tell("")); // back from the receipt

function again() {
  if (waiting && document.visibilityState === "visible") send();
}

function tell(words) {
  told.textContent = words;
  told.hidden = !words;
}

// However often it is tapped, one attempt runs at a time; each carries the page's one key, so that the service
// takes the answers once.
async function send() {
  if (busy) return;
  busy = true;
  waiting = false;
  clearTimeout(timer);
  tell(WORDS.sending);
  addEventListener("beforeunload", warn);
  const answer = await attempt();
  busy = false;
  if (!answer || answer.status >= 500 || answer.status === 429) later();
  else settle(answer);
}

async function attempt() {
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(address, { method: "POST", body, signal: stop.signal });
    await answer.text();
    return answer;
  } catch {
    return null;
  } finally {
    clearTimeout(late);
  }
}

function later() {
  tell(WORDS.waiting);
  waiting = true;
  timer = setTimeout(send, WAITS[Math.min(tries, WAITS.length - 1)] * 1000);
  tries += 1;
}

// The receipt lies in the browser's cache by now. Whatever else the service says, it says to the browser itself:
// the same post again, which is answered in the same way.
function settle(answer) {
  removeEventListener("beforeunload", warn);
  if (answer.ok && answer.redirected && RECEIPT.test(new URL(answer.url).pathname)) {
    location.assign(answer.url);
  } else {
    form.action = address;
    form.submit();
  }
}

function warn(event) {
  event.preventDefault();
}
