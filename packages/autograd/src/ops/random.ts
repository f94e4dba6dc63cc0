// Random draws, counter based: element i of a draw is a function of a key and of i alone, so that
// draws are nodes like any other, the same on every back end and safe to compute twice.
// Threefry-2x32 with 20 rounds: J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, "Parallel
// random numbers: as easy as 1, 2, 3", SC 2011, https://doi.org/10.1145/2063384.2063405
import { createNode, type Elementwise, type Node } from "../graph/node.ts";
import { elementCount, type Shape } from "../graph/shape.ts";
import type { DType } from "../scalar/dtype.ts";
import * as scalar from "../scalar/expression.ts";
import { iota } from "./creation.ts";
import { add, floor, mul } from "./elementwise.ts";
import { argSort } from "./indexing.ts";
import { reshape, slice, stack } from "./movement.ts";
import { normalDirection, normalRadius } from "./normal.ts";
import { cast } from "./operands.ts";

type Words = readonly [scalar.Scalar, scalar.Scalar];

const rotations = [13, 15, 26, 6, 17, 29, 16, 24];
const parity = 0x1bd11bda;

/** The two words that Threefry-2x32-20 makes of two counter words, under a key of two words. */
export function threefry(key: Words, counter: Words): Words {
  const keys = [...key, scalar.xor(scalar.xor(key[0], key[1]), parity)];
  let [a, b] = [scalar.add(counter[0], key[0]), scalar.add(counter[1], key[1])];
  for (let round = 0; round < 20; round++) {
    a = scalar.add(a, b);
    b = scalar.xor(rotateLeft(b, rotations[round % 8]!), a);
    if (round % 4 !== 3) continue;
    const injection = (round + 1) / 4;
    a = scalar.add(a, keys[injection % 3]!);
    b = scalar.add(scalar.add(b, keys[(injection + 1) % 3]!), injection);
  }
  return [a, b];
}

function rotateLeft(x: scalar.Scalar, bits: number): scalar.Scalar {
  return scalar.or(scalar.shiftLeft(x, bits), scalar.shiftRightUnsigned(x, 32 - bits));
}

/** An operation on a key of two int32 and a counter: something made of Threefry's two words. */
function draw(name: string, stream: number, value: (words: Words) => scalar.Scalar): Elementwise {
  const key: Words = [scalar.input(0), scalar.input(1)];
  const counter: Words = [scalar.input(2), scalar.cast("int32", stream)];
  return {
    family: "elementwise",
    name,
    value: value(threefry(key, counter)),
    gradient: ["none: drawn at random"],
  };
}

const [splitFirst, splitSecond] = [0, 1].map((word) =>
  // A counter that no draw uses: those count from 0 with a second word of 0 or 1.
  draw("splitKey", 2, (words) => words[word]!),
) as [Elementwise, Elementwise];

/** `count` keys made of one, [count, 2], whose draws have nothing to do with each other or with its own. */
export function splitKey(key: Node, count: number): Node {
  const shape = Object.freeze([count]);
  const words = [splitFirst, splitSecond].map((one) => drawn(one, key, shape, "int32"));
  return stack(words, 1);
}

const word = draw("randomWord", 0, ([first]) => first);
const fraction32 = draw("randomFraction", 0, ([first]) =>
  scalar.mul(scalar.cast("float32", scalar.shiftRightUnsigned(first, 8)), 2 ** -24),
);
const [fraction64, otherFraction64] = [0, 1].map((stream) =>
  draw("randomFraction", stream, ([first, second]) => {
    const high = scalar.cast("float64", scalar.shiftRightUnsigned(first, 5));
    const low = scalar.cast("float64", scalar.shiftRightUnsigned(second, 6));
    return scalar.mul(scalar.add(scalar.mul(high, 2 ** 26), low), 2 ** -53);
  }),
) as [Elementwise, Elementwise];

function drawn(operation: Elementwise, key: Node, shape: Shape, dtype: DType): Node {
  const counter = reshape(iota(Object.freeze([elementCount(shape)]), 0), shape);
  const keys = [0, 1].map((i) => reshape(slice(key, 0, i, i + 1), []));
  return createNode(operation, [...keys, counter], {}, shape, dtype);
}

/** Evenly spread over 0 (included) to 1 (excluded), in steps of 2^-24 (float32) or 2^-53. */
export function uniform(key: Node, shape: Shape, dtype: DType): Node {
  if (dtype === "float64") return drawn(fraction64, key, shape, dtype);
  return cast(drawn(fraction32, key, shape, "float32"), dtype);
}

/** Mean 0, standard deviation 1. */
export function normal(key: Node, shape: Shape, dtype: DType): Node {
  const [radius, direction] = [
    [fraction64, normalRadius],
    [otherFraction64, normalDirection],
  ].map(([fraction, made]) => {
    return createNode(made!, [drawn(fraction!, key, shape, "float64")], {}, shape, "float64");
  });
  return cast(mul(radius!, direction!), dtype);
}

/** Whole numbers from `low` (included) to `high` (excluded), as int32. */
export function integers(key: Node, shape: Shape, low: number, high: number): Node {
  const position = floor(mul(uniform(key, shape, "float64"), high - low));
  return cast(add(position, low), "int32");
}

/** 0 to count - 1 in random order, as int32. */
export function permutation(key: Node, count: number): Node {
  return argSort(drawn(word, key, Object.freeze([count]), "int32"));
}
