// Random draws. Each has its own key: a given one, or one derived from a given seed, or else from
// the seed of the program and the number of draws so far.

import { describe } from "../graph/describe.ts";
import { DTypeError, NablaError, ShapeError, TracingError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import { formatShape, type Shape, shapesEqual } from "../graph/shape.ts";
import * as graph from "../ops/creation.ts";
import { add, mul } from "../ops/elementwise.ts";
import { cast } from "../ops/operands.ts";
import * as ops from "../ops/random.ts";
import { type DType } from "../scalar/dtype.ts";
import { checkCount, checkDType, checkFinite } from "./checks.ts";
import { anything, natural } from "./kinds.ts";
import { checkOptions } from "./options.ts";
import { checked, checkHolds, floating, ofDraws, sizes } from "./random-arguments.ts";
import type * as T from "./shapes.ts";
import { nodeOf, Tensor, tensorOf } from "./tensor.ts";
import { currentTrace, replayedTrace } from "./trace.ts";

export interface RandomOptions {
  /**
   * An integer, or a key (`random.key`, `random.split`); the same one gives the same draw. Draws of
   * two kinds (`uniform` and `normal`, say) are independent, even with the same seed. Left out:
   * each call draws anew.
   */
  readonly seed?: Seed;
  /**
   * Default: "float32" for numbers with fractions, "int32" for integers, "bool" for truth values.
   */
  readonly dtype?: DType;
}

/** An integer, or a key that stands for one: int32 `[2]`. */
export type Seed = number | Tensor;

let programSeed = 0;
let draws = 0;

/**
 * Restarts the sequence of random draws: after the same seed the same calls give the same numbers.
 * A program starts with seed 0.
 *
 * @example
 * manualSeed(7);
 * const first = random.uniform([3]).arraySync();
 * manualSeed(7);
 * random.uniform([3]).arraySync().join() === first.join(); // => true
 */
export function manualSeed(seed: number): void {
  checkUntraced("manualSeed");
  programSeed = checkSeed("manualSeed", seed);
  draws = 0;
}

/** Throws `TracingError` in a traced function, whose calls would not repeat the effect. */
function checkUntraced(operation: string): void {
  if (!replayedTrace()) return;
  throw new TracingError(
    `${operation}: a compiled function would do so once, when it is traced, and not at each call; ` +
      "call it outside, or give draws a seed or a key",
  );
}

function checkSeed(operation: string, seed: number): number {
  if (Number.isSafeInteger(seed)) return seed;
  throw new NablaError(`${operation}: the seed is ${describe(seed)}, expected an integer`);
}

/** The node of a key. Without a seed, each call of a compiled function draws a new one. */
function keyOf(operation: string, seed: Seed | undefined): Node {
  if (seed instanceof Tensor) return checkKey(operation, nodeOf(operation, seed));
  const words = seed === undefined ? nextKey() : keyWords(checkSeed(operation, seed), 0);
  const node = graph.constant(words, keyShape, "int32");
  if (seed === undefined) currentTrace()?.keys.push(node);
  return node;
}

function checkKey(operation: string, key: Node): Node {
  const expected = "expected int32 [2], as random.key and random.split give it";
  if (key.dtype !== "int32")
    throw new DTypeError(`${operation}: the key is ${key.dtype}, ${expected}`);
  if (shapesEqual(key.shape, keyShape)) return key;
  throw new ShapeError(`${operation}: the key is ${formatShape(key.shape)}, ${expected}`);
}

/** Returns the result of `f`; if it throws, nothing was drawn. */
export function drawing<Result>(f: () => Result): Result {
  const before = draws;
  const seed = programSeed;
  try {
    return f();
  } catch (error) {
    [programSeed, draws] = [seed, before];
    throw error;
  }
}

/** Returns the result of `f`; if it draws without a seed, undoes that and throws what `refused` gives. */
export function withoutDraws<Result>(f: () => Result, refused: () => Error): Result {
  const before = draws;
  const result = f();
  if (draws === before) return result;
  draws = before;
  throw refused();
}

/** A result, with the draws made for it, which may still fail. */
export interface Drawn<Result> {
  readonly result: Result;
  /** Undoes the draws, unless something else was drawn since. */
  takeBack(): void;
  /** Calls `f` instead of the first function, with the same draws if it makes as many. */
  again(f: () => Result): Drawn<Result>;
}

/** Calls `f`; returns its result, and how to undo or repeat its draws. */
export function drawn<Result>(f: () => Result): Drawn<Result> {
  const [seed, before] = [programSeed, draws];
  const result = drawing(f);
  const after = draws;
  const isLast = () => programSeed === seed && draws === after;
  const takeBack = () => {
    if (isLast()) draws = before;
  };
  const again = (other: () => Result): Drawn<Result> => {
    if (isLast()) {
      draws = before;
      return drawn(other);
    }
    const now = [programSeed, draws] as const;
    [programSeed, draws] = [seed, before];
    try {
      const one = drawn(other);
      // Others have the draws after its own.
      if (draws === after) return one;
    } finally {
      [programSeed, draws] = now;
    }
    return drawn(other);
  };
  return { result, takeBack, again };
}

/** The key of the program's next draw. */
export function nextKey(): Int32Array {
  return keyWords(programSeed, ++draws);
}

/** Two words: the seed's low 32 bits, and its other bits mixed with the index of the draw. */
function keyWords(seed: number, draw: number): Int32Array {
  return Int32Array.of(seed, Math.floor(seed / 2 ** 32) ^ Math.imul(draw, 0x9e3779b1));
}
const keyShape: Shape = Object.freeze([2]);

/** The position in the sequence of random draws: plain data, which can be saved to a file. */
export interface RandomState {
  /** The last seed given to `manualSeed`; 0 before. */
  readonly seed: number;
  /** Draws since then, not counting explicitly seeded ones. */
  readonly draws: number;
}

export interface Random {
  /**
   * Draws uniform numbers from `low` (included, default 0) to `high` (excluded, default 1), both
   * rounded to the dtype; always `low` if no number lies between.
   *
   * @example
   * random.uniform([2, 3], { low: -1, high: 1, seed: 0 }).shape; // => [2, 3]
   */
  uniform<const S extends number[]>(
    shape: T.SizesCheck<"random.uniform", S, readonly [...S]>,
    options?: RandomOptions & { readonly low?: number; readonly high?: number },
  ): Tensor<S>;
  /**
   * Draws normal numbers with `mean` (default 0) and `standardDeviation` (default 1).
   *
   * @example
   * random.normal([100], { mean: 5, seed: 0 }).shape; // => [100]
   */
  normal<const S extends number[]>(
    shape: T.SizesCheck<"random.normal", S, readonly [...S]>,
    options?: RandomOptions & { readonly mean?: number; readonly standardDeviation?: number },
  ): Tensor<S>;
  /**
   * Draws 1 with `probability` (default 0.5), else 0.
   *
   * @example
   * random.bernoulli([4], 1).arraySync(); // => [1, 1, 1, 1]
   */
  bernoulli<const S extends number[]>(
    shape: T.SizesCheck<"random.bernoulli", S, readonly [...S]>,
    probability?: number,
    options?: RandomOptions,
  ): Tensor<S>;
  /**
   * Draws a random permutation of 0 to `count` - 1, as int32 unless `dtype` is given, which has to
   * hold them.
   *
   * @example
   * random.permutation(4, { seed: 1 }).sum().itemSync(); // => 6
   */
  permutation<const N extends number>(count: N, options?: RandomOptions): Tensor<[N]>;
  /**
   * Draws integers from `low` (included) to `high` (excluded), as int32 unless `dtype` is given,
   * which has to hold them.
   *
   * @example
   * random.randint([5], 3, 4).arraySync(); // => [3, 3, 3, 3, 3]
   */
  randint<const S extends number[]>(
    shape: T.SizesCheck<"random.randint", S, readonly [...S]>,
    low: number,
    high: number,
    options?: RandomOptions,
  ): Tensor<S>;
  /**
   * Makes a key, int32 `[2]`: a seed as a tensor, so that it can be split, passed to a compiled
   * function and batched by `vmap`. Without a seed it is drawn from the program's sequence, a new
   * one at each call.
   *
   * @example
   * const [a, b] = [7, random.key(7)].map((seed) => random.uniform([3], { seed }));
   * a!.equal(b!).all().itemSync(); // => 1
   */
  key(seed?: number): Tensor<[2]>;
  /**
   * Splits a key into `count` (default 2) keys, `[count, 2]`. Draws with each are independent of
   * those with the others, or with the original key: one seed is enough for everything that a
   * program draws, in any order.
   *
   * @example
   * const [forWeights, forData] = random.split(7);
   * const weights = random.normal([2, 3], { seed: forWeights! });
   * const each = vmap((seed: Tensor) => random.normal([3], { seed }));
   * each(random.split(forData!, 100)).shape; // => [100, 3]
   */
  split<const N extends number = 2>(seed: Seed, count?: N): Tensor<[N, 2]>;
  /**
   * Derives a key from a seed and an integer of 32 bits, a different one for each: repeated draws,
   * such as the order of examples in each epoch, need one seed and a counter. Draws with it are
   * independent of those with other numbers, with `seed` itself, or with keys that `split` derives
   * from it.
   *
   * @example
   * const orderIn = (epoch: number) => random.permutation(9, { seed: random.foldIn(7, epoch) });
   * orderIn(1).equal(orderIn(2)).all().itemSync(); // => 0
   */
  foldIn(seed: Seed, number: number): Tensor<[2]>;
  /**
   * Returns the position in the sequence of draws, for `restore`. A draw counts when its function
   * is called, whether or not its result is ever computed.
   *
   * @example
   * manualSeed(7);
   * random.uniform([3]);
   * random.state(); // => { seed: 7, draws: 1 }
   */
  state(): RandomState;
  /**
   * Continues from an earlier position in the sequence of draws: the next draws repeat those made
   * then. Throws `NablaError` for numbers that no state has.
   *
   * @example
   * const before = random.state();
   * const drawn = random.uniform([3]).arraySync();
   * random.restore(before);
   * random.uniform([3]).arraySync().join() === drawn.join(); // => true
   */
  restore(state: RandomState): void;
}

/** Random draws; ordinary nodes, so equal on every back end and when recomputed. */
export const random: Random = {
  uniform(shape, options = {}) {
    const name = "random.uniform";
    const {
      low = 0,
      high = 1,
      dtype = "float32",
    } = checked(name, options, {
      low: anything,
      high: anything,
      ...ofDraws,
    });
    const [to, size] = [floating(name, dtype), sizes(name, shape)];
    checkFinite(name, "low", low, to);
    checkFinite(name, "high", high, to);
    if (low > high) throw new NablaError(`${name}: low is ${low}, expected at most high, ${high}`);
    return tensorOf(ops.uniformBetween(keyOf(name, options.seed), size, low, high, to));
  },
  normal(shape, options = {}) {
    const name = "random.normal";
    const {
      mean = 0,
      standardDeviation = 1,
      dtype = "float32",
    } = checked(name, options, {
      mean: anything,
      standardDeviation: anything,
      ...ofDraws,
    });
    const [to, size] = [floating(name, dtype), sizes(name, shape)];
    checkFinite(name, "mean", mean, to);
    checkFinite(name, "standardDeviation", standardDeviation, to);
    if (standardDeviation < 0) {
      const given = `standardDeviation is ${standardDeviation}`;
      throw new NablaError(`${name}: ${given}, expected a number that is not negative`);
    }
    const draw = ops.normal(keyOf(name, options.seed), size, to);
    return tensorOf(add(mul(draw, standardDeviation), mean));
  },
  bernoulli(shape, probability = 0.5, options = {}) {
    const name = "random.bernoulli";
    const { dtype = "bool" } = checked(name, options, ofDraws);
    if (!(typeof probability === "number" && probability >= 0 && probability <= 1)) {
      throw new NablaError(`${name}: probability is ${describe(probability)}, expected 0 to 1`);
    }
    const [to, size] = [checkDType(name, dtype), sizes(name, shape)];
    return tensorOf(cast(ops.bernoulli(keyOf(name, options.seed), size, probability), to));
  },
  permutation(count, options = {}) {
    const name = "random.permutation";
    const { dtype = "int32" } = checked(name, options, ofDraws);
    const [size] = sizes(name, [checkCount(name, "count", count)]);
    const to = checkHolds(name, dtype, 0, size! - 1);
    return tensorOf(cast(ops.permutation(keyOf(name, options.seed), size!), to));
  },
  randint(shape, low, high, options = {}) {
    const name = "random.randint";
    const { dtype = "int32" } = checked(name, options, ofDraws);
    const inRange = Number.isInteger(low) && Number.isInteger(high) && low < high;
    if (!inRange || low < -(2 ** 31) || high > 2 ** 31) {
      throw new NablaError(
        `${name}: ${describe(low)} to ${describe(high)}, expected integers of 32 bits, the first below the second`,
      );
    }
    const [to, size] = [checkHolds(name, dtype, low, high - 1), sizes(name, shape)];
    return tensorOf(cast(ops.integers(keyOf(name, options.seed), size, low, high), to));
  },
  key(seed) {
    return tensorOf(keyOf("random.key", seed));
  },
  split(seed, count = 2 as never) {
    const [size] = sizes("random.split", [checkCount("random.split", "count", count)]);
    return tensorOf(ops.splitKey(keyOf("random.split", seed), size!));
  },
  foldIn(seed, number) {
    if (!Number.isInteger(number) || Math.abs(number) > 2 ** 31 - 1) {
      throw new NablaError(
        `random.foldIn: the number is ${describe(number)}, expected an integer of 32 bits`,
      );
    }
    const key = keyOf("random.foldIn", seed);
    return tensorOf(ops.foldKey(key, graph.constant(Int32Array.of(number), [], "int32")));
  },
  state() {
    checkUntraced("random.state");
    return { seed: programSeed, draws };
  },
  restore(state) {
    checkUntraced("random.restore");
    checkOptions("random.restore", state, { seed: anything, draws: natural });
    const seed = checkSeed("random.restore", state.seed);
    [programSeed, draws] = [seed, state.draws];
  },
};
