// What a browser does of itself and what would stay for the next citizen: menus, drags, zoom, print and save.

const KEYS = new Set(["+", "-", "=", "0", "p", "s", "o", "u", "f", "g"]); // with Ctrl or the command key

/** Keeps the browser from all of it. */
export function guard() {
  const no = (event) => event.preventDefault();
  for (const sign of ["contextmenu", "dragstart", "gesturestart"]) addEventListener(sign, no);
  addEventListener("wheel", (event) => event.ctrlKey && no(event), { passive: false });
  addEventListener("keydown", (event) => (event.ctrlKey || event.metaKey) && KEYS.has(event.key.toLowerCase()) && no(event));
}
