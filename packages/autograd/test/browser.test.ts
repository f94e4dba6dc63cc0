// The engine in Chromium, with and without cross-origin isolation: the same numbers as here.
import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { setBackend } from "@nabla/autograd";
import { build } from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";
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

/** Content security policies, by the folder that pages have them in. */
const policies: Readonly<Record<string, string>> = {
  "no-workers": "worker-src 'none'",
  "no-code": "script-src 'self'",
};

/**
 * Serves a page whose script is `script`; under /isolated with the headers that isolate it, and in
 * some folders with a policy.
 */
function serve(script: string): Promise<Server> {
  const server = createServer((request, response) => {
    const isScript = request.url!.endsWith(".js");
    const headers = request.url!.startsWith("/isolated") ? isolation : {};
    const policy = policies[request.url!.split("/")[2]!];
    response.writeHead(200, {
      "Content-Type": isScript ? "text/javascript" : "text/html",
      ...headers,
      ...(policy !== undefined && { "Content-Security-Policy": policy }),
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

  async function opened(path: string): Promise<Page> {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
    await page.waitForFunction("globalThis.dividedRuns !== undefined");
    expect(errors).toEqual([]);
    return page;
  }

  const notIsolated = ["in a page that is not isolated", "/plain/", false, 0] as const;
  const noWorkers = [
    "in an isolated page that may not start workers",
    "/isolated/no-workers/",
    true,
    0,
  ] as const;
  test.each([
    ["in a page that is isolated", "/isolated/", true, 1] as const,
    notIsolated,
    noWorkers,
  ])("trains %s, with the same bits as here", async (_, path, isIsolated, dividedRuns) => {
    const page = await opened(path);
    expect(await page.evaluate("globalThis.crossOriginIsolated")).toBe(isIsolated);
    const here = trained();
    expect(here.backend).toBe("wasm");
    expect(await page.evaluate("globalThis.result")).toEqual(here);
    expect(await page.evaluate("globalThis.dividedRuns")).toBe(dividedRuns);
    expect(await page.evaluate("globalThis.awaited.isSame")).toBe(true);
    // Where a worker computes, the page goes on.
    expect(await page.evaluate("globalThis.awaited.turns > 0")).toBe(dividedRuns > 0);
    await page.close();
  });

  test("trains on the reference in a page that may not compile WebAssembly", async () => {
    const page = await opened("/isolated/no-code/");
    setBackend("reference");
    try {
      const here = trained();
      expect(here.backend).toBe("reference");
      expect(await page.evaluate("globalThis.result")).toEqual(here);
    } finally {
      setBackend("wasm");
    }
    await page.close();
  });
});
