// What PyTorch's layers gave, and the comparison with it: values, and gradients of all parameters and
// inputs, with weights carried over as safetensors. scripts/fixtures/layers.py has written the file. All
// is float64, where 1e-9 of the larger one is some hundred roundings, and a formula that differs shows.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gradients, realize, type Tensor } from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import { type Layer, loadSafetensors, type Model, readSafetensors, toSafetensors } from "@nabla/nn";
import { describe, expect, test } from "vitest";

const path = join(import.meta.dirname, "fixtures", "layers.safetensors");
export const { tensors } = readSafetensors(readFileSync(path));

export const tolerances = { relativeTolerance: 1e-9, absoluteTolerance: 1e-11 };
export const dtype = "float64";

/** The tensors of a case whose names begin with `prefix`, by the rest of their names. */
export function below(prefix: string): Record<string, Tensor> {
  const found = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(found.map(([name, x]) => [name.slice(prefix.length), x]));
}

/** PyTorch keeps weights of dense layers as [outputs, inputs]. */
export const isDense = (name: string) => /^weight$|out_proj.weight$|linear[12].weight$/.test(name);

export interface Case {
  readonly layer: Model;
  readonly transpose?: (name: string) => boolean;
  readonly call?: (...inputs: Tensor[]) => Tensor;
}

/** Declares the tests of the cases, by the names that they have in the file. */
export function compareWithPyTorch(cases: Readonly<Record<string, Case>>): void {
  describe.each(Object.entries(cases))("%s", (name, { layer, transpose = () => false, call }) => {
    const inputs = Object.values(below(`${name}/in/`));
    const state = below(`${name}/state/`);
    const given = Object.fromEntries(
      [...layer.namedParameters!(), ...layer.namedBuffers!()].map(([one]) => [one, state[one]!]),
    );
    loadSafetensors(layer, toSafetensors(given), { transpose });

    test("has PyTorch's names", () => {
      const names = [...layer.namedParameters!(), ...layer.namedBuffers!()].map(([one]) => one);
      expect(names.toSorted()).toEqual(Object.keys(state).toSorted());
    });

    test("has PyTorch's outputs and gradients", () => {
      const y = (call ?? ((x) => (layer as Layer).forward(x)))(...inputs);
      expectClose(y, tensors[`${name}/out`]!, tolerances);
      const cost = y.mul(tensors[`${name}/g`]!).sum();
      const wanted = below(`${name}/grad/`);
      const named = layer.namedParameters!();
      const floating = inputs.filter((x) => x.dtype === dtype);
      const found = gradients(cost, [...named.map(([, p]) => p), ...floating]);
      realize(y, ...found);
      named.forEach(([one], i) => {
        const g = transpose(one) ? found[i]!.transpose() : found[i]!;
        expectClose(g, wanted[one]!, tolerances);
      });
      floating.forEach((_, i) => {
        expectClose(found[named.length + i]!, wanted[`in/${i}`]!, tolerances);
      });
      expect(Object.keys(wanted)).toHaveLength(found.length);
    });
  });
}
