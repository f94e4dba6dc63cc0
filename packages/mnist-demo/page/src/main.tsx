// The page: what is there from the start, and the worker behind it.
import { hydrate, render } from "preact";
import { App } from "./app.tsx";
import { firstLookId, firstLookIn } from "./first-look.ts";
import { holdLinkedPlace } from "./linked-place.ts";
import { firstChoices } from "./trainer.ts";

const app = document.querySelector("#app")!;
const text = document.getElementById(firstLookId)?.textContent;
const first = firstLookIn(text, firstChoices, location.search);
if (first) hydrate(<App first={first} />, app);
else {
  app.replaceChildren();
  render(<App />, app);
}
app.removeAttribute("data-still");
holdLinkedPlace();

// Kept for when there is no network; on a developer's machine, other pages have the same address.
if ("serviceWorker" in navigator && location.hostname !== "localhost") {
  addEventListener("load", () => {
    navigator.serviceWorker.register("./offline.js").catch(console.info);
  });
}
