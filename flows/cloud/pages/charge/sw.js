// Keeps the page readable without signal: once it was loaded, any station's page opens from here. Codes are in the
// page's own store; nothing of the cloud's answers is cached. The server puts VERSION in front of this file.
const folder = self.location.pathname.replace(/\/charge-assets\/.*$/, '');
const FILES = [
  'style.css',
  'texts.js',
  'settings.js',
  'store.js',
  'cloud.js',
  'page.js',
  'qr-code.js',
  'draw.js',
  'payments.js',
  'app.js',
  'icon.svg',
].map((name) => `${folder}/charge-assets/${name}`);
// One page for all stations: it reads the station from its address.
const PAGE = `${folder}/charge/-`;
const CACHE = `charge ${self.VERSION}`;

self.addEventListener('install', (event) => {
  const fresh = [PAGE].concat(FILES).map((url) => new Request(url, { cache: 'reload' }));
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(fresh))
      .then(() => self.skipWaiting())
  );
});

self.addEventListener('activate', (event) => {
  const old = (names) => names.filter((name) => name.indexOf('charge ') === 0 && name !== CACHE);
  const removed = caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name))));
  event.waitUntil(removed.then(() => self.clients.claim()));
});

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== self.location.origin) return;
  const wanted =
    event.request.mode === 'navigate' && url.pathname.indexOf(`${folder}/charge/`) === 0 ? PAGE : url.pathname;
  if (wanted !== PAGE && FILES.indexOf(wanted) < 0) return;
  event.respondWith(
    caches
      .open(CACHE)
      .then((cache) => cache.match(wanted))
      .then((known) => known || fetch(event.request))
  );
});
