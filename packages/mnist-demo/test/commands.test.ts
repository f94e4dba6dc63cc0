import { expect, test } from "vitest";
import { help, runNamed } from "../src/commands.ts";

async function run(...args: readonly string[]) {
  const texts = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof texts) => ({ write: (text: string) => (texts[name] += text) });
  const signal = new AbortController().signal;
  const context = { stdout: stream("stdout"), stderr: stream("stderr"), env: {}, signal };
  return { code: await runNamed(args, context), ...texts };
}

const named = [...help.matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, name]) => name!);

test("help names the commands, with and without being asked", async () => {
  expect(named).toEqual(["train", "evaluate", "explain", "compare"]);
  expect(await run()).toEqual({ code: 0, stdout: help, stderr: "" });
  expect(await run("--help")).toEqual(await run());
  for (const line of help.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
});

test.each(named)(
  "%s is given the rest of the arguments, and says how it is called",
  async (name) => {
    const { code, stdout } = await run(name, "--help");
    expect(code).toBe(0);
    expect(stdout).toContain(`npx @nabla/mnist-demo ${name} `);
    expect(stdout).not.toContain("pnpm");
    const { stderr } = await run(name, "--no-such-option");
    expect(stderr).toContain(`${name}: there is no option "--no-such-option"`);
  },
);

test("a command that there is not is said in one line", async () => {
  const stderr =
    'nabla-mnist: there is no command "toString", expected train, evaluate, explain or compare\n';
  expect(await run("toString")).toEqual({ code: 1, stdout: "", stderr });
});
