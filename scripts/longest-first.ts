// The order of test files (vitest.config.ts): those that take longest first, so that no processor is left
// alone with one of them at the end. Vitest knows what files took in an earlier run; in a new
// clone it goes by their sizes, which say little of files that run processes or pages.
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What takes over some four seconds, by the paths' ends; the longest first. */
const longest = [
  "autograd/test/gradients.test.ts",
  "autograd/test/threads.test.ts",
  "nn/test/fit.test.ts",
  "nn/test/wrong-arguments.test.ts",
  "autograd/test/engine.test.ts",
  "nn/test/explain.test.ts",
  "autograd/test/fixtures.test.ts",
  "nn/test/random-training.test.ts",
];

function rankOf({ moduleId }: TestSpecification): number {
  const rank = longest.findIndex((end) => moduleId.endsWith(end));
  return rank < 0 ? longest.length : rank;
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    // Workers keep what they imported for one project at a time: the order of these stays.
    const projects = [...new Set(sorted.map(({ project }) => project))];
    return projects.flatMap((project) => {
      const own = sorted.filter((file) => file.project === project);
      return own.sort((a, b) => rankOf(a) - rankOf(b));
    });
  }
}
