// The kiosk: waits for a citizen, leads one visit at a time, and brings every answer home.

import { oneAtATime } from "./backoff.js";
import { phoneCode } from "./code.js";
import { el, face, fill } from "./dom.js";
import { moveFormer } from "./former.js";
import { guard } from "./guard.js";
import { HEARTBEAT, isEarly, isNight } from "./hours.js";
import { Idle } from "./idle.js";
import { keep, signingKey } from "./keeping.js";
import { enrolByPhone, leaveByPhone } from "./phone.js";
import { cardRefusal, enrol, flush, heartbeat, screenCode, settings as askSettings } from "./service.js";
import { keepFiles, Sound } from "./sound.js";
import { askPin, menu } from "./staff.js";
import { after, afterWorker, EVENTS, isFree, means, PAGES, STATES } from "./states.js";
import { bind, counts, get, open, put } from "./store.js";
import { askCard } from "./ticket.js";
import { Visit } from "./visit.js";

const THANKS = 12_000;
const RESEND = 30_000;
const RESTART = 30_000;
const LASTING = new Set(["K01", "K02", "K10"]); // no restart mends them
const PHONE = 300; // seconds that somebody with a phone has

const words = JSON.parse(document.getElementById("words").textContent);
const version = document.documentElement.dataset.version;
const parts = Object.fromEntries(["main", "controls", "status", "tools", "rehearsal"].map((id) => [id, document.getElementById(id)]));
const warning = document.getElementById("warning");

let db;
let device;
let settings;
let visit = null;
let card = ""; // the code of the card with which the visit began
let lang = "vi";
let state = STATES.STARTING;
let page = PAGES.CURRENT;
let thanks = 0;
let restart = 0;

// A campaign's further languages bring their words with its settings.
const spoken = (code) => words[code] ?? settings?.words?.[code];
const say = () => spoken(lang) ?? words.vi;
const idle = new Idle({ warn, end: abandon });
const sound = new Sound({ files: () => settings?.audio ?? {}, alive: () => idle.touched() });
const send = oneAtATime(sendOnce);
const listen = (read, text, code = lang) =>
  sound.button(code, read, { text: spoken(code).listen, name: fill(spoken(code).listen_to, { text }) });

// Goes on by an event, or tells that it means nothing now.
function goOn(event) {
  const meant = means(state, event);
  state = after(state, event);
  return meant;
}

function show(content, controls = []) {
  sound.stop();
  clearTimeout(restart);
  parts.main.replaceChildren(...content.filter(Boolean));
  parts.controls.replaceChildren(...controls.filter(Boolean));
  parts.main.scrollTop = 0;
  scrollTo(0, 0);
  parts.main.querySelector("h1")?.focus({ preventScroll: true });
}

function speak(code) {
  lang = code;
  document.documentElement.lang = code;
  document.title = say().title;
  drawTools();
}

function drawTools() {
  const shown = document.documentElement.dataset;
  const button = (name, sign, label) => el("button", {
    type: "button", class: "tool", "aria-pressed": String(shown[name] === "on"),
    onclick: () => { shown[name] = shown[name] === "on" ? "off" : "on"; drawTools(); },
  }, el("span", { "aria-hidden": "true", class: "sign" }, sign), label);
  parts.tools.replaceChildren(button("large", "A+", say().large), button("contrast", "◐", say().contrast));
}

// Everything of a citizen ends here: the page is built anew and no object of the visit is left.
function attract() {
  clearTimeout(thanks);
  idle.stop();
  visit = null;
  card = "";
  goOn(EVENTS.REST);
  if (page === PAGES.OLD) return location.reload();
  Object.assign(document.documentElement.dataset, { large: "off", contrast: "off" });
  speak("vi");
  getSelection()?.removeAllRanges();
  const starts = settings.questionnaire.languages.filter(spoken).map((code, at) =>
    el("div", { lang: code, class: "start-in" },
      el("button", { type: "button", class: at ? "start other" : "start", onclick: () => begin(code) }, spoken(code).start),
      listen([{ key: "kiosk.invite" }], spoken(code).invite, code)));
  const haves = settings.cards ? settings.questionnaire.languages.filter(spoken).map((code) =>
    el("button", { type: "button", class: "quiet have", lang: code, onclick: () => haveCard(code) }, spoken(code).have_card)) : [];
  show([el("div", { class: "attract" },
    el("p", { class: "office" }, settings.office),
    el("h1", { tabindex: "-1" }, say().invite),
    el("p", { class: "unit" }, settings.unit),
    el("p", { class: "faces" }, [1, 2, 3, 4, 5].map((level) => el("span", { class: `l${level}` }, face(level)))),
    el("div", { class: "starts" }, starts),
    haves.length > 0 && el("div", { class: "haves" }, haves),
    el("p", { class: "promise" }, say().promise),
    phoneCode({ words: say(), ask: () => screenCode(device) }))],
  [el("button", { type: "button", class: "quiet", onclick: staff }, say().staff)]);
  dim();
  status();
}

