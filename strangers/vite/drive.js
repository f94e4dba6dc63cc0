// The built page, in Chromium: the page and its worker train to the cost that Node reaches.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import { preview } from "vite";
import { train } from "./train.js";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
if (!existsSync(executablePath)) {
  console.log(
    `skipped: the page was built but not opened; there is no Chromium at ${executablePath}`,
  );
  process.exit(0);
}
const server = await preview({ preview: { port: 0 } });
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
  const page = await browser.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(`http://localhost:${server.httpServer.address().port}`);
  await page.waitForFunction("document.querySelector('#worker').textContent !== ''");
  const here = String(train());
  assert.equal(await page.textContent("#page"), here);
  assert.equal(await page.textContent("#worker"), here);
  assert.deepEqual(errors, []);
  console.log(`cost ${here} in Node, the page and its worker`);
} finally {
  await browser.close();
  await server.close();
}
