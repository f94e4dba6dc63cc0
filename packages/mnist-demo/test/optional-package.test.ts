// What is said where a package that a user may leave out is not there.
import { expect, test } from "vitest";
import { optionalPackage } from "../src/optional-package.ts";

function failing(message: string): () => Promise<never> {
  const error = Object.assign(new Error(message), { code: "ERR_MODULE_NOT_FOUND" });
  return () => Promise.reject(error);
}

test("a package that is not there is named, with its use", async () => {
  const load = failing("Cannot find package '@nabla/absent' imported from /a/file.js");
  await expect(optionalPackage("--native", "@nabla/absent", load)).rejects.toThrow(
    "--native: @nabla/absent is not installed, expected it beside this package",
  );
});

test("what it lacks itself is said as it is", async () => {
  const load = failing("Cannot find package 'koffi' imported from /a/file.js");
  await expect(optionalPackage("--native", "@nabla/absent", load)).rejects.toThrow("'koffi'");
});