function begin(code) {
  if (isEarly(settings, Date.now())) return tooEarly(code);
  if (!goOn(EVENTS.BEGIN)) return null;
  wake();
  speak(code);
  idle.start(settings.idle_seconds);
  const { questionnaire, icons = {} } = settings;
  visit = new Visit({ questionnaire, lang: code, words: say(), icons, listen, show, finish });
  return visit;
}

function haveCard(code) {
  if (isEarly(settings, Date.now())) return tooEarly(code);
  if (!goOn(EVENTS.ASK_CARD)) return null;
  wake();
  speak(code);
  idle.start(settings.idle_seconds);
  return askCard({
    words: say(), show, cancelled: attract, check: (typed) => cardRefusal(device, typed),
    passed: (typed) => { card = typed; begin(code); },
  });
}

function tooEarly(code) {
  if (!goOn(EVENTS.REFUSE)) return;
  speak(code);
  idle.start(settings.idle_seconds);
  const content = [el("h1", { tabindex: "-1" }, fill(say().too_early, { opens: settings.opens_on }))];
  show(content, [el("button", { type: "button", class: "first", onclick: attract }, say().done)]);
}

async function finish(answers) {
  if (answers && !goOn(EVENTS.SEND)) return false; // a second tap on "send"
  visit = null;
  idle.stop();
  if (!answers) return attract();
  try {
    await keep(db, answers, Date.now(), card);
  } catch {
    outOfOrder("K04");
    return false;
  }
  send();
  thank();
  return true;
}

function thank() {
  if (!goOn(EVENTS.THANK)) return;
  show([el("div", { class: "thanks" }, el("p", { class: "l5" }, face(5)), el("h1", { tabindex: "-1" }, say().thanks), el("p", {}, say().kept))],
    [el("button", { type: "button", class: "first", onclick: attract }, say().done)]);
  thanks = setTimeout(attract, THANKS);
}

function warn(seconds) {
  if (seconds === null) {
    warning.close();
    warning.replaceChildren();
    return;
  }
  if (!warning.open) {
    warning.replaceChildren(
      el("h2", { id: "warning-title" }, say().still_there),
      el("p", { class: "count", "aria-hidden": "true" }),
      el("p", {}, settings.unfinished === "keep" ? say().will_keep : say().will_discard),
      el("button", { type: "button", class: "first", autofocus: true }, say().stay));
    warning.showModal();
  }
  warning.querySelector(".count").textContent = seconds;
}

async function abandon() {
  const answers = settings.unfinished === "keep" ? visit?.unfinished : null;
  const kept = await finish(answers);
  if (kept) attract(); // nobody is there to be thanked; what could not be kept, the screen says
}

function staff() {
  if (!goOn(EVENTS.MEET_STAFF)) return;
  const home = () => attract();
  wake();
  idle.start(settings.idle_seconds);
  const passed = () => menu({ db, device, settings, version, words: say(), show, act: { done: home, exit: leave, send, rebind } });
  const phone = () => {
    idle.start(PHONE);
    leaveByPhone({ device, words: say(), show, passed, back: staff });
  };
  askPin({ db, pin: settings.pin, words: say(), show, cancelled: home, passed, phone });
}

// Makes the device another kiosk, or its first; says true while answers of the present one wait.
async function rebind() {
  if ((await counts(db)).waiting) return true;
  idle.stop();
  goOn(EVENTS.ENROL);
  enrolByPhone({
    db, words: say(), show, back: device ? () => location.reload() : null,
    bound: async (made, told) => {
      if (await bind(db, made, told)) location.reload();
      else outOfOrder("K08");
    },
  }).catch(() => outOfOrder("K09"));
  return false;
}

async function leave() {
  idle.stop();
  removeEventListener("popstate", stay);
  if (document.fullscreenElement) await document.exitFullscreen();
  location.replace("/");
}

function stay() {
  history.pushState(null, "", "/kios/");
}

function wake() {
  document.body.classList.remove("night");
}

function dim() {
  document.body.classList.toggle("night", isFree(state) && isNight(new Date().getHours()));
}

async function status() {
  const { waiting } = await counts(db);
  const place = fill(say().place, { number: device.number, counter: settings.counter });
  const queue = waiting ? fill(say().waiting, { waiting }) : say().all_sent;
  parts.status.replaceChildren(el("span", {}, place), el("span", { class: waiting ? "waits" : "" }, queue));
}

async function sendOnce() {
  try {
    const all = await flush(db, device, { changed: status });
    await status();
    return all;
  } catch (fault) {
    if (fault.code === "kiosk_revoked") outOfOrder("K03");
    else if (fault.code === "kiosk_unknown") outOfOrder("K02");
    else throw fault;
    return false;
  }
}

