// The page in Chromium, as it is built: it learns, tells, and can be used by all.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import type { PreviewServer } from "vite";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { buildPage, servePage } from "../page/page-command.ts";

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const hasChromium = existsSync(executablePath);
if (!hasChromium) console.warn(`skipped: the page; there is no Chromium at ${executablePath}`);

const desktop = { width: 1200, height: 900 };
const phone = { width: 390, height: 844 };

describe.skipIf(!hasChromium)("the page in Chromium", () => {
  let browser: Browser;
  let folder: string;
  const servers = new Map<boolean, PreviewServer>();
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "nabla-page-"));
    await buildPage(folder);
    for (const isolated of [true, false]) {
      servers.set(isolated, await servePage({ port: 0, out: folder, isolated }));
    }
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    // Building takes seconds; machines are shared.
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    for (const server of servers.values()) await server.close();
    if (folder) rmSync(folder, { recursive: true });
  });
  afterEach(() => page.close());

  /** Opens the page; `complaints` collects what its console says. */
  async function open({ isolated = true, viewport = desktop } = {}): Promise<void> {
    page = await browser.newPage({ viewport });
    complaints = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    const { port } = servers.get(isolated)!.httpServer.address() as AddressInfo;
    await page.goto(`http://localhost:${port}/`);
    await page
      .getByRole("button", { name: "Start", exact: true })
      .and(page.locator(":enabled"))
      .waitFor();
  }

  const accuracy = async (): Promise<number> =>
    Number.parseFloat((await page.textContent("#accuracy"))!);

  test.each([
    ["isolated, on a desktop", true, desktop],
    ["not isolated, on a phone", false, phone],
  ])("trains to over 90 %% %s", async (_, isolated, viewport) => {
    await open({ isolated, viewport });
    expect(await page.evaluate("crossOriginIsolated")).toBe(isolated);
    expect(await accuracy()).toBeLessThan(50);
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.waitForFunction(
      "Number.parseFloat(document.querySelector('#accuracy').textContent) > 90",
    );
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Start", exact: true }).waitFor();
    const wide = await page.evaluate("document.documentElement.scrollWidth");
    expect(wide).toBeLessThanOrEqual(viewport.width);
    expect(complaints).toEqual([]);
  });

  test.each(["light", "dark"] as const)(
    "gives axe nothing to complain of, %s",
    async (colorScheme) => {
      await open();
      await page.emulateMedia({ colorScheme });
      const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
      await page.evaluate(await readFile(axe, "utf8"));
      const { violations } = await page.evaluate<{
        violations: { id: string; nodes: { html: string }[] }[];
      }>("axe.run()");
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    },
  );
});
