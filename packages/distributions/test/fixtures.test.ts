// Densities, cumulative probabilities, quantiles, moments and entropies, beside SciPy's (fixtures/make.py).
import type { Tensor } from "@nabla/autograd";
import {
  bernoulli,
  cauchy,
  type Distribution,
  exponential,
  gumbel,
  laplace,
  logistic,
  logNormal,
  normal,
  uniform,
} from "@nabla/distributions";
import { expect, test } from "vitest";
import { checkCases, readCases } from "../../../fixtures/cases.ts";

type Make = (...parameters: Tensor[]) => Distribution;

/** The functions that make a distribution of its parameters, by name. */
const families: Readonly<Record<string, Make>> = {
  bernoulli: (p) => bernoulli(p),
  cauchy: (m, s) => cauchy(m, s),
  exponential: (r) => exponential(r),
  gumbel: (m, s) => gumbel(m, s),
  laplace: (m, s) => laplace(m, s),
  logistic: (m, s) => logistic(m, s),
  logNormal: (m, s) => logNormal(m, s),
  normal: (m, s) => normal(m, s),
  uniform: (a, b) => uniform(a, b),
};

const cases = readCases("distributions");
const named = (call: string) => call.split(".") as [name: string, method: string];

function call([name, method]: readonly [string, string]) {
  return (inputs: readonly Tensor[]): Tensor => {
    const make = families[name]!;
    if (method === "mean" || method === "variance" || method === "entropy") {
      return make(...inputs)[method]();
    }
    const made = make(...inputs.slice(0, -1));
    return made[method as "cdf" | "quantile" | "logProbability"](inputs.at(-1)!);
  };
}

test("there are cases enough, of each family", () => {
  expect(cases.length).toBeGreaterThanOrEqual(40);
  expect(new Set(cases.map((one) => named(one.call)[0]))).toEqual(new Set(Object.keys(families)));
});

test.each(Object.keys(families))("%s is SciPy's", (family) => {
  const own = cases.filter((one) => named(one.call)[0] === family);
  for (const method of new Set(own.map((one) => one.call))) {
    checkCases(
      own.filter((one) => one.call === method),
      call(named(method)),
    );
  }
});
