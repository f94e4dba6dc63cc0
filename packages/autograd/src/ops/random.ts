// Random draws, counter based: element i of a draw is a function of a key and of i alone. So draws
// are ordinary nodes, equal on every back end and safe to recompute. Threefry-2x32 with 20 rounds:
// J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, "Parallel random numbers: as easy as 1, 2,
// 3", SC 2011, https://doi.org/10.1145/2063384.2063405
import { createNode } from "../graph/create.ts";
import type { Elementwise, Node } from "../graph/node.ts";
import { elementCount, type Shape } from "../graph/shape.ts";
import { conversions, type DType, type Float } from "../scalar/dtype.ts";
import * as scalar from "../scalar/expression.ts";
import { iota } from "./creation.ts";
import { add, floor, less, minimum, mul, sub } from "./elementwise.ts";
import { argSort } from "./indexing.ts";
import { reshape, slice, stack } from "./movement.ts";
import { normalDirection, normalRadius } from "./normal.ts";
import { cast } from "./operands.ts";

type Words = readonly [scalar.Scalar, scalar.Scalar];

const rotations = [13, 15, 26, 6, 17, 29, 16, 24];
const parity = 0x1bd11bda;

/** Threefry-2x32-20: two words from two counter words, under a key of two words. */
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

/**
 * The second word of the counter, one per kind of draw, so that different kinds are independent
 * under one key: data drawn with a seed does not correlate with, say, a shuffle by the same seed.
 */
const streams = {
  normalRadius: 0,
  normalDirection: 1,
  split: 2,
  foldIn: 3,
  uniform: 4,
  bernoulli: 5,
  integers: 6,
  permutation: 7,
} as const;
type Stream = keyof typeof streams;

/** Defines an operation on a key of two int32 and a counter, computed from Threefry's two words. */
function draw(name: string, stream: Stream, value: (words: Words) => scalar.Scalar): Elementwise {
  const key: Words = [scalar.input(0), scalar.input(1)];
  const counter: Words = [scalar.input(2), scalar.cast("int32", streams[stream])];
  const operation: Elementwise = {
    family: "elementwise",
    name,
    value: value(threefry(key, counter)),
    gradient: ["none: drawn at random"],
  };
  draws.add(operation);
  return operation;
}

const draws = new WeakSet<object>();

/** Whether it draws random numbers from a key. */
export function isDraw({ operation }: Node): boolean {
  return draws.has(operation);
}

/** The operations that compute the two words of a key. */
function keyWords(name: string, stream: Stream): readonly Elementwise[] {
  return [0, 1].map((word) => draw(name, stream, (words) => words[word]!));
}

const splitWords = keyWords("splitKey", "split");
const foldedWords = keyWords("foldKey", "foldIn");

/** Derives `count` keys, [count, 2], whose draws are independent of each other and of `key`'s. */
export function splitKey(key: Node, count: number): Node {
  const shape = Object.freeze([count]);
  return stack(
    splitWords.map((one) => drawn(one, key, shape, "int32")),
    1,
  );
}

/** Derives a key from a key and an int32: a different one for each number. */
export function foldKey(key: Node, number: Node): Node {
  return stack(
    foldedWords.map((one) => createNode(one, [...wordsOf(key), number], {}, [], "int32")),
    0,
  );
}

const word = draw("randomWord", "permutation", ([first]) => first);

function fraction32(stream: Stream): Elementwise {
  return draw("randomFraction", stream, ([first]) =>
    scalar.mul(scalar.cast("float32", scalar.shiftRightUnsigned(first, 8)), 2 ** -24),
  );
}

function fraction64(stream: Stream): Elementwise {
  return draw("randomFraction", stream, ([first, second]) => {
    const high = scalar.cast("float64", scalar.shiftRightUnsigned(first, 5));
    const low = scalar.cast("float64", scalar.shiftRightUnsigned(second, 6));
    return scalar.mul(scalar.add(scalar.mul(high, 2 ** 26), low), 2 ** -53);
  });
}

