// The chapter that a link leads to stays where it is seen while those above it come and take room.

/** Milliseconds after which the page is as long as it will be. */
const until = 5000;

/** Holds the place that the page's address names, until the reader goes elsewhere. */
export function holdLinkedPlace(): void {
  const place = document.getElementById(location.hash.slice(1));
  if (place === null) return;
  const watcher = new ResizeObserver(() => place.scrollIntoView());
  watcher.observe(document.body);
  const stop = (): void => watcher.disconnect();
  for (const input of ["wheel", "touchstart", "pointerdown", "keydown"]) {
    addEventListener(input, stop, { once: true, passive: true });
  }
  setTimeout(stop, until);
}
