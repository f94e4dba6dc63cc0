// Follows the recipes of CONTRIBUTING.md in a copy of the repository that is thrown away after: applies
// their diffs, counts the files, lets the commands write what they write, checks types and runs the tests
// that the diffs name. With --forget: leaves out one change at a time, and expects that something fails.
// With --write: brings the diffs' line numbers and neighbours up to date.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Copy } from "./recipes/copy.ts";
import { counted, hunksOf, promised, recipesIn } from "./recipes/guide.ts";

const guide = join(import.meta.dirname, "../CONTRIBUTING.md");
const text = readFileSync(guide, "utf8");
const recipes = recipesIn(text);
const options = process.argv.slice(2);
const named = options.filter((option) => !option.startsWith("--"));
const chosen = recipes.filter(({ title }) => named.every((word) => title.includes(word)));
const faults: string[] = [];

for (const recipe of recipes) {
  const [is, wanted] = [counted(recipe.diff), promised(text, recipe)];
  console.log(`${recipe.title}: ${is.source} files of source, ${is.tests} of tests`);
  if (JSON.stringify(is) !== JSON.stringify(wanted)) {
    faults.push(`${recipe.title}: the table says ${JSON.stringify(wanted)}`);
  }
}

/** All at once, as they do not touch. */
async function follow(copy: Copy): Promise<void> {
  let written = text;
  for (const { title, diff } of chosen) {
    try {
      copy.apply(diff);
    } catch {
      faults.push(
        `${title}: its diff does not apply any more (the lines beside a change have changed)`,
      );
      continue;
    }
    written = written.replace(diff, () => copy.changes());
    copy.keep();
  }
  if (options.includes("--write")) writeFileSync(guide, written);
  const failure = await copy.firstFailure([...new Set(chosen.flatMap(({ tests }) => tests))]);
  if (failure !== undefined) faults.push(failure);
}

/** Each change but one, for each. */
async function forget(copy: Copy): Promise<void> {
  for (const { title, diff, tests } of chosen) {
    const hunks = hunksOf(diff);
    for (const [i, { file, text: left }] of hunks.entries()) {
      for (const one of hunks) if (one.text !== left) copy.apply(one.text);
      const failure = await copy.firstFailure(tests);
      copy.restore();
      console.log(`\n${title}, without change ${i + 1} of ${hunks.length} (${file}):`);
      console.log(failure === undefined ? "NOTHING FAILS" : essenceOf(failure));
      if (failure === undefined) faults.push(`${title}: change ${i + 1} can be forgotten`);
    }
  }
}

/** What went wrong, without what went well. */
function essenceOf(output: string): string {
  const lines = output.split("\n").filter((line) => line !== "" && !/[✓❯]/.test(line));
  return lines.slice(0, 20).join("\n");
}

const copy = new Copy();
try {
  if (options.includes("--forget")) await forget(copy);
  else await follow(copy);
} finally {
  copy.remove();
}
for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
