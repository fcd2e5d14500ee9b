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
  'reports.js',
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

// Reports of chargers that wait for signal: the page leaves a copy here, to be sent when it is closed. Sent twice does no harm.
const LEFT = `${folder}/charge/-reports`;

self.addEventListener('message', (event) => {
  if (!Array.isArray(event.data)) return;
  const copy = new Response(JSON.stringify(event.data));
  event.waitUntil(caches.open('reports').then((cache) => cache.put(LEFT, copy)));
});

self.addEventListener('sync', (event) => {
  if (event.tag === 'reports') event.waitUntil(sendLeft());
});

const leftIn = (cache) => cache.match(LEFT).then((known) => (known ? known.json() : []));

/** One after another, and each once. Rejects while one did not arrive: the browser tries again. */
const sendLeft = () =>
  caches.open('reports').then((cache) => {
    const keepOthers = (sent, left) =>
      cache.put(LEFT, new Response(JSON.stringify(left.filter((entry) => entry.text !== sent.text))));
    const sendNext = ([next]) =>
      next
        ? sendReport(next)
            .then(() => leftIn(cache))
            .then((left) => keepOthers(next, left))
            .then(() => leftIn(cache))
            .then(sendNext)
        : cache.delete(LEFT);
    return leftIn(cache).then(sendNext);
  });

const sendReport = ({ station, text }) =>
  fetch(`${folder}/stations/${encodeURIComponent(station)}/reports`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ report: text }),
  }).then((answer) => {
    if (!answer.ok && !/^4(?:00|04|13|22)$/.test(answer.status)) throw new Error(String(answer.status));
  });
