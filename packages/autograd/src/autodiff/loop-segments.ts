// Loops in segments, of whose iterations a gradient keeps the carries in between, and computes the rest
// again: T. Chen, B. Xu, C. Zhang and C. Guestrin, "Training deep nets with sublinear memory cost", 2016,
// https://arxiv.org/abs/1604.06174
import type { Node } from "../graph/node.ts";
import { placeholder } from "../ops/creation.ts";
import { lastOf, stackOf } from "../ops/loop.ts";
import { concat, reshape, slice } from "../ops/movement.ts";
import { closed, type OpenIteration } from "./loop-body.ts";

/** What a loop gives: the last carries, and the stacks of `others`. */
export interface LoopResults {
  readonly last: readonly Node[];
  readonly stacks: readonly Node[];
}

/**
 * A loop whose gradient keeps the carries after every `segment` iterations, and of the others only those
 * of one segment at a time; it keeps all if there is one segment.
 */
export function loopInSegments(open: OpenIteration, segment: number): LoopResults {
  const { length, isReversed, sequences } = open;
  if (segment >= length) return results(open);
  const rest = length % segment;
  const whole = length - rest;
  // The last iterations have the first elements, if it goes backwards.
  const [from, restFrom] = isReversed ? [rest, 0] : [0, whole];
  const cut = (first: number, count: number) =>
    sequences.map((one) => (count === length ? one : slice(one, 0, first, first + count)));
  const most = segments({ ...open, length: whole, sequences: cut(from, whole) }, segment);
  if (rest === 0) return most;
  const end = results({
    ...open,
    length: rest,
    first: most.last,
    sequences: cut(restFrom, rest),
  });
  const stacks = most.stacks.map((one, i) => {
    const other = end.stacks[i]!;
    return concat(isReversed ? [other, one] : [one, other]);
  });
  return { last: end.last, stacks };
}

function results(open: OpenIteration): LoopResults {
  const loop = closed(open);
  return {
    last: open.next.map((_, i) => lastOf(loop, i)),
    stacks: loop.others.map((node) => stackOf(loop, node)),
  };
}

/** The loop over segments, whose body is the loop over the iterations of one. */
function segments(open: OpenIteration, segment: number): LoopResults {
  const { length, first, sequences } = open;
  const carries = first.map(({ shape, dtype }) => placeholder(shape, dtype, "carry"));
  const elements = sequences.map(({ shape, dtype }) =>
    placeholder([segment, ...shape.slice(1)], dtype, "segment"),
  );
  const inner = results({ ...open, length: segment, first: carries, sequences: elements });
  const count = length / segment;
  const { last, stacks } = results({
    ...open,
    length: count,
    isRecomputed: true,
    carries,
    elements,
    sequences: sequences.map((one) => reshape(one, [count, segment, ...one.shape.slice(1)])),
    next: inner.last,
    others: inner.stacks,
  });
  return { last, stacks: stacks.map((one) => reshape(one, [length, ...one.shape.slice(2)])) };
}

/** About the square root of a number of iterations: one of its divisors, if one is near. */
export function evenSegment(length: number): number {
  const root = Math.ceil(Math.sqrt(length));
  for (let distance = 0; 2 * distance <= root; distance++) {
    const divisor = [root - distance, root + distance].find((one) => length % one === 0);
    if (divisor !== undefined) return divisor;
  }
  return root;
}
