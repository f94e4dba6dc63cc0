// The playground in Chromium, as it is built, below a path of a host that sends no headers.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import type { PreviewServer } from "vite";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type * as Build from "../page/build.ts";

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const hasChromium = existsSync(executablePath);
if (!hasChromium)
  console.warn(`skipped: the playground; there is no Chromium at ${executablePath}`);

describe.skipIf(!hasChromium)("the playground in Chromium", () => {
  let folder: string;
  let serveFolder: typeof Build.serveFolder;
  let server: PreviewServer;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    // Not where nothing is tested: TypeScript is large.
    const build = await import("../page/build.ts");
    serveFolder = build.serveFolder;
    folder = mkdtempSync(path.join(tmpdir(), "nabla-playground-"));
    await build.buildPlayground(path.join(folder, "site/playground"));
    server = await serveFolder(folder);
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    context = await browser.newContext();
  }, 120_000);
  afterAll(async () => {
    await context?.browser()?.close();
    await server?.close();
    rmSync(folder, { recursive: true });
  });
  afterEach(async () => {
    await page.close();
    if (complaints.length > 0) throw new Error(`the page complained: ${complaints.join("\n")}`);
  });

  async function open(hash = ""): Promise<void> {
    page = await context.newPage();
    await page.setViewportSize({ width: 1200, height: 900 });
    complaints.length = 0;
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    const { port } = server.httpServer.address() as AddressInfo;
    await page.goto(`http://localhost:${port}/site/playground/${hash}`);
    await button("Run").and(page.locator(":enabled")).waitFor();
  }

  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const editor = () => page.getByRole("textbox", { name: "Program" });
  const output = (): Promise<string> => page.getByLabel("Output").innerText();
  const ended = (): Promise<void> => page.locator("#status", { hasText: /Done|Failed/ }).waitFor();

  /** Puts a text in place of the program, as if pasted. */
  async function write(text: string): Promise<void> {
    await editor().click();
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText(text);
  }

  async function run(text: string): Promise<string> {
    await write(text);
    await page.keyboard.press("Control+Enter");
    await ended();
    return output();
  }

  test("names a shape that does not fit as one types, and goes to its line", async () => {
    await open();
    await write('import { zeros } from "@nabla/autograd";\nconst a = zeros([2, 3]);\n');
    await page.keyboard.type("a.matmul(zeros([4, 5]));", { delay: 5 });
    const problems = page.getByRole("list", { name: "Problems" });
    // What is half typed has problems of its own.
    await expect
      .poll(() => problems.innerText().catch(() => ""))
      .toMatch(/^Line 3\s+matmul: \[2, 3\] x \[4, 5\]: inner dimensions 3 and 4 differ$/);
    await page.keyboard.press("Control+Home");
    await problems.getByRole("button", { name: "Line 3" }).click();
    expect(await page.textContent(".cm-activeLine")).toContain("a.matmul");
  });

  test("offers names, imports those that are chosen, and says what they are", async () => {
    await open();
    await write('import { zeros } from "@nabla/autograd";\n\nzeros([2]);\nlinspa');
    await page.keyboard.press("Control+Space");
    await page.getByRole("option", { name: /linspace/ }).waitFor();
    await page.keyboard.press("Enter");
    const firstLine = () => page.locator(".cm-line").first().textContent();
    await expect.poll(firstLine).toBe('import { linspace, zeros } from "@nabla/autograd";');
    // The pointer has to rest on a program that does not change meanwhile.
    const hovered = async (): Promise<string> => {
      for (const x of [20, 30]) {
        await page
          .locator(".cm-line")
          .last()
          .hover({ position: { x, y: 8 } });
      }
      await page.waitForTimeout(600);
      return (await page.locator(".description").allInnerTexts()).join("\n");
    };
    await expect.poll(hovered).toMatch(/function linspace[^]*evenly spaced/);
  });

  test("imports a name that is missing by a click", async () => {
    await open();
    await write("console.log(zeros([2]).realize());");
    await page.getByRole("button", { name: 'Add import from "@nabla/autograd"' }).click();
    await expect
      .poll(() => page.locator(".cm-line").first().textContent())
      .toMatch(/^import \{ zeros/);
    await page.keyboard.press("Control+Enter");
    await ended();
    expect(await output()).toContain("[0, 0]");
  });

  test("runs all examples, draws what they show, and keeps their names in the address", {
    timeout: 120_000,
  }, async () => {
    await open();
    const names = await page
      .locator("option")
      .evaluateAll((all) => all.map((one) => (one as unknown as { value: string }).value));
    expect(names.length).toBeGreaterThanOrEqual(8);
    for (const name of names) {
      await page.selectOption("select", name);
      await button("Run").click();
      await ended();
      const failed = (await page.getByRole("alert").allInnerTexts()).join("\n");
      if (name === "shapes") expect(failed).toMatch(/^Line 8\s+ShapeError: matmul: \[100, 784\]/);
      else expect({ name, failed }).toEqual({ name, failed: "" });
      await expect.poll(() => page.evaluate("location.hash")).toBe(`#example=${name}`);
      if (name === "layer") {
        await page.locator(".output img").nth(1).waitFor();
        const widths = await page.evaluate<number[]>(
          "[...document.querySelectorAll('.output img')].map((one) => one.naturalWidth)",
        );
        expect(Math.min(...widths)).toBeGreaterThan(100);
      }
      if (name === "line") {
        expect(await page.locator(".plot circle").count()).toBe(50);
        expect(await page.locator(".plot path").count()).toBe(2);
      }
    }
  });

  test("a program that never ends is stopped, and the next one runs", async () => {
    await open();
    for (const endless of ["for (;;);", "for (let i = 0; ; i++) console.log(i);"]) {
      await write(endless);
      await page.keyboard.press("Control+Enter");
      await page.locator("#status", { hasText: "Running" }).waitFor();
      await page.waitForTimeout(300);
      await button("Stop").click();
      expect(await page.textContent("#status")).toBe("Stopped.");
      expect(await run('console.log("again", 6 * 7);')).toContain("again 42");
    }
  });

  test("says where in the program an error is, whenever it comes", async () => {
    await open();
    const failing = (code: string): string => `interface A {\n  b: number;\n}\n\n${code}`;
    expect(
      await run(failing("const f = (): never => { throw new TypeError('so') };\nf();")),
    ).toMatch(/Line 5\s+TypeError: so\n\s+at f, program.ts:5:\d+\n\s+at program.ts:6:1/);
    expect(await run(failing("await Promise.reject(new Error('late'));"))).toContain("Error: late");
    expect(await run(failing("throw 'text';"))).toContain("thrown: text");
    expect(await run(failing('import { a } from "lodash";\na();'))).toContain(
      'import: there is no "lodash" here; there are @nabla/autograd and @nabla/nn',
    );
    expect(await run("const a = 1;\nconst b = ;")).toMatch(
      /Line 2\s+SyntaxError: Expression expected/,
    );
    await write("console.log(1);\nsetTimeout(() => console.log('later'), 200);");
    await page.keyboard.press("Control+Enter");
    await page.getByText("later", { exact: true }).waitFor();
    expect(await page.textContent("#status")).toContain("what it did not await goes on");
    await write("show.plot({ a: [1, 2] }, { x: [1] });");
    await page.keyboard.press("Control+Enter");
    await page.getByText('show.plot: "a" has 2 numbers, x has 1').waitFor();
  });

  test("the address holds the program; one that cannot be read gives the first example", async () => {
    await open();
    const text = "// ∇ naïve\nconsole.log(1 + 1);\n";
    await write(text);
    await page.waitForURL(/#program=/);
    const { hash } = new URL(page.url());
    await page.close();
    await open(hash);
    await page.getByText("// ∇ naïve").waitFor();
    expect(await output()).not.toContain("2");
    await button("Run").click();
    await ended();
    expect(await output()).toContain("2");
    for (const broken of ["#program=%%%", "#example=none", "#program=AAAA", "#what"]) {
      await page.evaluate(`location.hash = ${JSON.stringify(broken)}`);
      await page.getByText("The link cannot be read: this is the first example.").waitFor();
      await page.getByText("// A first gradient").waitFor();
      await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
      await page.getByText("// ∇ naïve").waitFor();
    }
  });

  test("a link that is opened while the address is renewed stays", async () => {
    await open();
    // Packing ends when the test says so.
    await page.evaluate(`{
      const Packing = CompressionStream;
      globalThis.pause = Promise.withResolvers();
      globalThis.CompressionStream = class {
        constructor(format) {
          const { readable, writable } = new Packing(format);
          this.writable = writable;
          this.readable = readable.pipeThrough(new TransformStream({
            async transform(chunk, controller) {
              globalThis.isPacking = true;
              await globalThis.pause.promise;
              controller.enqueue(chunk);
            },
          }));
        }
      };
    }`);
    await write("// mine\n");
    await page.waitForFunction("globalThis.isPacking");
    await page.evaluate(`location.hash = "#example=xor"`);
    await expect.poll(() => page.locator("select").inputValue()).toBe("xor");
    // Longer than a pause in typing, after which the address is renewed.
    await page.waitForTimeout(1000);
    await page.evaluate("globalThis.pause.resolve()");
    await page.waitForTimeout(1000);
    expect(await page.evaluate("location.hash")).toBe("#example=xor");
    await page.evaluate(`location.hash = "#example=line"`);
    await expect.poll(() => page.locator("select").inputValue()).toBe("line");
  });

  test("works without a network once it has been opened", async () => {
    const own = await serveFolder(folder);
    const { port } = own.httpServer.address() as AddressInfo;
    // By this name of the machine, as elsewhere, it is kept; by "localhost" it is not.
    const address = `http://127.0.0.1:${port}/site/playground/`;
    page = await context.newPage();
    await page.goto(address);
    await page.evaluate("navigator.serviceWorker.ready");
    await page.waitForFunction("navigator.serviceWorker.controller !== null");
    await own.close();
    await page.goto(`${address}index.html#example=layer`);
    await button("Run").click();
    await page.locator(".output img").first().waitFor();
    expect(await output()).toContain("parameter");
  });

  test("can be used by all: by keys, on narrow screens, and axe has nothing to complain of", async () => {
    await open();
    await run(
      'import { zeros } from "@nabla/autograd";\nshow.plot({ a: [1, 2], b: [2, 3] });\nshow.image(zeros([3, 3]));\nzeros([2]).matmul(zeros([3]));',
    );
    await page.getByRole("list", { name: "Problems" }).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Line 4");
    await page.setViewportSize({ width: 320, height: 800 });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(320);
    const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
    await page.evaluate(readFileSync(axe, "utf8"));
    for (const width of [320, 1200]) {
      await page.setViewportSize({ width, height: 900 });
      for (const mode of [
        { colorScheme: "light", forcedColors: "none" },
        { colorScheme: "dark", forcedColors: "none" },
        { colorScheme: "dark", forcedColors: "active" },
      ] as const) {
        await page.emulateMedia(mode);
        const { violations } = await page.evaluate<{
          violations: { id: string; nodes: { html: string }[] }[];
        }>(
          'axe.run({ resultTypes: ["violations"], rules: { "color-contrast-enhanced": { enabled: true } } })',
        );
        const seen = violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
        expect({ width, mode, seen }).toEqual({ width, mode, seen: [] });
      }
    }
  });

  test("the editor has less than 180 kB of compressed script; the rest comes after it", async () => {
    await open();
    const assets = path.join(folder, "site/playground/assets");
    const sizeOf = (pattern: RegExp): number =>
      readdirSync(assets)
        .filter((name) => pattern.test(name))
        .map((name) => gzipSync(readFileSync(path.join(assets, name))).length)
        .reduce((a, b) => a + b);
    expect(sizeOf(/^index-.*\.js$/)).toBeLessThan(180_000);
    // TypeScript, and what it knows of nabla.
    expect(sizeOf(/^(language-worker|declarations)-/)).toBeLessThan(1_250_000);
    // All of nabla.
    expect(sizeOf(/^run-worker-/)).toBeLessThan(209_000);
    const asked = await page.evaluate<string[]>(
      "performance.getEntriesByType('resource').map(({ name }) => name)",
    );
    expect(asked.filter((name) => name.includes("graph-worker"))).toEqual([]);
  });
});
