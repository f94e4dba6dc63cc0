// The step of W1 by hand (yardstick.c), compiled for this processor by the system's compiler.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { steps } from "../works.mjs";
import { serve } from "./serve.mjs";
import { argumentsOf } from "./yardstick-arguments.mjs";

const require = createRequire(new URL("../../packages/native/package.json", import.meta.url));
const koffi = require("koffi");

await serve((work) => {
  if (work !== "W1") return undefined;
  const folder = mkdtempSync(path.join(tmpdir(), "nabla-yardstick-"));
  try {
    const object = path.join(folder, "yardstick.so");
    const source = fileURLToPath(new URL("../yardstick.c", import.meta.url));
    const flags = ["-std=gnu11", "-O3", "-march=native", "-ffp-contract=fast", "-shared", "-fPIC"];
    execFileSync(process.env.CC ?? "cc", [...flags, "-o", object, source], { stdio: "pipe" });
    const library = koffi.load(object);
    const put = library.func("void put(int which, const float *data, int count)");
    argumentsOf(steps.W1).forEach((data, which) => put(which, data, data.length));
    const step = library.func("float step()");
    return { run: step, first: step(), isSync: true };
  } finally {
    rmSync(folder, { recursive: true });
  }
});
