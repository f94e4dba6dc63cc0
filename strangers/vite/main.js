import { train } from "./train.js";

document.querySelector("#page").textContent = String(train());
const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
worker.addEventListener("message", ({ data }) => {
  document.querySelector("#worker").textContent = String(data);
});