const evenly32 = fraction32("uniform");
const evenly64 = fraction64("uniform");
const oneFraction = fraction32("bernoulli");
const fineFraction = fraction64("bernoulli");
const integerFraction = fraction64("integers");
const radiusFraction = fraction64("normalRadius");
const directionFraction = fraction64("normalDirection");

function drawn(operation: Elementwise, key: Node, shape: Shape, dtype: DType): Node {
  const counter = reshape(iota(Object.freeze([elementCount(shape)]), 0), shape);
  return createNode(operation, [...wordsOf(key), counter], {}, shape, dtype);
}

function wordsOf(key: Node): readonly Node[] {
  return [0, 1].map((i) => reshape(slice(key, 0, i, i + 1), []));
}

/** Uniform in [0, 1), in steps of 2^-24 (float32) or 2^-53. */
export function uniform(key: Node, shape: Shape, dtype: DType): Node {
  if (dtype === "float64") return drawn(evenly64, key, shape, dtype);
  return cast(drawn(evenly32, key, shape, "float32"), dtype);
}

/** Uniform in [`low`, `high`), both rounded to `dtype`. */
export function uniformBetween(
  key: Node,
  shape: Shape,
  low: number,
  high: number,
  dtype: Float,
): Node {
  const fraction = uniform(key, shape, dtype);
  if (low === 0 && high === 1) return fraction;
  const round = conversions[dtype];
  const [from, to, span] = [round(low), round(high), round(high - low)];
  // If the span overflows, its parts do not.
  if (!Number.isFinite(span)) {
    const both = add(mul(fraction, to), mul(sub(1, fraction), from));
    return minimum(both, below(to, dtype));
  }
  const within = add(mul(fraction, span), from);
  const greatest = round(round((1 - 2 ** -bitsOf[dtype]) * span) + from);
  if (greatest < to) return within;
  // The sum may round up to the end, which is excluded.
  return minimum(within, Math.max(from, below(to, dtype)));
}

/** The number of bits in a fraction. */
const bitsOf: Readonly<Record<Float, number>> = { float32: 24, float64: 53 };

const bits = new DataView(new ArrayBuffer(8));

/** The largest number of `dtype` below `value`, which is representable in it. */
function below(value: number, dtype: Float): number {
  // The bits of floats are ordered like the numbers, from 0 up and down.
  const step = value > 0 ? -1 : 1;
  if (dtype === "float32") {
    if (value === 0) return -(2 ** -149);
    bits.setFloat32(0, value);
    bits.setInt32(0, bits.getInt32(0) + step);
    return bits.getFloat32(0);
  }
  if (value === 0) return -Number.MIN_VALUE;
  bits.setFloat64(0, value);
  bits.setBigInt64(0, bits.getBigInt64(0) + BigInt(step));
  return bits.getFloat64(0);
}

/** Bool: true with this probability, in steps of 2^-24. */
export function bernoulli(key: Node, shape: Shape, probability: number): Node {
  const isExtreme = Math.min(probability, 1 - probability) < 2 ** -8;
  return isExtreme
    ? less(drawn(fineFraction, key, shape, "float64"), probability)
    : less(drawn(oneFraction, key, shape, "float32"), probability);
}

/** Normal numbers with mean 0 and standard deviation 1. */
export function normal(key: Node, shape: Shape, dtype: DType): Node {
  const [radius, direction] = [
    [radiusFraction, normalRadius],
    [directionFraction, normalDirection],
  ].map(([fraction, made]) => {
    return createNode(made!, [drawn(fraction!, key, shape, "float64")], {}, shape, "float64");
  });
  return cast(mul(radius!, direction!), dtype);
}

/** Integers in [`low`, `high`), as int32. */
export function integers(key: Node, shape: Shape, low: number, high: number): Node {
  const position = floor(mul(drawn(integerFraction, key, shape, "float64"), high - low));
  return cast(add(position, low), "int32");
}

/** A random permutation of 0 to count - 1, as int32. */
export function permutation(key: Node, count: number): Node {
  return argSort(drawn(word, key, Object.freeze([count]), "int32"));
}
