// The engine in Chromium, with and without cross-origin isolation: the same numbers as here.
import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { trained } from "./browser-program.ts";

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const hasChromium = existsSync(executablePath);
if (!hasChromium) {
  console.warn(`skipped: the engine in a browser; there is no Chromium at ${executablePath}`);
}

const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** Serves a page whose script is `script`; under /isolated with the headers that isolate it. */
function serve(script: string): Promise<Server> {
  const server = createServer((request, response) => {
    const isScript = request.url!.endsWith(".js");
    const headers = request.url!.startsWith("/isolated") ? isolation : {};
    response.writeHead(200, {
      "Content-Type": isScript ? "text/javascript" : "text/html",
      ...headers,
    });
    response.end(
      isScript ? script : '<!doctype html><script type="module" src="program.js"></script>',
    );
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

describe.skipIf(!hasChromium)("the engine in Chromium", () => {
  let browser: Browser;
  let server: Server;

  beforeAll(async () => {
    const entry = fileURLToPath(new URL("browser-page.ts", import.meta.url));
    const { outputFiles } = await build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      format: "esm",
      conditions: ["@nabla/source"],
    });
    server = await serve(outputFiles[0]!.text);
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  test.each([
    ["in a page that is not isolated", "/plain/", false],
    ["in a page that is isolated", "/isolated/", true],
  ])("trains %s, with the same bits as here", async (_, path, isIsolated) => {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
    await page.waitForFunction("globalThis.dividedRuns !== undefined");
    expect(errors).toEqual([]);
    expect(await page.evaluate("globalThis.crossOriginIsolated")).toBe(isIsolated);
    const here = trained();
    expect(here.backend).toBe("wasm");
    expect(await page.evaluate("globalThis.result")).toEqual(here);
    expect(await page.evaluate("globalThis.dividedRuns")).toBe(isIsolated ? 1 : 0);
    await page.close();
  });
});
