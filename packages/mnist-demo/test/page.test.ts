// The page in Chromium, as it is built: it learns, tells, and can be used by all.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { concat, oneHot } from "@nabla/autograd";
import {
  exampleCosts,
  measure,
  pairByRatio,
  quadraticCost,
  sensitivity,
  tryNudge,
  tryStep,
} from "@nabla/nn";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import type { PreviewServer } from "vite";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { digitFileBytes } from "../page/digit-files.ts";
import { buildPage, servePage } from "../page/page-command.ts";
import { Contender, type ContenderOptions } from "../page/src/contender.ts";
import { type DigitFile, testFile } from "../page/src/digit-files.ts";
import { look } from "../page/src/inspection.ts";
import { plain, signed } from "../page/src/numbers.ts";
import { thereAlready } from "../page/src/training-digits.ts";
import type { Mnist } from "../src/digits.ts";
import { loadMnist } from "../src/load.ts";
import { datasetOf, firstOf } from "../src/training.ts";

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const hasChromium = existsSync(executablePath);
if (!hasChromium) console.warn(`skipped: the page; there is no Chromium at ${executablePath}`);

const desktop = { width: 1200, height: 900 };
const phone = { width: 390, height: 844 };

/** What the page begins with. */
const usual: ContenderOptions = {
  hidden: [16, 16],
  activation: "sigmoid",
  batchSize: 100,
  learningRate: 3,
  seed: 0,
};

type Point = readonly [x: number, y: number];

/** The digits that the page learns from and measures with, unless told otherwise. */
async function firstDigits(): Promise<Mnist> {
  const { train, test } = await loadMnist();
  return { train: firstOf(train, 3000), test: firstOf(test, testFile.count) };
}

