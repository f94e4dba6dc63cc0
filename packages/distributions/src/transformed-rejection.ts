// What the transformed rejections of counts have in common (W. Hörmann, "The transformed rejection method for
// generating Poisson random variables", Insurance: Mathematics and Economics 12 (1993), 39-45).
import type { Shape, Tensor } from "@nabla/autograd";
import { openFractions } from "./draws.ts";

/** The uniform numbers of a proposal. */
interface UniformPair {
  /** From -1/2 to 1/2. */
  readonly u: Tensor;
  /** From 0 to 1. */
  readonly v: Tensor;
  /** 1/2 - |u|, and never 0. */
  readonly center: Tensor;
}

export function uniformPair(forU: Tensor, forV: Tensor, shape: Shape): UniformPair {
  const u = openFractions(forU, shape).sub(0.5);
  const center = u.abs().neg().add(0.5);
  return { u, v: openFractions(forV, shape), center: center.maximum(2 ** -54) };
}