// By the device's own clock: never at an answer, so that it tells nobody when there was one.
async function report() {
  try {
    const said = await heartbeat(db, device);
    if (said.version !== version) (await navigator.serviceWorker.getRegistration("/kios/"))?.update();
    settings = await askSettings(device);
    await put(db, "settings", settings);
    await keepFiles(settings.audio);
  } catch (fault) {
    if (fault.code === "kiosk_revoked") outOfOrder("K03");
  }
}

function outOfOrder(code) {
  idle.stop();
  visit = null;
  goOn(EVENTS.BREAK);
  clearTimeout(thanks);
  if (warning.open) warning.close();
  const number = device?.number ?? "–";
  show([el("div", { class: "broken" },
    el("h1", { tabindex: "-1" }, say().broken),
    el("p", {}, say().broken_ask),
    el("p", { class: "code" }, fill(say().broken_code, { code, number })),
    el("p", { class: "why" }, fill(say()[`why_${code.toLowerCase()}`], { host: location.hostname })))],
  [el("button", { type: "button", class: "quiet", onclick: () => location.reload() }, say().again),
    code === "K03" ? el("button", { type: "button", class: "quiet", onclick: staff }, say().staff) : null]); // what it holds must come out
  if (!LASTING.has(code)) restart = setTimeout(() => location.reload(), code === "K03" ? HEARTBEAT : RESTART);
}

async function enrolled() {
  device = await get(db, "device");
  settings = await get(db, "settings");
  const link = location.hash.slice(1);
  if (link.split("/").length === 3) {
    history.replaceState(null, "", "/kios/");
    const [campaign, number] = link.split("/");
    if (device?.campaign !== campaign || device.number !== Number(number)) {
      if ((await counts(db)).waiting) return "K08";
      const made = await enrol(db, link, (pending) => put(db, "enrolling", pending));
      if (!(await bind(db, made.device, made.settings))) return "K08";
      ({ device, settings } = made);
    }
  }
  return device && settings ? null : "K02";
}

// A full disk is written to only where something is new: what waits can still be sent then.
async function prepareKeys() {
  const text = document.getElementById("service-keys").textContent;
  if (JSON.stringify(await get(db, "service")) !== JSON.stringify(JSON.parse(text))) await put(db, "service", JSON.parse(text));
  await signingKey(db);
}

async function prepare() {
  const worker = navigator.serviceWorker;
  if (!worker.controller) page = PAGES.UNKEPT;
  worker.addEventListener("controllerchange", () => {
    page = afterWorker(page);
    if (page === PAGES.OLD && isFree(state)) location.reload();
  });
  await worker.register("/kios/worker.js", { scope: "/kios/" }).catch(() => {}); // without a network it is there already
  await navigator.storage.persist?.();
  stayAwake();
}

// The screen may sleep behind another window; it wakes with the page.
function stayAwake() {
  if (document.visibilityState === "visible") navigator.wakeLock?.request("screen").catch(() => {});
}

async function start() {
  speak("vi");
  if (!isSecureContext) return outOfOrder("K10");
  if (!crypto.subtle || !navigator.serviceWorker || !navigator.locks) return outOfOrder("K01");
  try {
    db = await open();
    await prepareKeys();
    await moveFormer(db);
  } catch {
    return outOfOrder("K04");
  }
  let why;
  try {
    why = await enrolled();
  } catch (fault) {
    why = { kiosk_link_spent: "K05", kiosk_link_old: "K05", kiosk_link_bad: "K05", kiosk_revoked: "K03" }[fault.code] ?? "K09";
  }
  if (why === "K02") return rebind();
  if (why) return outOfOrder(why);
  prepare();
  parts.rehearsal.hidden = !settings.rehearsal;
  history.pushState(null, "", "/kios/"); // "back" finds the kiosk, not what was before it
  addEventListener("popstate", stay);
  attract();
  document.documentElement.dataset.ready = "yes";
  addEventListener("online", send);
  setInterval(send, RESEND);
  setInterval(report, HEARTBEAT);
  setInterval(() => isFree(state) && dim(), 60_000);
  await report();
  return send();
}

addEventListener("pageshow", (event) => event.persisted && location.reload());
document.addEventListener("visibilitychange", stayAwake);
addEventListener("hashchange", () => location.reload()); // an enrolment link, opened where the page is open
guard();
for (const sign of ["pointerdown", "keydown"]) addEventListener(sign, () => document.body.classList.remove("night"), { passive: true });
addEventListener("error", () => outOfOrder("K07"));
addEventListener("unhandledrejection", () => outOfOrder("K07"));

// One page at a time leads visits; a second tab says so.
navigator.locks
  ? navigator.locks.request("hailong-kiosk-page", { signal: AbortSignal.timeout(4000) }, async () => {
      await start();
      return new Promise(() => {});
    }).catch((fault) => outOfOrder(fault.name === "TimeoutError" || fault.name === "AbortError" ? "K06" : "K07"))
  : start();
