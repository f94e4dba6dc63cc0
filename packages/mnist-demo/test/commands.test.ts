import { expect, test } from "vitest";
import { help, runNamed } from "../src/commands.ts";
import { run } from "./run.ts";

const named = [...help.matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, name]) => name!);

test("help names the commands, with and without being asked", async () => {
  expect(named).toEqual(["train", "evaluate", "explain", "compare"]);
  expect(await run(runNamed, "")).toEqual({ code: 0, stdout: help, stderr: "" });
  expect(await run(runNamed, "--help")).toEqual(await run(runNamed, ""));
  for (const line of help.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
});

test.each(named)(
  "%s is given the rest of the arguments, and says how it is called",
  async (name) => {
    const { code, stdout } = await run(runNamed, `${name} --help`);
    expect(code).toBe(0);
    expect(stdout).toContain(`npx @nabla/mnist-demo ${name} `);
    expect(stdout).not.toContain("pnpm");
    const { stderr } = await run(runNamed, `${name} --no-such-option`);
    expect(stderr).toContain(`${name}: there is no option "--no-such-option"`);
  },
);

test("a command that there is not is said in one line", async () => {
  const stderr =
    'nabla-mnist: there is no command "toString", expected train, evaluate, explain or compare\n';
  expect(await run(runNamed, "toString")).toEqual({ code: 1, stdout: "", stderr });
});
