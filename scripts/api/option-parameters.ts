// Which public functions take options, and where, as the reports in api/ say it: tests give each of them a
// name that no option has.
import { readFileSync } from "node:fs";
import { parseSync } from "oxc-parser";
import { reportFile } from "./report.ts";

/** By function, the position of its parameter `options`. `report`: as in `report.ts`, such as "nn". */
export function optionParameters(report: string): ReadonlyMap<string, number> {
  const { program } = parseSync("report.d.ts", readFileSync(reportFile(report), "utf8"));
  return new Map(
    program.body.flatMap((statement): (readonly [string, number])[] => {
      const declared = statement.type === "ExportNamedDeclaration" ? statement.declaration : null;
      if (declared?.type !== "TSDeclareFunction") return [];
      const at = declared.params.findIndex(
        (one) => one.type === "Identifier" && one.name === "options",
      );
      return at < 0 ? [] : [[declared.id!.name, at]];
    }),
  );
}

/** `args` with an option in them that does not exist. */
export function misspelt(
  args: readonly unknown[],
  at: number,
  name = "no such option",
): readonly unknown[] {
  const all = Array.from({ length: Math.max(args.length, at + 1) }, (_, i) => args[i]);
  return all.with(at, { ...(args[at] as object | undefined), [name]: 1 });
}
