// That no part of an operation is forgotten.
import { Tensor } from "@nabla/autograd";
import { expect, test } from "vitest";
import * as elementwise from "../src/ops/elementwise.ts";
import { catalogue, methods } from "./catalogue.ts";
import { missingFromCatalogue } from "./operations-table.ts";

/** Parts of others, which users meet in graphs alone, or not at all. */
const internal = new Set([
  ...["alias", "isChoice", "polygamma", "gaussian", "normalCdf", "normalDensity", "cauchy"],
  ...["logisticDensity", "oneMinusSquare", "geluOfNormal", "geluSlope", "geluOfTanh"],
  ...["geluOfTanhSlope", "siluSlope"],
]);

test("every public operation is in the catalogue", () => {
  const { missing, unknown } = missingFromCatalogue();
  expect(missing, "are public: they need a line in packages/autograd/test/catalogue.ts").toEqual(
    [],
  );
  expect(unknown, "stand in packages/autograd/test/catalogue.ts and are not public").toEqual([]);
});

test("every function of elements has a face", () => {
  const known = new Set(catalogue.map(({ name }) => name));
  const faceless = Object.keys(elementwise).filter(
    (name) => !known.has(name) && !internal.has(name),
  );
  expect(faceless, "are defined in src/ops: they need a function in src/tensor").toEqual([]);
});

test("every function of elements, and every reduction, is a method", () => {
  const missing = methods.filter((name) => name !== "where" && !(name in Tensor.prototype));
  expect(missing, "are not given to addMethods, at the end of their file in src/tensor").toEqual(
    [],
  );
});
