// Host functions on the memory of the device: for back ends, and exchanges with other processes.
import type { GradientRule } from "../graph/node.ts";
import { checkShape } from "../graph/shape.ts";
import { hostOperation, writtenByHost } from "../ops/host-function.ts";
import { cast } from "../ops/operands.ts";
import { computedDType, type Data, type DType } from "../scalar/dtype.ts";
import { checkDType, checkFunction } from "./checks.ts";
import { computedNodeOf, nodeOf, type Tensor, tensorOf } from "./tensor.ts";

/** A host function as an operation. */
export interface HostFunctionDefinition {
  /** Its name in printed graphs and errors. */
  readonly name: string;
  /**
   * Writes all elements of the output, row-major. The arrays are views of the device's memory where it
   * has them, and copies elsewhere: do not keep them, and do not write to inputs. Computing a tensor in
   * it throws `NablaError`.
   */
  readonly compute: (inputs: readonly Data[], output: Data) => void;
  /**
   * Called where a run fails that has called `compute`, and what reads the output may not come any more:
   * to end what was begun. It must not throw.
   */
  readonly onFailure?: () => void;
  /**
   * Given the output's gradient: that of the input at a position. Left out: no gradient passes.
   */
  readonly gradient?: (
    g: Tensor,
    inputs: readonly Tensor[],
    output: Tensor,
    position: number,
  ) => Tensor;
}

/**
 * Makes an operation of a JavaScript function, which is called between the kernels of a run: for what
 * graphs cannot express, such as an exchange with other processes. It is called once in each run that
 * computes its output, and not at all if nothing is read. Equal calls on equal inputs in one graph are
 * one. It blocks the thread that it runs on. Throws `NablaError` in `vmap`, and in loops such as `scan`.
 *
 * @example
 * import { hostFunction } from "@nabla/autograd/backend";
 *
 * const reversed = hostFunction({
 *   name: "reversed",
 *   compute: ([x], output) => output.set(x!.slice().reverse()),
 *   gradient: (g) => reversed([g], g.shape, g.dtype),
 * });
 * const x = tensor([1, 2, 3]);
 * reversed([x.mul(2)], [3], "float32").add(1).arraySync(); // => [7, 5, 3]
 */
export function hostFunction(
  definition: HostFunctionDefinition,
): (inputs: readonly Tensor[], shape: readonly number[], dtype: DType) => Tensor {
  const { name, compute, onFailure, gradient } = definition;
  checkFunction(name, compute, "compute");
  const rule: GradientRule | undefined =
    gradient &&
    ((g, inputs, output, position) =>
      nodeOf(
        name,
        gradient(
          tensorOf(g),
          inputs.map((x) => tensorOf(x)),
          tensorOf(output),
          position,
        ),
      ));
  const noRule = "none: the host function has no rule";
  const operation = hostOperation(name, { compute, onFailure }, rule ?? noRule);
  return (inputs, shape, dtype) => {
    const nodes = inputs.map((x) => computedNodeOf(name, x));
    const to = checkDType(name, dtype);
    const written = computedDType(to);
    return tensorOf(cast(writtenByHost(operation, nodes, checkShape(name, shape), written), to));
  };
}
