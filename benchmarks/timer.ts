// Whether a process goes on while it trains: W4 by `fit`, beside a timer of 50 Hz in Node, and beside the frames of
// a page in Chromium.
//   pnpm bench:timer [--epochs 20]
// An epoch has 20 steps. Beside it: the same training by a loop that blocks, which must have the same bits. Fails
// where more than one beat in twenty is missed.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { type Beats, type Compared, compared, timer } from "./beats.ts";

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const { values } = parseArgs({ options: { epochs: { type: "string", default: "20" } } });
const epochs = Number(values.epochs);
/** The part of the beats that may be missed. */
const mostMissed = 1 / 20;

/** The page lets the training begin when it draws. */
const script = `
import { compared, frames } from "./beats.ts";
await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
globalThis.found = await compared(frames, ${epochs});`;

async function inPage(): Promise<Compared> {
  const { outputFiles } = await build({
    stdin: { contents: script, resolveDir: fileURLToPath(new URL(".", import.meta.url)) },
    bundle: true,
    write: false,
    format: "esm",
  });
  const server = createServer((request, response) => {
    const isScript = request.url === "/beats.js";
    response.writeHead(200, {
      "Content-Type": isScript ? "text/javascript" : "text/html",
      // Memory that workers share takes isolation.
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
    });
    const page = '<!doctype html><script type="module" src="beats.js"></script>';
    response.end(isScript ? outputFiles[0]!.text : page);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(600_000);
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction("globalThis.found !== undefined");
    return await page.evaluate<Compared>("globalThis.found");
  } finally {
    await browser.close();
    server.close();
  }
}

let hasFailed = false;

function tell(where: string, { awaited, blocking, steps, milliseconds, isSame }: Compared): void {
  const said = ({ beats, missed }: Beats) =>
    `${missed} of ${beats} missed (${((100 * missed) / beats).toFixed(1)} %)`;
  const step = (milliseconds / steps).toFixed(1);
  console.log(`${where}: ${said(awaited)} in ${steps} steps of ${step} ms`);
  console.log(
    `  by a loop that blocks: ${said(blocking)}; ${isSame ? "the same bits" : "OTHER BITS"}`,
  );
  if (!isSame || awaited.missed > mostMissed * awaited.beats) hasFailed = true;
}

tell("beats of a timer in Node", await compared(timer, epochs));
tell("frames of a page in Chromium", await inPage());
if (hasFailed) process.exitCode = 1;