describe.skipIf(!hasChromium)("the page in Chromium", () => {
  let context: BrowserContext;
  let folder: string;
  const servers = new Map<boolean, PreviewServer>();
  let page: Page;
  let complaints: string[];
  let digits: Mnist;

  beforeAll(async () => {
    digits = await firstDigits();
    folder = mkdtempSync(path.join(tmpdir(), "nabla-page-"));
    await buildPage(folder);
    for (const isolated of [true, false]) {
      servers.set(isolated, await servePage({ port: 0, out: folder, isolated }));
    }
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    context = await browser.newContext();
    // Building takes seconds; machines are shared.
  }, 120_000);
  afterAll(async () => {
    await context?.browser()?.close();
    for (const server of servers.values()) await server.close();
    if (folder) rmSync(folder, { recursive: true });
  });
  afterEach(() => page?.close());

  const addressOf = (isolated: boolean): string =>
    `http://localhost:${(servers.get(isolated)!.httpServer.address() as AddressInfo).port}/`;

  /** Opens the page, in which nothing moves before it is asked to; `complaints` are its console's. */
  async function open({ isolated = true, viewport = desktop } = {}): Promise<void> {
    await openMoving({ isolated, viewport, reducedMotion: "reduce" });
    await page
      .getByRole("button", { name: "Let it learn" })
      .and(page.locator(":enabled"))
      .waitFor();
  }

  async function openMoving({
    isolated,
    viewport,
    reducedMotion = "no-preference",
  }: {
    readonly isolated: boolean;
    readonly viewport: { readonly width: number; readonly height: number };
    readonly reducedMotion?: "reduce" | "no-preference";
  }): Promise<void> {
    page = await context.newPage();
    await page.setViewportSize(viewport);
    await page.emulateMedia({ reducedMotion });
    complaints = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    await page.goto(addressOf(isolated));
  }

  /** Scrolls to a chapter, whose code comes then. */
  async function show(chapter: string): Promise<void> {
    await page.locator(`#${chapter}`).scrollIntoViewIfNeeded();
    await page.locator(`[aria-labelledby="${chapter}"] p`).first().waitFor();
  }

  const accuracy = async (): Promise<number> =>
    Number.parseFloat((await page.textContent("#accuracy"))!);

  /** Trains from the start until more than `percent` of the test digits are right, and pauses. */
  async function trainTo(percent: number): Promise<void> {
    expect(await accuracy()).toBeLessThan(50);
    await page.getByLabel("Speed").selectOption("fast");
    await page.getByRole("button", { name: "Let it learn" }).click();
    await page.waitForFunction(
      `Number.parseFloat(document.querySelector('#accuracy').textContent) > ${percent}`,
    );
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Let it learn" }).waitFor();
    const wide = await page.evaluate("document.documentElement.scrollWidth");
    expect(wide).toBeLessThanOrEqual(page.viewportSize()!.width);
  }

  test("opens alive: without a click it learns, step by step, not isolated and on a phone", async () => {
    await openMoving({ isolated: false, viewport: phone });
    await page.evaluate(`{
      globalThis.steps = [];
      const seen = () => steps.push(Number(document.querySelector("#steps").textContent));
      new MutationObserver(seen).observe(document.querySelector("#steps"), {
        characterData: true, childList: true, subtree: true });
    }`);
    expect(await page.evaluate("crossOriginIsolated")).toBe(false);
    await page.waitForFunction(
      "Number.parseFloat(document.querySelector('#accuracy').textContent) > 50",
    );
    const steps = await page.evaluate<number[]>("globalThis.steps");
    expect(steps.length).toBeGreaterThan(60);
    // Each one is seen.
    expect(Math.max(...steps.slice(1).map((step, i) => step - steps[i]!))).toBe(1);
    expect(await page.textContent(".caption")).toMatch(/It reads \d+ of 100 digits correctly/);
    await page.getByRole("button", { name: "Pause and look inside" }).click();
    await page.getByRole("button", { name: "Let it learn" }).waitFor();
    const wide = await page.evaluate("document.documentElement.scrollWidth");
    expect(wide).toBeLessThanOrEqual(phone.width);
    expect(complaints).toEqual([]);
  });

  test("rests under reduced motion, and then has fetched no digits but the first", async () => {
    const asked: string[] = [];
    const note = (request: { url(): string }): void => void asked.push(request.url());
    context.on("request", note);
    await open();
    context.off("request", note);
    expect(await page.textContent("#steps")).toBe("0");
    const files = asked.flatMap((url) => url.match(/digits\/(.*)\.bin/)?.[1] ?? []);
    expect(files.every((name) => name === "test" || /^train-0[0-5]$/.test(name))).toBe(true);
    expect(files[0]).toBe("test");
  });

  test("has less than 150 kB of compressed script, and what comes later less than 50 kB", () => {
    const assets = path.join(folder, "assets");
    const scripts = readdirSync(assets).filter((name) => name.endsWith(".js"));
    const isFirst = (name: string): boolean => /^(index|worker)-/.test(name);
    const sizeOf = (names: readonly string[]): number =>
      names
        .map((name) => gzipSync(readFileSync(path.join(assets, name))).length)
        .reduce((a, b) => a + b);
    expect(scripts.filter(isFirst)).toHaveLength(2);
    expect(sizeOf(scripts.filter(isFirst))).toBeLessThan(150_000);
    expect(sizeOf(scripts.filter((name) => !isFirst(name)))).toBeLessThan(50_000);
  });

  test("shows the numbers that the public calls give here", async () => {
    await open();
    await page.getByRole("button", { name: "One step" }).click();
    await page.waitForFunction("document.querySelector('#steps').textContent === '1'");
    await page.getByLabel("Averaged over").selectOption("10");
    await page.getByRole("button", { name: /^Hidden layer 2, neuron 3:/ }).click();
    await show("mistake");

    const contender = new Contender(thereAlready(digits.train), digits.test, usual);
    await contender.advance();
    const { cost, accuracy: share, answers } = await contender.point();
    const read = await page.locator(".thumbnails label span").allTextContents();
    expect(read.map((text) => Number.parseInt(text, 10))).toEqual(answers);
    const labels = digits.test.labels.dataSync();
    expect(read.map((text) => text.includes("✗"))).toEqual(
      answers.map((answer, i) => answer !== labels[i]),
    );
    expect(await page.textContent("#cost")).toBe(cost.toFixed(4));
    expect(await page.textContent("#accuracy")).toBe(`${(share * 100).toFixed(1)} %`);

    const place = { layer: 1, index: 3 };
    const source = { kind: "examples", from: 0, count: 10 } as const;
    const seen = look(contender.network, digits.test, source, place);
    const neuron = seen.neuron!;
    await expect.poll(() => page.textContent("#look-cost")).toBe(seen.cost!.toFixed(4));
    await expect.poll(() => page.textContent("#neuron h3")).toBe("Hidden layer 2, neuron 3");
    expect(await page.textContent("#neuron")).toContain(
      `plus its bias ${plain(neuron.bias)}. For this digit the sum is ${plain(neuron.weightedSum)} `,
    );
    expect(neuron.difference).toBeLessThan(1e-7);
    const [own] = exampleCosts(
      contender.network,
      digits.test.images.slice(0, 0, 1),
      oneHot(digits.test.labels.slice(0, 0, 1), 10),
    ).arraySync();
    expect(await page.textContent("#own-cost")).toBe(own!.toFixed(4));
    const outputs = Array.from(
      contender.network.forward(digits.test.images.slice(0, 0, 1)).dataSync(),
    );
    const shown = await page.locator(".term").allTextContents();
    // The first test digit is a 7.
    expect(shown).toEqual(
      outputs.map((a, digit) =>
        digit === 7
          ? `(${a.toFixed(2)} − 1)² = ${((a - 1) ** 2).toFixed(3)}`
          : `${a.toFixed(2)}² = ${(a ** 2).toFixed(3)}`,
      ),
    );

    await page.getByRole("slider", { name: "Output 7" }).fill("0.25");
    const moved = outputs.map((value, digit) => (digit === 7 ? (0.25 - 1) ** 2 : value ** 2));
    const sum = moved.reduce((x, y) => x + y).toFixed(4);
    await expect.poll(() => page.textContent("#own-cost")).toBe(sum);
    expect(await page.locator(".term").nth(7).textContent()).toBe("(0.25 − 1)² = 0.563");
    expect(complaints).toEqual([]);
  });

  test("a step for one digit ruins the others, and of two knobs one matters 32 times as much", async () => {
    await open();
    await page.locator(".thumbnails label").nth(1).click();
    await show("obey");
    await page.getByRole("button", { name: "Go to step 130" }).click();
    await page.waitForFunction("document.querySelector('#steps').textContent === '130'");
    const contender = new Contender(thereAlready(digits.train), digits.test, usual);
    while (contender.step < 130) await contender.advance();
    const { network } = contender;

    // The second test digit is a 2.
    const [image, target] = [
      digits.test.images.slice(0, 1, 2),
      oneHot(digits.test.labels.slice(0, 1, 2), 10),
    ];
    const others = datasetOf({
      images: concat([digits.test.images.slice(0, 0, 1), digits.test.images.slice(0, 2)]),
      labels: concat([digits.test.labels.slice(0, 0, 1), digits.test.labels.slice(0, 2)]),
    });
    const look = async () => {
      const measured = await measure(network, others, { cost: quadraticCost });
      return { own: exampleCosts(network, image, target).itemSync(), cost: measured["cost"]! };
    };
    const steps = [
      { count: 1, name: "this 2 alone" },
      { count: 10, name: "10 digits" },
      { count: 100, name: "100 digits" },
      { count: 3000, name: "all 3,000" },
    ];
    const costs: number[] = [];
    for (const { count, name } of steps) {
      await page.getByRole("radio", { name }).check();
      await page.getByRole("button", { name: "Take the step" }).click();
      const row = page.locator(`.steps-taken [data-count="${count}"]`);
      const { images, labels } = firstOf(digits.train, count);
      const [x, y] = count === 1 ? [image, target] : [images, oneHot(labels, 10)];
      const { before, after } = await tryStep(network, x, y, { learningRate: 3 }, look);
      await row.locator("td strong").nth(1).waitFor();
      const told = await row.locator("td strong").allTextContents();
      expect(told).toEqual([after.own, after.cost].map((cost) => plain(cost)));
      costs.push(before.cost, after.cost);
    }
    const [start, byOne, , byTen, , byHundred, , byAll] = costs as [number, ...number[]];
    expect(byOne).toBeGreaterThan(2 * start);
    expect(byTen).toBeLessThan(byOne!);
    expect(byHundred).toBeLessThan(byTen!);
    expect(byAll).toBeLessThan(start);
    await page.getByRole("radio", { name: "this 2 alone" }).check();
    const read = await page.locator(".after-step .thumbnails span").allTextContents();
    expect(new Set(read)).toEqual(new Set(["2", "2 ✗"]));

    await show("knobs");
    await page.getByRole("button", { name: "Pick two knobs" }).click();
    await page.getByRole("button", { name: "This one matters more" }).first().click();
    await page.locator("#times").waitFor();
    const cost = () => quadraticCost(network.forward(image) as typeof target, target);
    const all = await sensitivity(cost, network, { top: Number.POSITIVE_INFINITY });
    const last = network.parameters().at(-2);
    const pair = pairByRatio(
      all.filter(({ parameter }) => parameter === last),
      32,
    );
    const ratio = Math.abs(pair[0].derivative / pair[1].derivative);
    expect(Math.abs(ratio - 32)).toBeLessThan(2);
    const nudged = await Promise.all(pair.toReversed().map((one) => tryNudge(cost, one, 0.1)));
    const texts = (name: string) => page.locator(name).allTextContents();
    expect(await texts(".knob .predicted")).toEqual(nudged.map((one) => signed(one.predicted)));
    expect(await texts(".knob .actual")).toEqual(nudged.map((one) => signed(one.actual)));
    for (const { predicted, actual } of nudged) {
      // What is second order, of a turn of 0.1.
      expect(Math.abs(actual / predicted - 1)).toBeLessThan(0.08);
    }
    expect(await page.textContent(".verdict p")).toMatch(/^It is the other one/);
    expect(await page.locator(".network .lit").count()).toBe(2);
    expect(complaints).toEqual([]);
  });

  test.each<[what: string, pattern: string, body: string | Uint8Array, message: string]>([
    [
      "a page in place of digits",
      "**/digits/test*",
      "<!doctype html>",
      "test: what the server sent is not this file",
    ],
    [
      "a file that ends early",
      "**/digits/test*",
      gzipSync(new Uint8Array(10_008)).subarray(0, 20),
      "test: what the server sent is not this file",
    ],
    [
      "fewer digits than there should be",
      "**/digits/test*",
      digitFileBytes({ images: new Uint8Array(784), labels: new Uint8Array(1) }, {
        ...testFile,
        count: 1,
      } satisfies DigitFile),
      "test: has 785 bytes, expected 1000 digits of 785",
    ],
    [
      "digits to learn from that do not come",
      "**/digits/train-03*",
      "",
      "train-03: what the server sent is not this file",
    ],
    ["a worker that is no script", "**/assets/worker*", "no script", "its worker did not start"],
  ])("says what is wrong: %s", async (_, pattern, body, message) => {
    page = await context.newPage();
    await page.route(pattern, (route) => route.fulfill({ body: Buffer.from(body) }));
    await page.goto(addressOf(true));
    expect(await page.getByRole("alert").textContent()).toContain(message);
  });

  test("a path that is not there is 404", async () => {
    const answers = await Promise.all(
      ["", "no/such"].map((name) => fetch(`${addressOf(true)}${name}`)),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 404]);
    expect(answers[0]!.headers.get("x-content-type-options")).toBe("nosniff");
  });

  /** Draws lines with the mouse, without waiting until the page has shown one before the next. */
  async function drawLines(lines: readonly (readonly [from: Point, to: Point])[]): Promise<void> {
    const session = await context.newCDPSession(page);
    const mouse = (type: "mouseMoved" | "mousePressed" | "mouseReleased", [x, y]: Point) =>
      session.send("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1 });
    await Promise.all(
      lines.flatMap(([from, to]) => [
        mouse("mousePressed", from),
        mouse("mouseMoved", to),
        mouse("mouseReleased", to),
      ]),
    );
    await session.detach();
  }

  test("trains isolated, on a desktop, alone, and recognises test digits drawn on its sheet", async () => {
    await open();
    expect(await page.evaluate("crossOriginIsolated")).toBe(true);
    await page.getByLabel("Also run full-batch gradient descent").uncheck();
    await page.locator(".legend .full").waitFor({ state: "detached" });
    await trainTo(85);
    const [images, labels] = [digits.test.images.dataSync(), digits.test.labels.dataSync()];
    const sheet = page.getByLabel("Sheet to draw a digit on");
    await sheet.scrollIntoViewIfNeeded();
    const { x: left, y: top, width } = (await sheet.boundingBox())!;
    const to = (column: number, row: number): Point => [
      left + ((column + 0.5) * width) / 28,
      top + ((row + 0.5) * width) / 28,
    ];
    let right = 0;
    const drawn = 5;
    for (let digit = 0; digit < drawn; digit++) {
      await page.getByRole("button", { name: "Clear" }).click();
      const isInk = (column: number, row: number): boolean =>
        images[digit * 784 + row * 28 + column]! > 180;
      const lines: [Point, Point][] = [];
      for (let row = 0; row < 28; row++) {
        for (let column = 0; column < 28; column++) {
          if (!isInk(column, row) || isInk(column - 1, row)) continue;
          let end = column;
          while (isInk(end + 1, row)) end++;
          lines.push([to(column, row), to(end, row)]);
        }
      }
      await drawLines(lines);
      const answer = page.locator("#answer:not([data-pending])");
      if ((await answer.textContent()) === String(labels[digit])) right++;
    }
    // Nine of ten are right as they are; a pen of one width leaves some of their shape out.
    expect(right).toBeGreaterThanOrEqual(4);
    expect(complaints).toEqual([]);
  });

  test("can be used by all: Tab reaches all controls in the order of reading, and axe has nothing to complain of", async () => {
    await open();
    for (const chapter of ["mistake", "knobs", "obey"]) await show(chapter);
    await page.getByRole("button", { name: "Take the step" }).click();
    await page.locator(".steps-taken").waitFor();
    await page.getByRole("button", { name: "Pick two knobs" }).click();
    await page.getByRole("button", { name: "This one matters more" }).first().click();
    await page.locator("#times").waitFor();
    // What takes the focus, by the order in the document; of a group of neurons one.
    const controls = await page.evaluate<string[]>(`{
      const focusable = "button, input, select, summary, a[href], [tabindex]";
      const all = [...document.querySelectorAll(focusable)].filter((one) =>
        one.tabIndex >= 0 && one.checkVisibility() && !one.disabled &&
        (one.type !== "radio" || one.checked));
      globalThis.controls = all;
      document.activeElement?.blur();
      all.map((one) => one.outerHTML.slice(0, 80));
    }`);
    expect(controls.filter((html) => html.includes("neuron"))).toHaveLength(1);
    expect(controls.length).toBeGreaterThan(20);
    // Where Tab begins.
    await page.evaluate("document.body.tabIndex = -1, document.body.focus()");
    for (const [i, html] of controls.entries()) {
      await page.keyboard.press("Tab");
      const at = await page.evaluate("controls.indexOf(document.activeElement)");
      expect({ at, html }).toEqual({ at: i, html });
    }
    const neuron = page.locator(".neuron[tabindex='0']");
    await neuron.focus();
    const focused = (): Promise<string> =>
      page.evaluate("document.activeElement.getAttribute('aria-label')");
    expect(await focused()).toMatch(/^Hidden layer 1, neuron 0:/);
    for (const key of ["ArrowDown", "ArrowRight", "ArrowDown", "ArrowRight"]) {
      await page.keyboard.press(key);
    }
    expect(await focused()).toMatch(/^Output 1:/);
    await page.keyboard.press("Enter");
    await expect.poll(() => page.textContent("#neuron h3")).toBe("Output 1");
    expect(complaints).toEqual([]);

    // As wide as a desktop at 400 %.
    await page.setViewportSize({ width: 320, height: 800 });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(320);
    await page.setViewportSize(desktop);

    const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
    await page.evaluate(await readFile(axe, "utf8"));
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      const { violations } = await page.evaluate<{
        violations: { id: string; nodes: { html: string }[] }[];
      }>('axe.run({ resultTypes: ["violations"] })');
      const seen = violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
      expect({ colorScheme, seen }).toEqual({ colorScheme, seen: [] });
    }
  });

  test("trains only while it is seen", async () => {
    await open();
    const show = (hidden: boolean): Promise<unknown> =>
      page.evaluate(`{
        Object.defineProperty(document, "hidden", { configurable: true, get: () => ${hidden} });
        document.dispatchEvent(new Event("visibilitychange"));
      }`);
    const isRunning = page.getByRole("button", { name: "Pause" });
    const isPaused = page.getByRole("button", { name: "Let it learn" });
    await show(true);
    await show(false);
    await isPaused.waitFor();
    await isPaused.click();
    await isRunning.waitFor();
    await show(true);
    await isPaused.waitFor();
    const steps = await page.textContent("#steps");
    await show(false);
    await isRunning.waitFor();
    await expect.poll(() => page.textContent("#steps")).not.toBe(steps);
  });
});
