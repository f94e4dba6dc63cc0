// Muon: steps whose singular values are all about alike.
import type { Parameter, Tensor } from "@nabla/autograd";
import { checkKind, count, flag, fraction, notNegative } from "@nabla/autograd/checks";
import { adamDirection } from "./adam.ts";
import { checkMoments, type MomentOptions, momentDefaults, momentKeeps } from "./moments.ts";
import { counting } from "./needs.ts";
import {
  decayed,
  type Optimizer,
  optimizerOfRule,
  type Parameters,
  type Rule,
} from "./optimizer.ts";

export interface MuonOptions extends MomentOptions {
  /** How much of the last velocity of a matrix is kept in the next. Default: 0.95. */
  readonly momentum?: number;
  /** Iterations that make singular values alike. Default: 5. */
  readonly iterations?: number;
  /** The part of a parameter that a step of learning rate 1 would take away. Default: 0.1. */
  readonly weightDecay?: number;
  /**
   * Whether parameters with two axes or more are stepped as matrices; false for groups that should
   * follow AdamW, as embeddings and a last layer. Default: true.
   */
  readonly matrices?: boolean;
}

type Options = Required<MuonOptions>;

const isMatrix = (p: Parameter, { matrices }: Options): boolean => matrices && p.rank >= 2;

const rule: Rule<Options> = {
  name: "muon",
  defaults: { ...momentDefaults, momentum: 0.95, iterations: 5, weightDecay: 0.1, matrices: true },
  counts: true,
  check(options) {
    checkMoments("muon", options);
    checkKind("muon", "momentum", options.momentum, fraction);
    checkKind("muon", "iterations", options.iterations, count);
    checkKind("muon", "weightDecay", options.weightDecay, notNegative);
    checkKind("muon", "matrices", options.matrices, flag);
  },
  keeps: (options, p) => (isMatrix(p, options) ? ["velocity"] : momentKeeps),
  update(p, how) {
    const { g, kept, learningRate, options } = how;
    if (!isMatrix(p, options)) {
      const direction = adamDirection({ ...how, options: { ...options, amsGrad: false } });
      return decayed(p, how).sub(direction.mul(learningRate));
    }
    const velocity = kept["velocity"]!;
    velocity.assign(velocity.mul(options.momentum).add(g));
    const ahead = g.add(velocity.mul(options.momentum));
    const flat = ahead.flatten(1);
    const [rows, columns] = flat.shape as readonly [number, number];
    const direction = orthogonalized(flat, options.iterations).reshape([...p.shape]);
    // As large as Adam's steps, so that one learning rate and one decay serve both.
    const size = 0.2 * Math.sqrt(Math.max(rows, columns));
    return decayed(p, how).sub(direction.mul(size).mul(learningRate));
  },
};

/** About U V^T of the singular value decomposition U S V^T, by Newton and Schulz's iteration. */
function orthogonalized(x: Tensor, iterations: number): Tensor {
  const [rows, columns] = x.shape as readonly [number, number];
  const isTall = rows > columns;
  // No singular value is above the norm.
  let y = x.div(x.norm().add(1e-7));
  if (isTall) y = y.transpose();
  for (let i = 0; i < iterations; i++) {
    const squared = y.matmul(y.transpose());
    const curve = squared.mul(-4.775).add(squared.matmul(squared).mul(2.0315));
    y = y.mul(3.4445).add(curve.matmul(y));
  }
  return isTall ? y.transpose() : y;
}

/**
 * Steps matrices along their velocity (Nesterov's), with all its singular values made about 1: K. Jordan
 * et al., "Muon: An optimizer for hidden layers in neural networks", 2024; kernels count as matrices with
 * one column or row per output channel. Updates are scaled by 0.2 sqrt(the longer side), as J. Liu et
 * al., "Muon is Scalable for LLM Training", 2025, formula 4, so that parameters with fewer axes, and
 * groups with `matrices: false`, can use AdamW with the same rate and decay. Throws `NablaError` for
 * options out of range.
 *
 * @example
 * const [embedded, hidden] = [dense(8, 4), dense(4, 4)];
 * const optimizer = muon(
 *   [
 *     { parameters: hidden.parameters() },
 *     { parameters: embedded.parameters(), matrices: false },
 *   ],
 *   { learningRate: 0.02 },
 * );
 * Object.keys(optimizer.state()).includes("0.velocity"); // => true
 */
export function muon(parameters: Parameters<MuonOptions>, options: MuonOptions = {}): Optimizer {
  return optimizerOfRule(rule, parameters, options, counting);
}
