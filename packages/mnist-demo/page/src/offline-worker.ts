// Keeps what a page is made of, so that it works without a network once it has been opened. Built
// as a script of its own beside the page (offline.ts).

/** Paths of what is kept from the start, below the page's folder. */
declare const files: readonly string[];
/** Changes whenever one of the files does. */
declare const version: string;

interface LastingEvent {
  waitUntil(end: Promise<unknown>): void;
}

interface FetchEvent extends LastingEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

interface ServiceWorker {
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: LastingEvent) => void): void;
  addEventListener(type: "fetch", listener: (event: FetchEvent) => void): void;
}

const worker = globalThis as unknown as ServiceWorker;
const { scope } = worker.registration;
/** Caches of one folder's pages; other folders of the host have theirs. */
const prefix = `nabla ${scope} `;
const cacheName = prefix + version;

worker.addEventListener("install", (event) => event.waitUntil(keepAll()));
worker.addEventListener("activate", (event) => event.waitUntil(takeOver()));
worker.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "GET" && url.startsWith(scope)) event.respondWith(answer(event.request));
});

async function keepAll(): Promise<void> {
  const cache = await caches.open(cacheName);
  await cache.addAll(files.map((file) => new URL(file, scope).href));
  await worker.skipWaiting();
}

/** Forgets what earlier versions have kept. */
async function takeOver(): Promise<void> {
  const old = (await caches.keys()).filter((key) => key.startsWith(prefix) && key !== cacheName);
  await Promise.all(old.map((key) => caches.delete(key)));
  await worker.clients.claim();
}

/** Milliseconds that the page itself waits for a network before it is shown as kept. */
const patience = 3000;

/** As kept; the page itself from the network, where that answers, so that a new version is seen. */
async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  const isPage = request.mode === "navigate";
  // Files are the same for everybody, whatever their headers say.
  const wanted = isPage && isIndex(request.url) ? scope : request;
  const kept = await cache.match(wanted, { ignoreSearch: isPage, ignoreVary: true });
  if (!kept) return asked(request, cache);
  if (!isPage) return kept;
  const late = new Promise<Response>((resolve) => setTimeout(() => resolve(kept), patience));
  return Promise.race([fetch(request).catch(() => kept), late]);
}

/** Whether an address is that of the page, by the name of its file. */
function isIndex(url: string): boolean {
  return new URL(url).pathname === new URL("index.html", scope).pathname;
}

/** From the network, and kept if it is what was asked for. */
async function asked(request: Request, cache: Cache): Promise<Response> {
  const response = await fetch(request);
  if (response.ok && request.mode !== "navigate") await cache.put(request, response.clone());
  return response;
}
