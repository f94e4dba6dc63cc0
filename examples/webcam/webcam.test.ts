// The page in Chromium, whose camera plays two scenes in turn.
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { full, stack, zeros } from "@nabla/autograd";
import { encodePng } from "@nabla/images";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { serveWebcam } from "./build.ts";
import { writeScenes } from "./scenes.ts";

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const hasChromium = existsSync(executablePath);
if (!hasChromium)
  console.warn(`skipped: the webcam page; there is no Chromium at ${executablePath}`);

const red = () => encodePng(stack([full([48, 64], 0.9), zeros([48, 64]), zeros([48, 64])]));

describe.skipIf(!hasChromium)("the page with a camera", () => {
  let folder: string;
  let server: Awaited<ReturnType<typeof serveWebcam>>;
  let browser: Browser | undefined;
  let complaints: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "nabla-webcam-"));
    server = await serveWebcam(path.join(folder, "page"), ["@nabla/source"]);
    await writeScenes(path.join(folder, "scenes.y4m"));
  }, 60_000);
  afterEach(async () => {
    await browser?.close();
    browser = undefined;
  });
  afterAll(async () => {
    await server?.close();
    await rm(folder, { recursive: true });
  });

  async function open(...args: readonly string[]): Promise<Page> {
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox", ...args] });
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    complaints = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    await page.goto(server.address);
    return page;
  }

  const withScenes = (): Promise<Page> =>
    open(
      "--use-fake-ui-for-media-stream",
      "--use-fake-device-for-media-stream",
      `--use-file-for-fake-video-capture=${path.join(folder, "scenes.y4m")}`,
    );

  const turnOn = (page: Page): Promise<void> =>
    page.getByRole("button", { name: "Turn the camera on" }).click();

  /** Which of the scenes a canvas or a video shows now, by its colours; undefined for something else. */
  const sceneOf = (page: Page, selector: string): Promise<number | undefined> =>
    page.evaluate<number | undefined>(`{
      const shown = document.querySelector(${JSON.stringify(selector)});
      const canvas = new OffscreenCanvas(1, 1);
      const context = canvas.getContext("2d");
      context.drawImage(shown, 0, 0, 1, 1);
      const [red, , blue] = context.getImageData(0, 0, 1, 1).data;
      red > blue + 10 ? 0 : blue > red + 10 ? 1 : undefined;
    }`);

  const names = ["One thing", "Another thing"] as const;

  /** Records pictures of a scene; those of a moment when it had changed are forgotten. */
  async function record(page: Page, scene: 0 | 1): Promise<void> {
    const card = page.locator(".card").nth(scene);
    const button = page.getByRole("button", { name: `Record ${names[scene]}` });
    for (;;) {
      await expect.poll(() => sceneOf(page, "#video"), { interval: 20 }).toBe(1 - scene);
      await expect.poll(() => sceneOf(page, "#video"), { interval: 20 }).toBe(scene);
      if (scene === 0) {
        await button.hover();
        await page.mouse.down();
        await card.locator("canvas").nth(11).waitFor();
        await page.mouse.up();
      } else {
        await button.focus();
        await page.keyboard.down("Space");
        await card.locator("canvas").nth(11).waitFor();
        await page.keyboard.up("Space");
      }
      const count = await card.locator("canvas").count();
      const recorded: (number | undefined)[] = [];
      for (let i = 1; i <= count; i++) {
        const selector = `.card:nth-of-type(${scene + 1}) canvas:nth-child(${i})`;
        recorded.push(await sceneOf(page, selector));
      }
      if (recorded.every((one) => one === scene)) return;
      await card.getByRole("button", { name: "Forget" }).click();
    }
  }

  const percentOf = async (page: Page, name: string): Promise<number> =>
    Number.parseFloat(
      (await page.locator("#bars li", { hasText: name }).innerText()).split("\n")[1]!,
    );

  test("learns two scenes of the camera, and says which one it sees", {
    timeout: 120_000,
  }, async () => {
    const page = await withScenes();
    await turnOn(page);
    await record(page, 0);
    await record(page, 1);
    expect(await page.getByRole("status").innerText()).toMatch(
      /^Ready to learn One thing \(\d+\), /,
    );
    await page.getByRole("button", { name: "Train" }).click();
    await expect
      .poll(() => page.getByRole("status").innerText(), { timeout: 60_000 })
      .toMatch(/^Learnt in 160 steps/);
    const [, first, last] = (await page.getByRole("status").innerText()).match(
      /from ([\d.]+) to ([\d.]+)\.$/,
    )!;
    expect(Number(last)).toBeLessThan(Number(first) / 4);
    for (const scene of [0, 1, 0] as const) {
      await expect.poll(() => sceneOf(page, "#video"), { interval: 20 }).toBe(scene);
      await expect.poll(() => percentOf(page, names[scene])).toBeGreaterThan(85);
    }
    // What the network sees has been drawn: one of the scenes.
    expect([0, 1]).toContain(await sceneOf(page, "#seen"));
    expect(complaints).toEqual([]);
  });

  test("takes files without a camera, and says which is no picture", async () => {
    const page = await open();
    await turnOn(page);
    const failure = page.getByRole("alert");
    await expect
      .poll(() => failure.innerText())
      .toBe("There is no camera on this machine. Files will do, too.");
    expect(await page.getByRole("button", { name: "Record One thing" }).isDisabled()).toBe(true);
    const dark = { name: "dark.png", mimeType: "image/png" };
    const files = [
      { name: "red.png", mimeType: "image/png", buffer: Buffer.from(await red()) },
      { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no picture") },
    ];
    await page.getByLabel("Add files of One thing").setInputFiles(files);
    await expect.poll(() => failure.innerText()).toMatch(/^notes\.txt: decodeImage: /);
    expect(await page.locator(".card").first().locator(".count").innerText()).toBe("1 picture");
    await page
      .getByLabel("Add files of Another thing")
      .setInputFiles({ ...dark, buffer: Buffer.from(await encodePng(zeros([40, 40]))) });
    await page.getByRole("button", { name: "Train" }).click();
    await expect
      .poll(() => page.getByRole("status").innerText(), { timeout: 60_000 })
      .toMatch(/^Learnt in /);
    await page.getByLabel("Show it a file").setInputFiles(files[0]!);
    await expect.poll(() => percentOf(page, "One thing")).toBeGreaterThan(80);
    await page.getByRole("button", { name: "Forget One thing" }).click();
    expect(await page.getByRole("status").innerText()).toBe("It needs pictures of two things.");
    expect(complaints).toEqual([]);
  });

  test("says that a camera was refused, and can be used by keys", async () => {
    const page = await open("--use-fake-device-for-media-stream", "--deny-permission-prompts");
    await page.getByRole("button", { name: "Turn the camera on" }).focus();
    await page.keyboard.press("Enter");
    await expect
      .poll(() => page.getByRole("alert").innerText())
      .toBe("The page may not use the camera: permission was refused. Files will do, too.");
    expect(complaints).toEqual([]);
  });

  test("stops when the camera ends by itself, and names follow what is written", async () => {
    const page = await open("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream");
    await turnOn(page);
    await page.getByRole("button", { name: "Turn the camera off" }).waitFor();
    // Chromium has no way to unplug its own camera.
    await page.evaluate(`{
      const [track] = document.querySelector("#video").srcObject.getTracks();
      track.stop();
      track.dispatchEvent(new Event("ended"));
    }`);
    await page.getByRole("button", { name: "Turn the camera on" }).waitFor();
    expect(await page.getByRole("alert").innerText()).toBe(
      "The camera has ended. Files will do, too.",
    );
    expect(await page.getByRole("button", { name: "Record One thing" }).isDisabled()).toBe(true);
    const file = { name: "red.png", mimeType: "image/png", buffer: Buffer.from(await red()) };
    await page.getByLabel("Add files of One thing").setInputFiles(file);
    await page.getByLabel("Add files of Another thing").setInputFiles(file);
    await page.getByText("Ready to learn One thing (1), Another thing (1).").waitFor();
    await page.getByRole("textbox").first().fill("Cup");
    await page.getByText("Ready to learn Cup (1), Another thing (1).").waitFor();
    expect(complaints).toEqual([]);
  });

  test("fits on a phone, is reached by Tab in the order of reading, and axe has nothing to complain of", async () => {
    const page = await open("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream");
    await turnOn(page);
    await page.getByRole("button", { name: "Turn the camera off" }).waitFor();
    await page.getByRole("button", { name: "Record One thing" }).focus();
    await page.keyboard.press("Enter");
    await page.locator(".card canvas").first().waitFor();
    await page.getByRole("textbox").nth(1).fill("My cup");
    await page.getByLabel("Add files of My cup").setInputFiles({
      name: "red.png",
      mimeType: "image/png",
      buffer: Buffer.from(await red()),
    });
    await page.getByText("Ready to learn One thing (1), My cup (1).").waitFor();
    await page.getByRole("button", { name: "Turn the camera off" }).focus();
    const reached: string[] = [];
    do {
      reached.push(
        await page.evaluate<string>(
          "document.activeElement.ariaLabel || document.activeElement.id",
        ),
      );
      await page.keyboard.press("Tab");
    } while (reached.at(-1) !== "train" && reached.length < 30);
    const ofCard = (name: string, kind: string) =>
      [`Name of ${name}`, `Record ${kind}`, `Add files of ${kind}`] as const;
    expect(reached).toEqual([
      ...["camera", "ask"],
      ...[...ofCard("one thing", "One thing"), "Forget One thing"],
      ...[...ofCard("another thing", "My cup"), "Forget My cup"],
      ...[...ofCard("a third thing", "A third thing"), "train"],
    ]);
    await page.evaluate(
      await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"),
    );
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 844 });
      const beyond = await page.evaluate<string[]>(`
        [...document.querySelectorAll("body *")]
          .filter((one) => {
            const own = one.getBoundingClientRect();
            const around = one.parentElement.getBoundingClientRect();
            return own.right > Math.min(around.right, ${width}) + 1;
          })
          .map((one) => one.outerHTML)`);
      expect({ width, beyond }).toEqual({ width, beyond: [] });
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        const { violations } = await page.evaluate<{
          violations: { id: string; nodes: { html: string }[] }[];
        }>(
          'axe.run({ resultTypes: ["violations"], rules: { "color-contrast-enhanced": { enabled: true } } })',
        );
        const found = violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
        expect({ width, colorScheme, found }).toEqual({ width, colorScheme, found: [] });
      }
    }
    expect(complaints).toEqual([]);
  });
});
