// Random draws, counter based: element i of a draw is a function of a key and of i alone, so that
// draws are nodes like any other, the same on every back end and safe to compute twice.
// Threefry-2x32 with 20 rounds: J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, "Parallel
// random numbers: as easy as 1, 2, 3", SC 2011, https://doi.org/10.1145/2063384.2063405
import { createNode, type Elementwise, type Node } from "../graph/node.ts";
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

/**
 * The second word of the counter, one for each kind of draw: under one key no two of them share
 * bits, so that data drawn with a seed have nothing to do with, say, the order that a shuffle draws
 * with it.
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

/** An operation on a key of two int32 and a counter: something made of Threefry's two words. */
function draw(name: string, stream: Stream, value: (words: Words) => scalar.Scalar): Elementwise {
  const key: Words = [scalar.input(0), scalar.input(1)];
  const counter: Words = [scalar.input(2), scalar.cast("int32", streams[stream])];
  return {
    family: "elementwise",
    name,
    value: value(threefry(key, counter)),
    gradient: ["none: drawn at random"],
  };
}

/** The operations that give the two words of a key. */
function keyWords(name: string, stream: Stream): readonly Elementwise[] {
  return [0, 1].map((word) => draw(name, stream, (words) => words[word]!));
}

const splitWords = keyWords("splitKey", "split");
const foldedWords = keyWords("foldKey", "foldIn");

/**
 * `count` keys made of one, [count, 2], whose draws have nothing to do with each other or with its
 * own.
 */
export function splitKey(key: Node, count: number): Node {
  const shape = Object.freeze([count]);
  return stack(
    splitWords.map((one) => drawn(one, key, shape, "int32")),
    1,
  );
}

/** The key made of one and of a number, one int32: another for each. */
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

/** Evenly spread over 0 (included) to 1 (excluded), in steps of 2^-24 (float32) or 2^-53. */
export function uniform(key: Node, shape: Shape, dtype: DType): Node {
  if (dtype === "float64") return drawn(evenly64, key, shape, dtype);
  return cast(drawn(evenly32, key, shape, "float32"), dtype);
}

/** Evenly spread over `low` (included) to `high` (excluded), both as numbers of `dtype`. */
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
  // A whole beyond the greatest number is added up of its parts.
  if (!Number.isFinite(span)) {
    const both = add(mul(fraction, to), mul(sub(1, fraction), from));
    return minimum(both, below(to, dtype));
  }
  const within = add(mul(fraction, span), from);
  const greatest = round(round((1 - 2 ** -bitsOf[dtype]) * span) + from);
  if (greatest < to) return within;
  // The sum may be rounded up to the end, which does not belong to it.
  return minimum(within, Math.max(from, below(to, dtype)));
}

/** How many bits after the point a fraction has. */
const bitsOf: Readonly<Record<Float, number>> = { float32: 24, float64: 53 };

const bits = new DataView(new ArrayBuffer(8));

/** The greatest number of `dtype` that is less than `value`, which is one of it. */
function below(value: number, dtype: Float): number {
  // Bits count numbers from 0 on, up and down.
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

/**
 * Whether something of this probability happens: bool. Steps of 2^-24 are fine enough where few of
 * them make no difference.
 */
export function bernoulli(key: Node, shape: Shape, probability: number): Node {
  const isExtreme = Math.min(probability, 1 - probability) < 2 ** -8;
  return isExtreme
    ? less(drawn(fineFraction, key, shape, "float64"), probability)
    : less(drawn(oneFraction, key, shape, "float32"), probability);
}

/** Mean 0, standard deviation 1. */
export function normal(key: Node, shape: Shape, dtype: DType): Node {
  const [radius, direction] = [
    [radiusFraction, normalRadius],
    [directionFraction, normalDirection],
  ].map(([fraction, made]) => {
    return createNode(made!, [drawn(fraction!, key, shape, "float64")], {}, shape, "float64");
  });
  return cast(mul(radius!, direction!), dtype);
}

/** Whole numbers from `low` (included) to `high` (excluded), as int32. */
export function integers(key: Node, shape: Shape, low: number, high: number): Node {
  const position = floor(mul(drawn(integerFraction, key, shape, "float64"), high - low));
  return cast(add(position, low), "int32");
}

/** 0 to count - 1 in random order, as int32. */
export function permutation(key: Node, count: number): Node {
  return argSort(drawn(word, key, Object.freeze([count]), "int32"));
}
