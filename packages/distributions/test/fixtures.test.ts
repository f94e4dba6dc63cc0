// Densities, cumulative probabilities, quantiles, moments and entropies, beside SciPy's (fixtures/make.py).
import type { Tensor } from "@nabla/autograd";
import {
  bernoulli,
  beta,
  binomial,
  cauchy,
  type Distribution,
  dirichlet,
  exponential,
  gamma,
  gumbel,
  laplace,
  logistic,
  logNormal,
  multinomial,
  multivariateNormal,
  normal,
  poisson,
  studentT,
  truncatedNormal,
  uniform,
} from "@nabla/distributions";
import { expect, test } from "vitest";
import { checkCases, readCases } from "../../../fixtures/cases.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- each takes as many tensors as it has parameters
type Make = (...parameters: any[]) => Distribution;

/** The functions that make a distribution of its parameters, by name. */
const families: Readonly<Record<string, Make>> = {
  bernoulli,
  beta,
  binomial,
  cauchy,
  dirichlet,
  exponential,
  gamma,
  gumbel,
  laplace,
  logistic,
  logNormal,
  multinomial: (n: Tensor, probabilities: Tensor) => multinomial(n, { probabilities }),
  multivariateNormal: (m: Tensor, covariance: Tensor) => multivariateNormal(m, { covariance }),
  normal,
  poisson,
  studentT,
  truncatedNormal,
  uniform,
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
