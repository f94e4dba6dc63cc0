import { backend, setBackend } from "@nabla/autograd";
import { afterEach, expect, test, vi } from "vitest";
import { runTrain } from "../src/train-command.ts";
import { folderWith, mnistFiles } from "./mnist-folder.ts";
import { type Ran, run } from "./run.ts";

afterEach(() => {
  setBackend("wasm");
  vi.unstubAllEnvs();
});

test("train --native says the same to the last digit, and runs natively until it ends", async () => {
  // Nothing is left behind.
  vi.stubEnv("NABLA_CACHE", "off");
  setBackend("wasm");
  const data = folderWith(mnistFiles(30, 10));
  const ran = async (option: string): Promise<Ran & { readonly places: ReadonlySet<string> }> => {
    const places = new Set<string>();
    const result = await run(async (args, context) => {
      const { stdout } = context;
      const write = (text: string) => {
        places.add(backend());
        return stdout.write(text);
      };
      return await runTrain(args, { ...context, stdout: { ...stdout, write } });
    }, `--epochs 2 --batch-size 10 --data ${data} ${option}`);
    return { ...result, places };
  };
  const [plain, natively] = [await ran(""), await ran("--native")];
  expect(natively.code).toBe(0);
  expect(natively.stdout).toBe(plain.stdout);
  expect([plain.places, natively.places]).toEqual([new Set(["wasm"]), new Set(["native"])]);
  expect(backend()).toBe("wasm");
});
