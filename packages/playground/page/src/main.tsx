// The playground: an editor, and what its program shows.
import { render } from "preact";
import { App } from "./app.tsx";

render(<App />, document.querySelector("#app")!);

// Kept for when there is no network; on a developer's machine, other pages have the same address.
if ("serviceWorker" in navigator && location.hostname !== "localhost") {
  addEventListener("load", () => {
    navigator.serviceWorker.register("./offline.js").catch(console.info);
  });
}
