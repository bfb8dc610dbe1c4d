// Lets the register be opened, and reloaded, where there is no connection. It keeps the page without anybody's name in it and
// its scripts and styles; names and entries are in the page's own database (register-store.js), in one place that is cleared.

const VERSION = location.pathname.split("/").at(-2);
const ASSETS = new URL("./", location).pathname;
const CACHE = `limber-register-${VERSION}`;
const EMPTY_PAGE = "/scheduling/sessions/offline";
const NAMES = [
  "favicon.ico",
  "favicon.svg",
  "limber.css",
  "nhsuk-frontend.css",
  "nhsuk-frontend.js",
  "page.js",
  "parts.js",
  "register.css",
  "register.js",
  "register-dom.js",
  "register-exercises.js",
  "register-forms.js",
  "register-model.js",
  "register-send.js",
  "register-store.js",
  "register-view.js",
  "start.js",
];
const REGISTER = /^\/scheduling\/sessions\/[0-9a-f-]{36}\/register$/;
const PATIENCE = 5_000; // milliseconds
// What the front door answers while the service behind it is away.
const AWAY = new Set([502, 503, 504]);

self.addEventListener("install", (event) => {
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOlder().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate" && REGISTER.test(pathname)) event.respondWith(page(request));
  else if (pathname.startsWith(ASSETS)) event.respondWith(asset(request));
});

async function keep() {
  const cache = await caches.open(CACHE);
  await cache.addAll([EMPTY_PAGE, ...NAMES.map((name) => ASSETS + name)]);
}

async function forgetOlder() {
  const ours = (await caches.keys()).filter((name) => name.startsWith("limber-register-"));
  await Promise.all(ours.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
}

async function page(request) {
  const tooLong = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  const response = await Promise.race([fetch(request).catch(() => undefined), tooLong]);
  if (response && !AWAY.has(response.status)) return response;
  return (await caches.match(EMPTY_PAGE)) ?? Response.error();
}

async function asset(request) {
  return (await caches.match(request)) ?? fetch(request);
}
