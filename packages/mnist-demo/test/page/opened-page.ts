// The page as it is built, served and opened in Chromium: once for all tests of it.
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import type { PreviewServer } from "vite";
import { buildPage, servePage } from "../../page/page-command.ts";
import type { ContenderOptions } from "../../page/src/contender.ts";
import { testFile } from "../../page/src/digit-files.ts";
import type { Mnist } from "../../src/digits.ts";
import { loadMnist } from "../../src/load.ts";
import { firstOf } from "../../src/training.ts";

export const executablePath: string = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

export const desktop = { width: 1200, height: 900 };
export const phone = { width: 390, height: 844 };

/** What the page begins with. */
export const usual: ContenderOptions = {
  hidden: [16, 16],
  activation: "sigmoid",
  batchSize: 100,
  learningRate: 3,
  seed: 0,
};

interface Opening {
  readonly isolated: boolean;
  readonly viewport: { readonly width: number; readonly height: number };
  readonly reducedMotion?: "reduce" | "no-preference";
}

/** The digits that the page learns from and measures with, unless told otherwise. */
async function firstDigits(): Promise<Mnist> {
  const { train, test } = await loadMnist();
  return { train: firstOf(train, 3000), test: firstOf(test, testFile.count) };
}

export class OpenedPage {
  folder!: string;
  digits!: Mnist;
  context!: BrowserContext;
  page!: Page;
  /** What the page has written to its console as errors and warnings. */
  complaints: string[] = [];
  readonly #servers = new Map<boolean, PreviewServer>();

  async start(): Promise<void> {
    this.digits = await firstDigits();
    this.folder = mkdtempSync(path.join(tmpdir(), "nabla-page-"));
    await buildPage(this.folder);
    for (const isolated of [true, false]) {
      this.#servers.set(isolated, await servePage({ port: 0, out: this.folder, isolated }));
    }
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    this.context = await browser.newContext();
  }

  async stop(): Promise<void> {
    await this.context?.browser()?.close();
    for (const server of this.#servers.values()) await server.close();
    if (this.folder) rmSync(this.folder, { recursive: true });
  }

  addressOf(isolated: boolean): string {
    const { port } = this.#servers.get(isolated)!.httpServer.address() as AddressInfo;
    return `http://localhost:${port}/`;
  }

  /** Opens the page, in which nothing moves before it is asked to. */
  async open({ isolated = true, viewport = desktop } = {}): Promise<Page> {
    const page = await this.openMoving({ isolated, viewport, reducedMotion: "reduce" });
    await page
      .getByRole("button", { name: "Let it learn" })
      .and(page.locator(":enabled"))
      .waitFor();
    return page;
  }

  async openMoving(opening: Opening): Promise<Page> {
    const { isolated, viewport, reducedMotion = "no-preference" } = opening;
    const page = await this.context.newPage();
    this.page = page;
    await page.setViewportSize(viewport);
    await page.emulateMedia({ reducedMotion });
    this.complaints = [];
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.complaints.push(message.text());
    });
    await page.goto(this.addressOf(isolated));
    return page;
  }

  /** Scrolls to a chapter, whose code comes then. */
  async show(chapter: string): Promise<void> {
    await this.page.locator(`#${chapter}`).scrollIntoViewIfNeeded();
    await this.page.locator(`[aria-labelledby="${chapter}"] p`).first().waitFor();
  }

  /** Trains from the start until more than `percent` of the test digits are right, and pauses. */
  async trainTo(percent: number): Promise<void> {
    const { page } = this;
    await page.getByLabel("Speed").selectOption("fast");
    await page.getByRole("button", { name: "Let it learn" }).click();
    await page.waitForFunction(
      `Number.parseFloat(document.querySelector('#accuracy').textContent) > ${percent}`,
    );
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Let it learn" }).waitFor();
  }
}
