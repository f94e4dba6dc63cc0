/**
 * The page, measured in Chromium beside Node, and looked at: `pnpm bench:page` prints when it is first
 * painted, on a slow line too, what its scripts weigh, how smoothly it draws, and how fast an epoch goes there and here; with
 * a folder it leaves screenshots.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { type Browser, chromium, type Page } from "playwright-core";
import { buildPage, servePage } from "../packages/mnist-demo/page/page-command.ts";
import { Contender } from "../packages/mnist-demo/page/src/contender.ts";
import { thereAlready } from "../packages/mnist-demo/page/src/training-digits.ts";
import { loadMnist } from "../packages/mnist-demo/src/load.ts";
import { slowHost } from "./page/slow-host.ts";

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const [screenshots] = process.argv.slice(2);
const repeats = 3;
/** Bits a second, as Lighthouse has for a slow phone. */
const slowLine = 1_600_000;

interface Measured {
  readonly paint: number;
  readonly rate: number;
  readonly frames: number;
  readonly shift: number;
}

/** How far things have moved that nobody touched (Cumulative Layout Shift). */
const watchShifts = `
  globalThis.shift = 0;
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) shift += value;
  }).observe({ type: "layout-shift", buffered: true });`;

const steps = "Number(document.querySelector('#steps').textContent.replaceAll(',', ''))";

/** Chapters that have pictures of their own. */
const pictured = ["avenues", "desires", "obey", "walks", "minima"];
const idsOfChapters = "[...document.querySelectorAll('.chapter h2')].map(({ id }) => id)";

const framesInASecond = `new Promise((resolve) => {
  const start = performance.now();
  let frames = 0;
  const next = () => {
    frames++;
    const passed = performance.now() - start;
    if (passed < 1000) requestAnimationFrame(next);
    else resolve((frames * 1000) / passed);
  };
  requestAnimationFrame(next);
})`;

const folder = mkdtempSync(path.join(tmpdir(), "nabla-page-"));
await buildPage(folder);
const server = await servePage({ port: 0, out: folder, isolated: true });
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const url = `http://localhost:${(server.httpServer.address() as AddressInfo).port}/`;
try {
  const assets = path.join(folder, "assets");
  const scripts = readdirSync(assets).filter((name) => name.endsWith(".js"));
  const sizes = scripts.map((name) => gzipSync(readFileSync(path.join(assets, name))).length);
  console.log(`scripts: ${(sizes.reduce((a, b) => a + b) / 1000).toFixed(1)} kB gzip, in files:`);
  for (const [i, name] of scripts.entries()) {
    console.log(`  ${name.replace(/-[^-]*$/, "")} ${(sizes[i]! / 1000).toFixed(1)} kB`);
  }
  const rates: { page: number; node: number }[] = [];
  const runs: Measured[] = [];
  for (let i = 0; i < repeats; i++) {
    const run = await measured(browser);
    runs.push(run);
    rates.push({ page: run.rate, node: await rateInNode() });
  }
  console.log(await opening(browser, url));
  const slow = await slowHost(folder, slowLine / 8);
  const { port } = slow.address() as AddressInfo;
  const line = `at ${slowLine / 1e6} Mbit/s`;
  console.log(`${line}: ${await opening(browser, `http://localhost:${port}/`)}`);
  slow.close();
  const of = (what: keyof Measured): number => median(runs.map((run) => run[what]));
  console.log(`first contentful paint: ${of("paint").toFixed(0)} ms`);
  console.log(`frames a second while training: ${of("frames").toFixed(0)}`);
  console.log(`cumulative layout shift: ${of("shift").toFixed(3)}`);
  const [there, here] = [median(rates.map((r) => r.page)), median(rates.map((r) => r.node))];
  const seconds = (rate: number): string => `${(60_000 / rate).toFixed(3)} s`;
  console.log(
    `an epoch of 784-16-16-10, batches of 100: page ${seconds(there)}, Node ${seconds(here)}`,
  );
  console.log(`page / Node: ${(here / there).toFixed(2)} (medians of ${repeats})`);
  if (screenshots !== undefined) await takeScreenshots(browser, screenshots);
} finally {
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true });
}

async function ready(page: Page): Promise<void> {
  page.setDefaultTimeout(120_000);
  // Rests until it is asked to move.
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto(url);
  await page.locator(".opening .primary:enabled").waitFor();
}

/** Trains as fast as it goes for ten epochs of 3,000 digits. */
async function measured(from: Browser): Promise<Measured> {
  const page = await from.newPage();
  await page.addInitScript(watchShifts);
  await ready(page);
  const paint = await page.evaluate<number>(
    "performance.getEntriesByName('first-contentful-paint')[0].startTime",
  );
  await page.getByLabel("Speed").selectOption("fast");
  await page.locator(".opening .primary:enabled").click();
  const frames = await page.evaluate<number>(framesInASecond);
  const rate = await page.evaluate<number>(`new Promise((resolve) => {
    const [step, start] = [${steps}, performance.now()];
    setTimeout(() => resolve(((${steps} - step) * 100_000) / (performance.now() - start)), 3000);
  })`);
  await page.locator(".opening .primary").click();
  const shift = await page.evaluate<number>("globalThis.shift");
  await page.close();
  return { paint, frames, shift, rate };
}

