// Reads aloud what is on the screen, from recorded files; a button shows only where there is a file for it.
// Any touch or key ends it, and nothing of it outlives the visit.

import { el, svg } from "./dom.js";

const CACHE = "hailong-audio";
const EAR = "M4 9v6h4l5 4V5L8 9zM16 8.5a5 5 0 0 1 0 7M18.5 6a8.5 8.5 0 0 1 0 12";

/** The page's voice: files() gives the addresses by language and key, alive() is told that somebody listens. */
export class Sound {
  #files;
  #alive;
  #context = null;
  #source = null;
  #button = null; // what plays
  #ended = null; // what the present touch has just ended
  #turn = 0;

  constructor({ files, alive }) {
    this.#files = files;
    this.#alive = alive;
    for (const sign of ["pointerdown", "keydown"]) addEventListener(sign, (event) => this.#touched(event), { capture: true });
  }

  // Returns a button that plays the parts in order ({key, mark}: mark is shown as spoken), or null without a file.
  button(lang, parts, { text, name }) {
    const has = parts.filter((part) => this.#files()[lang]?.[part.key]);
    if (!has.length || has[0] !== parts[0]) return null;
    const made = el("button", { type: "button", class: "listen", "aria-label": name, onclick: () => this.#clicked(made, lang, has) },
      svg("svg", { viewBox: "0 0 24 24", class: "sign-picture", "aria-hidden": "true", focusable: "false" }, svg("path", { d: EAR })),
      el("span", {}, text));
    return made;
  }

  stop() {
    this.#turn += 1;
    this.#source?.stop();
    this.#source = null;
    this.#button?.classList.remove("plays");
    this.#button = null;
    for (const spoken of document.querySelectorAll(".spoken")) spoken.classList.remove("spoken");
  }

  #touched(event) {
    this.#ended = this.#button?.contains(event.target) ? this.#button : null;
    if (this.#button) this.stop();
  }

  #clicked(button, lang, parts) {
    if (this.#ended === button) this.#ended = null; // the touch that ended it does not begin it again
    else this.#play(button, lang, parts);
  }

  async #play(button, lang, parts) {
    this.stop();
    this.#context ??= new AudioContext(); // made in a touch, without which a browser plays nothing
    const turn = this.#turn;
    const silent = () => turn !== this.#turn || !button.isConnected;
    this.#button = button;
    button.classList.add("plays");
    try {
      await this.#context.resume();
      for (const part of parts) {
        const buffer = await this.#read(this.#files()[lang][part.key]);
        if (silent()) return;
        part.mark?.classList.add("spoken");
        this.#alive();
        await this.#sound(buffer);
        part.mark?.classList.remove("spoken");
        if (silent()) return;
      }
    } catch {
      // A file that cannot be had or heard leaves the words on the screen.
    }
    if (!silent()) this.stop();
  }

  async #read(address) {
    const found = (await caches.match(address, { cacheName: CACHE })) ?? (await fetch(address, { credentials: "omit" }));
    return this.#context.decodeAudioData(await found.arrayBuffer());
  }

  #sound(buffer) {
    return new Promise((resolve) => {
      const source = this.#context.createBufferSource();
      source.buffer = buffer;
      source.connect(this.#context.destination);
      source.addEventListener("ended", resolve);
      this.#source = source;
      source.start();
    });
  }
}

/**
 * Keeps every file on the device, for when there is no network, and drops those that are no longer used.
 * @param {object} files addresses by language and key
 * @returns {Promise<boolean>} settled when all are kept
 */
export async function keepFiles(files) {
  const wanted = Object.values(files).flatMap((keys) => Object.values(keys));
  if (!wanted.length) return caches.delete(CACHE);
  const cache = await caches.open(CACHE);
  const kept = (await cache.keys()).map((request) => request.url);
  const addresses = wanted.map((address) => new URL(address, location.origin).href);
  await Promise.all(kept.filter((url) => !addresses.includes(url)).map((url) => cache.delete(url)));
  for (const url of addresses.filter((each) => !kept.includes(each))) await cache.add(new Request(url, { credentials: "omit" }));
  return true;
}
