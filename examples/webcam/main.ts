// Builds the page and serves it until it is interrupted; with a folder, builds it there, for any host.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildWebcam, serveWebcam } from "./build.ts";

// As this process was started with.
const conditions = process.execArgv.flatMap((given) => /^--conditions=(.+)/.exec(given)?.[1] ?? []);
const [folder] = process.argv.slice(2);
if (folder === undefined) {
  const own = await mkdtemp(join(tmpdir(), "nabla-webcam-"));
  const { address } = await serveWebcam(own, conditions);
  console.log(`Open ${address} in a browser; Ctrl-C ends it.`);
} else {
  await buildWebcam(folder, conditions);
}