/** What a reader sees who does nothing: when the first step is seen, and how far it is at 5 s. */
async function opening(from: Browser, address: string): Promise<string> {
  const page = await from.newPage();
  await page.addInitScript(`
    globalThis.seen = new Map();
    const look = () => {
      const text = document.querySelector("#accuracy")?.textContent;
      if (text?.includes("%") && !seen.has(text)) seen.set(text, performance.now());
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);`);
  await page.goto(address);
  await page.waitForFunction("performance.now() > 5000");
  const seen = await page.evaluate<[string, number][]>("[...globalThis.seen]");
  const early = seen.filter(([, at]) => at <= 5000);
  const paint = await page.evaluate<number>(
    "performance.getEntriesByName('first-contentful-paint')[0].startTime",
  );
  await page.close();
  return (
    `first paint: ${paint.toFixed(0)} ms; first motion: ${early[1]?.[1].toFixed(0)} ms; ` +
    `accuracies shown in 5 s: ${early.length}, the last ${early.at(-1)?.[0]}`
  );
}

/** Digits a second here. */
async function rateInNode(): Promise<number> {
  const { train, test } = await loadMnist();
  const contender = new Contender(thereAlready(train, 3000), test, {
    hidden: [16, 16],
    activation: "sigmoid",
    batchSize: 100,
    learningRate: 3,
    seed: 0,
  });
  while (contender.epoch <= 2) await contender.advance();
  const [from, start] = [contender.examples, performance.now()];
  while (performance.now() - start < 3000) await contender.advance();
  return ((contender.examples - from) * 1000) / (performance.now() - start);
}

async function takeScreenshots(from: Browser, into: string): Promise<void> {
  const views = [
    ["desktop", { width: 1200, height: 900 }, "light"],
    ["phone", { width: 390, height: 844 }, "dark"],
  ] as const;
  for (const [name, viewport, colorScheme] of views) {
    const page = await from.newPage({ viewport, colorScheme });
    await ready(page);
    const sheet = page.getByLabel("Sheet to draw a digit on");
    await sheet.scrollIntoViewIfNeeded();
    const box = (await sheet.boundingBox())!;
    const strokes = [
      [0.32, 0.3],
      [0.42, 0.2],
      [0.6, 0.2],
      [0.68, 0.34],
      [0.55, 0.52],
      [0.3, 0.8],
      [0.72, 0.8],
    ] as const;
    for (const [i, [x, y]] of strokes.entries()) {
      await page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps: 8 });
      if (i === 0) await page.mouse.down();
    }
    await page.mouse.up();
    await page.getByLabel("What you meant").selectOption("2");
    for (const chapter of await page.evaluate<string[]>(idsOfChapters)) {
      await page.locator(`#${chapter}`).scrollIntoViewIfNeeded();
      await page.locator(`[aria-labelledby="${chapter}"] p`).first().waitFor();
    }
    await page.getByLabel("Backward pass").fill("3");
    await page.getByRole("button", { name: "Go to step 130" }).click();
    await page.waitForFunction(`${steps} === 130`);
    await page.getByRole("button", { name: "Pick two knobs" }).click();
    await page.getByRole("button", { name: "This one matters more" }).last().click();
    await page.locator("#times").waitFor();
    await page.getByRole("button", { name: "Take the step" }).click();
    await page.locator(".steps-taken").waitFor();
    await page.getByRole("button", { name: "Ask one digit of each kind" }).click();
    await page.locator(".ten-digits").waitFor();
    await page.getByRole("button", { name: "Let them walk" }).click();
    await page.locator("#walks-told").waitFor();
    await page.getByRole("button", { name: "Start from five places" }).click();
    await page.locator("#minima-told").waitFor();
    await page.getByRole("button", { name: "Train on these" }).click();
    await page.locator("#data-told").waitFor();
    await page.getByRole("button", { name: "Run" }).click();
    await page.locator(".output").waitFor();
    await page.getByRole("button", { name: "Run" }).waitFor();
    // The curves are drawn now and then.
    await page.waitForTimeout(1000);
    await page.evaluate("scrollTo(0, 0)");
    await page.screenshot({ path: path.join(into, `${name}.png`) });
    for (const chapter of name === "desktop" ? pictured : []) {
      const section = page.locator(`[aria-labelledby="${chapter}"]`);
      await section.screenshot({ path: path.join(into, `${chapter}.png`) });
    }
    await page.close();
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
