// The programs to start from, as the compiler of the playground sees them.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";

describe("the examples", () => {
  test("have no problems but those that they are about, and are short", async () => {
    const { declarations } = await import("../page/declarations.ts");
    const { LanguageService } = await import("../page/src/language-service.ts");
    const service = new LanguageService(declarations());
    const folder = path.resolve(import.meta.dirname, "../examples");
    const names = readdirSync(folder).filter((name) => /^\w+\.ts$/.test(name));
    expect(names.length).toBeGreaterThanOrEqual(8);
    for (const name of names) {
      const text = readFileSync(path.join(folder, name), "utf8");
      const problems = service.problems(text).map(({ line, message }) => `${line}: ${message}`);
      const wanted = [
        "8: matmul: [100, 784] x [128, 10]: inner dimensions 784 and 128 differ",
        "12: sequential: layer 2 expects 10 features, layer 1 gives 16",
        "13: dense: expects 10 features, got [100, 16]",
      ];
      expect({ name, problems }).toEqual({ name, problems: name === "shapes.ts" ? wanted : [] });
      expect(text.split("\n").length).toBeLessThanOrEqual(30);
    }
  });
});
