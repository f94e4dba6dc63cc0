/**
 * The playground, measured in Chromium: `pnpm bench:playground` prints what it weighs, when its editor
 * and its compiler are there, and how long checks take; with a folder it leaves screenshots.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { buildPlayground, serveFolder } from "../packages/playground/page/build.ts";

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const [screenshots] = process.argv.slice(2);
const repeats = 3;
/** Milliseconds without typing before a program is checked: `packages/playground/page/src/language.ts`. */
const pause = 250;

/** A network and its training; each check has to find one more shape that does not fit. */
const program = `import { random, zeros } from "@nabla/autograd";
import { adam, crossEntropy, dense, relu, sequential } from "@nabla/nn";

const network = sequential(dense(784, 128), relu, dense(128, 64), relu, dense(64, 10));
const optimizer = adam(network.parameters());
const images = random.uniform([100, 784]);
for (let step = 0; step < 10; step++) {
  const cost = crossEntropy(network.forward(images), zeros([100], { dtype: "int32" }));
  cost.backward();
  optimizer.step();
}
`;
const wrong = "images.matmul(images);\n";

/** Resolves when the list of problems has as many entries; gives the milliseconds since `since`. */
const untilProblems = (count: number): string => `new Promise((resolve) => {
  const look = () => {
    if (document.querySelectorAll(".problems li").length !== ${count}) return false;
    resolve(performance.now() - globalThis.since);
    return true;
  };
  if (!look()) {
    const observer = new MutationObserver(() => look() && observer.disconnect());
    observer.observe(document.body, { childList: true, subtree: true });
  }
})`;

interface Measured {
  readonly editor: number;
  readonly compiler: number;
  readonly firstCheck: number;
  readonly nextCheck: number;
}

async function measured(context: BrowserContext, url: string): Promise<Measured> {
  const page = await context.newPage();
  await page.goto(`${url}#example=gradient`);
  const now = (): Promise<number> => page.evaluate("performance.now()");
  await page.getByRole("textbox", { name: "Program" }).waitFor();
  const editor = await now();
  await page.getByRole("button", { name: "Run" }).and(page.locator(":enabled")).waitFor();
  const compiler = await now();
  const firstCheck = await checked(page, program + wrong, 1);
  let nextCheck = 0;
  const more = 3;
  for (let i = 0; i < more; i++) nextCheck += (await checked(page, wrong, i + 2)) / more;
  await page.close();
  return { editor, compiler, firstCheck, nextCheck };
}

/** Adds a text to the program, at first in place of it; the milliseconds until it has been checked. */
async function checked(page: Page, text: string, problems: number): Promise<number> {
  if (problems === 1) {
    await page.getByRole("textbox", { name: "Program" }).click();
    await page.keyboard.press("Control+a");
  }
  await page.evaluate("globalThis.since = performance.now()");
  await page.keyboard.insertText(text);
  return (await page.evaluate<number>(untilProblems(problems))) - pause;
}

const folder = mkdtempSync(path.join(tmpdir(), "nabla-playground-"));
try {
  await buildPlayground(folder);
  const assets = path.join(folder, "assets");
  for (const name of readdirSync(assets)) {
    const size = gzipSync(readFileSync(path.join(assets, name))).length;
    console.log(`${name.replace(/-[^-]*\./, ".")} ${(size / 1000).toFixed(1)} kB gzip`);
  }
  const server = await serveFolder(folder);
  const url = `http://localhost:${(server.httpServer.address() as AddressInfo).port}/`;
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    for (let i = 0; i < repeats; i++) {
      // Nothing is cached: a first visit.
      const context = await browser.newContext();
      const { editor, compiler, firstCheck, nextCheck } = await measured(context, url);
      const said = { editor, compiler, "first check": firstCheck, "next checks": nextCheck };
      const parts = Object.entries(said).map(([name, time]) => `${name} ${time.toFixed(0)} ms`);
      console.log(parts.join(", "));
      if (screenshots !== undefined && i === 0) await picture(context, url, screenshots);
      await context.close();
    }
  } finally {
    await browser.close();
    await server.close();
  }
} finally {
  rmSync(folder, { recursive: true });
}

async function picture(context: BrowserContext, url: string, to: string): Promise<void> {
  const page = await context.newPage();
  await page.setViewportSize({ width: 1200, height: 860 });
  await page.goto(`${url}#example=line`);
  const run = page.getByRole("button", { name: "Run" }).and(page.locator(":enabled"));
  await run.click();
  await page.locator("#status", { hasText: "Done" }).waitFor();
  await page.screenshot({ path: path.join(to, "playground.png") });
  await page.close();
}
