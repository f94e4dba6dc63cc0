// The page in Chromium, as it is built: it learns, tells, and can be used by all.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { digitFileBytes } from "../page/digit-files.ts";
import { servePage } from "../page/page-command.ts";
import { type DigitFile, testFile } from "../page/src/digit-files.ts";
import { chapterTests, numberTests } from "./page/chapters.ts";
import { desktop, executablePath, OpenedPage, phone } from "./page/opened-page.ts";

const hasChromium = existsSync(executablePath);
if (!hasChromium) console.warn(`skipped: the page; there is no Chromium at ${executablePath}`);

type Point = readonly [x: number, y: number];

describe.skipIf(!hasChromium)("the page in Chromium", () => {
  const the = new OpenedPage();
  // Building takes seconds; machines are shared.
  beforeAll(() => the.start(), 120_000);
  afterAll(() => the.stop());
  afterEach(() => the.page?.close());

  test("opens alive: without a click it learns, step by step, not isolated and on a phone", async () => {
    const page = await the.openMoving({ isolated: false, viewport: phone });
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
    expect(the.complaints).toEqual([]);
  });

  test("rests under reduced motion, and then has fetched no digits but the first", async () => {
    const asked: string[] = [];
    const note = (request: { url(): string }): void => void asked.push(request.url());
    the.context.on("request", note);
    const page = await the.open();
    the.context.off("request", note);
    expect(await page.textContent("#steps")).toBe("0");
    const files = asked.flatMap((url) => url.match(/digits\/(.*)\.bin/)?.[1] ?? []);
    expect(files.every((name) => name === "test" || /^train-0[0-5]$/.test(name))).toBe(true);
    expect(files[0]).toBe("test");
  });

  test("is seen before its script runs, with the numbers that the worker finds then", async () => {
    const networkIn = (page: Page): Promise<string> =>
      page.locator(".network").evaluate((network) => network.outerHTML);
    const without = await the.context.browser()!.newContext({ javaScriptEnabled: false });
    const still = await without.newPage();
    await still.goto(the.addressOf(true));
    const built = await networkIn(still);
    expect(built.match(/data-place/g)).toHaveLength(42);
    expect(await still.textContent(".strip")).toContain("A 7, read as");
    await without.close();
    for (const viewport of [desktop, phone]) {
      const page = await the.open({ viewport });
      expect(await networkIn(page)).toBe(built);
      const isOpen = await page.evaluate("document.querySelector('.whole').open");
      expect(isOpen).toBe(viewport === desktop);
      await page.close();
    }
    const other = await the.context.newPage();
    the.page = other;
    await other.goto(`${the.addressOf(true)}?hidden=30`);
    await other.locator(".network [data-place='1:9']").waitFor();
    expect(await other.locator(".neuron").count()).toBe(40);
  });

  test("a link to a chapter shows it, below what covers a phone's top", async () => {
    const page = await the.context.newPage();
    the.page = page;
    await page.setViewportSize(phone);
    await page.emulateMedia({ reducedMotion: "reduce" });
    await page.goto(`${the.addressOf(true)}#obey`);
    // The one above it, which takes more room than before.
    for (const id of ["desires", "obey"]) await page.locator(`.chapter:has(#${id}) .how`).waitFor();
    await page.evaluate("new Promise(requestAnimationFrame)");
    const top = await page.evaluate<number>(`
      document.querySelector("#obey").getBoundingClientRect().top -
      document.querySelector(".model").getBoundingClientRect().bottom`);
    expect(top).toBeGreaterThanOrEqual(0);
    expect(top).toBeLessThan(200);
  });

  test("works without a network once it has been opened", async () => {
    const server = await servePage({ port: 0, out: the.folder, isolated: false });
    const { port } = server.httpServer.address() as AddressInfo;
    // By this name of the machine, as elsewhere, the page is kept; by "localhost" it is not.
    const address = `http://127.0.0.1:${port}/`;
    const context = await the.context.browser()!.newContext({ reducedMotion: "reduce" });
    try {
      const page = await context.newPage();
      await page.goto(address);
      await page.evaluate("navigator.serviceWorker.ready");
      await page.waitForFunction("navigator.serviceWorker.controller !== null");
      await server.close();
      await page.goto(`${address}?digit=3`);
      await page.getByRole("button", { name: "One step" }).click();
      await expect.poll(() => page.textContent("#steps")).toBe("1");
      // A chapter whose script has not been asked for before.
      await page.locator("#minima").scrollIntoViewIfNeeded();
      await page.locator(".chapter:has(#minima) button").first().waitFor();
    } finally {
      await context.close();
      await server.close();
    }
  });

  test("has less than 148 kB of compressed script, and what comes later less than 60 kB", () => {
    const assets = path.join(the.folder, "assets");
    const html = readFileSync(path.join(the.folder, "index.html"), "utf8");
    const scripts = readdirSync(assets).filter((name) => name.endsWith(".js"));
    const isAsked = (name: string): boolean => html.includes(name) || name.startsWith("worker-");
    const first = new Set(scripts.filter(isAsked));
    // And what they import at once, which a set gives as it is added.
    for (const name of first) {
      const text = readFileSync(path.join(assets, name), "utf8");
      for (const [, one] of text.matchAll(/\b(?:from|import)\s*["']\.\/([^"']+)["']/g))
        first.add(one!);
    }
    const isLast = (name: string): boolean => name.startsWith("code-worker-");
    // The page keeps no checkpoints and has no other ranks, so it never loads what is for these.
    const isNever = (name: string): boolean => /^fit-(checkpoints|together)-/.test(name);
    const isLater = (name: string): boolean => !(first.has(name) || isLast(name) || isNever(name));
    const sizeOf = (names: readonly string[]): number =>
      names
        .map((name) => gzipSync(readFileSync(path.join(assets, name))).length)
        .reduce((a, b) => a + b);
    expect(sizeOf([...first])).toBeLessThan(148_000);
    expect(sizeOf(scripts.filter(isLater))).toBeLessThan(60_000);
    // All of nabla, when the reader runs code.
    expect(sizeOf(scripts.filter(isLast))).toBeLessThan(203_000);
  });

  numberTests(the);
  describe("further down", () => {
    chapterTests(the);
  });

  const faults: [what: string, pattern: string, body: string | Uint8Array, message: string][] = [
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
  ];
  test.each(faults)("says what is wrong: %s", async (_, pattern, body, message) => {
    const page = await the.context.newPage();
    the.page = page;
    await page.route(pattern, (route) => route.fulfill({ body: Buffer.from(body) }));
    await page.goto(the.addressOf(true));
    expect(await page.getByRole("alert").textContent()).toContain(message);
  });

  test("a path that is not there is 404", async () => {
    const answers = await Promise.all(
      ["", "no/such"].map((name) => fetch(`${the.addressOf(true)}${name}`)),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 404]);
    expect(answers[0]!.headers.get("x-content-type-options")).toBe("nosniff");
  });

  /** Draws lines with the mouse, without waiting until the page has shown one before the next. */
  async function drawLines(
    page: Page,
    lines: readonly (readonly [from: Point, to: Point])[],
  ): Promise<void> {
    const session = await the.context.newCDPSession(page);
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
    const page = await the.open();
    expect(await page.evaluate("crossOriginIsolated")).toBe(true);
    expect(await page.textContent("#accuracy")).toMatch(/^[1-4]?\d\./);
    await the.trainTo(85);
    const wide = await page.evaluate("document.documentElement.scrollWidth");
    expect(wide).toBeLessThanOrEqual(desktop.width);
    const [images, labels] = [the.digits.test.images.dataSync(), the.digits.test.labels.dataSync()];
    const sheet = page.getByLabel("Sheet to draw a digit on");
    await sheet.scrollIntoViewIfNeeded();
    const { x: left, y: top, width } = (await sheet.boundingBox())!;
    const to = (column: number, row: number): Point => [
      left + ((column + 0.5) * width) / 28,
      top + ((row + 0.5) * width) / 28,
    ];
    let right = 0;
    const drawn = 3;
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
      await drawLines(page, lines);
      const answer = page.locator("#answer:not([data-pending])");
      if ((await answer.textContent()) === String(labels[digit])) right++;
    }
    // Nine of ten are right as they are; a pen of one width leaves some of their shape out.
    expect(right).toBeGreaterThanOrEqual(2);
    expect(the.complaints).toEqual([]);
  });

  test("can be used by all: Tab reaches all controls in the order of reading, and axe has nothing to complain of", async () => {
    const page = await the.open();
    const chapters = "[...document.querySelectorAll('.chapter h2')].map((one) => one.id)";
    for (const id of await page.evaluate<string[]>(chapters)) await the.show(id);
    await page.getByRole("button", { name: "Take the step" }).click();
    await page.locator(".steps-taken").waitFor();
    await page.getByRole("button", { name: "Ask one digit of each kind" }).click();
    await page.locator(".ten-digits").waitFor();
    await page.getByText("In numbers: the costs of 60 digits").click();
    await page.getByRole("button", { name: "Pick two knobs" }).click();
    await page.getByRole("button", { name: "This one matters more" }).first().click();
    await page.locator("#times").waitFor();
    // What takes the focus, by the order in the document; of a group of neurons one.
    const controls = await page.evaluate<string[]>(`{
      const focusable = "button, input, select, textarea, summary, a[href], [tabindex]";
      const all = [...document.querySelectorAll(focusable)].filter((one) =>
        one.tabIndex >= 0 && one.checkVisibility() && !one.disabled &&
        (one.type !== "radio" || one.checked));
      globalThis.controls = all;
      document.activeElement?.blur();
      all.map((one) => one.outerHTML.slice(0, 80));
    }`);
    expect(controls.filter((html) => html.includes('class="neuron'))).toHaveLength(1);
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
    expect(the.complaints).toEqual([]);

    // As wide as a desktop at 400 %.
    await page.setViewportSize({ width: 320, height: 800 });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(320);
    await page.setViewportSize(desktop);

    const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
    await page.evaluate(await readFile(axe, "utf8"));
    const modes = [
      { colorScheme: "light", forcedColors: "none" },
      { colorScheme: "dark", forcedColors: "none" },
      { colorScheme: "dark", forcedColors: "active" },
    ] as const;
    for (const mode of modes) {
      await page.emulateMedia(mode);
      const { violations } = await page.evaluate<{
        violations: { id: string; nodes: { html: string }[] }[];
      }>(
        'axe.run({ resultTypes: ["violations"], rules: { "color-contrast-enhanced": { enabled: true } } })',
      );
      const seen = violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
      expect({ mode, seen }).toEqual({ mode, seen: [] });
    }
  });

  test("trains only while it is seen", async () => {
    const page = await the.open();
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
