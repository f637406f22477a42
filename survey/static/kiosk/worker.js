// Keeps the kiosk's page, and nothing else, for when there is no network. SHELL stands before this text.

const CACHE = `hailong-kiosk-${SHELL.version}`;

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll(SHELL.files.map((file) => new Request(file, { cache: "reload" })));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith("hailong-kiosk-") && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (!SHELL.files.includes(url.pathname)) return;
  event.respondWith((async () => (await caches.match(url.pathname, { cacheName: CACHE })) ?? fetch(event.request))());
});
