// What users can name is what the reports say.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { entries, reportFile, reportOf } from "./report.ts";

const root = path.resolve(import.meta.dirname, "../..");

interface PackageJson {
  readonly exports?: Readonly<Record<string, { readonly "@nabla/source"?: string }>>;
  readonly publishConfig?: { readonly exports?: Readonly<Record<string, unknown>> };
  readonly private?: boolean;
}

test.each(Object.keys(entries))(
  "%s has the public names of api/, or `pnpm api --write` writes them",
  (name) => {
    expect(reportOf(entries[name]!)).toBe(readFileSync(reportFile(name), "utf8"));
  },
);

test("all entry points of published packages have a report", () => {
  const sources = readdirSync(path.join(root, "packages")).flatMap((folder) => {
    const file = path.join(root, "packages", folder, "package.json");
    const {
      exports = {},
      publishConfig,
      private: isPrivate,
    } = JSON.parse(readFileSync(file, "utf8")) as PackageJson;
    const own = Object.keys(publishConfig?.exports ?? {}).flatMap(
      (entry) => exports[entry]?.["@nabla/source"] ?? [],
    );
    return isPrivate ? [] : own.map((source) => path.join("packages", folder, source));
  });
  expect(sources.sort()).toEqual(Object.values(entries).sort());
});

test("a report has functions with their overloads, types, and the methods of tensors", () => {
  const report = readFileSync(reportFile("autograd"), "utf8");
  expect(report).toContain("export declare function matmul<");
  expect(report).toContain("sin(): Tensor<S>;");
  expect(report).toMatch(/export (declare )?type DType = /);
  expect(report).not.toMatch(/\/\*\*|^\s*\/\//m);
  expect(readFileSync(reportFile("nn"), "utf8")).toContain(
    'export { relu } from "@nabla/autograd";',
  );
});
