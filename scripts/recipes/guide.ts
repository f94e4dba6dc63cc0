// The recipes of CONTRIBUTING.md: sections with a diff, and a table of how many files each touches.

export interface Recipe {
  readonly title: string;
  readonly diff: string;
  /** Filters of the tests to run. */
  readonly tests: readonly string[];
}

/** How many files a recipe touches. */
export interface Counts {
  readonly source: number;
  readonly tests: number;
}

/** The recipes: sections with a diff, fenced as "diff tests: FILTER …". */
export function recipesIn(text: string): readonly Recipe[] {
  return text.split(/^## /m).flatMap((section) => {
    const [title] = section.split("\n", 1);
    const found = /^```diff tests: (.*)\n([^]*?)^```$/m.exec(section);
    return found ? [{ title: title!, diff: found[2]!, tests: found[1]!.split(" ") }] : [];
  });
}

/** What the table says of the section that a row links to. */
export function promised(text: string, { title }: Recipe): Counts | undefined {
  const anchor = title
    .toLowerCase()
    .replace(/[^a-z -]/g, "")
    .replaceAll(" ", "-");
  const row = new RegExp(`^\\| \\[.*?\\]\\(#${anchor}\\) \\| (\\d+) \\| (\\d+) \\|`, "m").exec(
    text,
  );
  return row ? { source: Number(row[1]), tests: Number(row[2]) } : undefined;
}

export function counted(diff: string): Counts {
  const files = [...diff.matchAll(/^\+\+\+ b\/(.*)$/gm)].map(([, file]) => file!);
  const count = (folder: string) => files.filter((file) => file.includes(folder)).length;
  return { source: count("/src/"), tests: count("/test/") };
}

/** The changes of a diff, each by itself with its file's head. */
export function hunksOf(diff: string): readonly { readonly file: string; readonly text: string }[] {
  return diff.split(/^(?=--- )/m).flatMap((part) => {
    const [head, ...hunks] = part.split(/^(?=@@ )/m);
    const file = /^\+\+\+ b\/(.*)$/m.exec(head!)?.[1] ?? "";
    return hunks.map((hunk) => ({ file, text: head! + hunk }));
  });
}
