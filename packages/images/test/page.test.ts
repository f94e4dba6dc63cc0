// Pixels and files in Chromium: what pages have in place of sharp.
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { expect, test } from "vitest";

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const hasChromium = existsSync(executablePath);
if (!hasChromium)
  console.warn(`skipped: images in a page; there is no Chromium at ${executablePath}`);

test.skipIf(!hasChromium)("a page reads and writes pixels, canvases, PNG and JPEG", async () => {
  const { outputFiles, warnings } = await build({
    entryPoints: [fileURLToPath(new URL("page-program.ts", import.meta.url))],
    bundle: true,
    write: false,
    format: "esm",
    conditions: ["@nabla/source"],
  });
  expect(warnings).toEqual([]);
  const server = createServer((request, response) => {
    const isScript = request.url!.endsWith(".js");
    response.writeHead(200, { "Content-Type": isScript ? "text/javascript" : "text/html" });
    response.end(
      isScript ? outputFiles[0]!.text : '<script type="module" src="program.js"></script>',
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page
      .waitForFunction("globalThis.outcomes !== undefined")
      .catch(() => errors.push("nothing came"));
    expect(errors).toEqual([]);
    const outcomes = await page.evaluate<Record<string, unknown>>("globalThis.outcomes");
    const { image } = outcomes;
    expect(outcomes).toMatchObject({ canvas: image, bitmap: image, png: image, url: image });
    expect(outcomes).toMatchObject({ size: [7, 5], jpeg: [3, 5, 7], other: [3, 2, 2] });
    expect(outcomes["damaged"]).toMatch("decodeImage: the PNG file cannot be decoded: ");
    expect(outcomes["empty"]).toMatch("fromPixels: the size of an HTMLCanvasElement is 0 x 150");
    expect(outcomes["drawnOn"]).toMatch("toPixels: the canvas gives no 2D context");
  } finally {
    await browser.close();
    server.close();
  }
});
