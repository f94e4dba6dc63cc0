// The drunk man and the careful man on the real cost: two ways down from the same weights, as seen
// in two planes through the space of all weights and biases; how far mini-batches' gradients are
// off; and the ends of walks from different starts.
import { compile, concat, gradients, oneHot, type Tensor, tensor } from "@nabla/autograd";
import { type Layer, quadraticCost } from "@nabla/nn";
import type { Digits } from "../../src/digits.ts";
import {
  between,
  costOnPlane,
  dot,
  flatParameters,
  inPlane,
  type Plane,
  planeOfPaths,
  planeOfWobble,
} from "../../src/surface.ts";
import { firstOf } from "../../src/training.ts";
import { Contender, type ContenderOptions } from "./contender.ts";
import { thereAlready } from "./training-digits.ts";

/** A walk down to `goal`, as it is seen from a window. */
export interface Walk {
  readonly batchSize: number;
  readonly steps: number;
  /** Digits looked at. */
  readonly examples: number;
  /** The length of the path, and the distance from its start to its end. */
  readonly walked: number;
  readonly gained: number;
  /** The cost of the training digits at its end. */
  readonly cost: number;
}

/** A plane in which both walks are seen, the careful man's first. */
export interface Window {
  readonly paths: readonly [Points, Points];
  /** Left, right, top and bottom of what is shown. */
  readonly from: readonly [x: number, y: number];
  readonly to: readonly [x: number, y: number];
  /** The cost, row by row, at `side` x `side` points. */
  readonly side: number;
  readonly costs: Float32Array;
}

type Points = readonly (readonly [x: number, y: number])[];

export interface Walks {
  readonly careful: Walk;
  readonly drunk: Walk;
  /** The plane that fits both paths best, and the share of their squared distances that it shows. */
  readonly afar: Window;
  readonly share: number;
  /** How many digits the costs on the maps are the mean of. */
  readonly mapped: number;
  /** The cost of these at the drunk man's end, and in the plane where that end is seen. */
  readonly costAtEnd: number;
  readonly costBelowEnd: number;
  /** From the start to the careful man's end, and across, where his steps differ most from the careful ones. */
  readonly wobble: Window;
  /** Degrees between gradients of mini-batches and that of all digits, where the drunk man is half way. */
  readonly angles: readonly number[];
}

/** How far one of them has come while they walk. */
export interface WalkProgress {
  readonly who: "careful" | "drunk";
  readonly steps: number;
  readonly accuracy: number;
}

/** Walks end where so many of the test digits are right, or after so many steps. */
export const goal = 0.8;
const mostSteps = 700;
/** Somebody may start them where they are at the goal already. */
const fewestSteps = 10;
/** Steps between two reports of progress. */
const betweenTold = 5;
/** How many mini-batches the compass shows. */
const needles = 20;
/** Digits that the maps' cost is the mean of. */
const mapped = 300;

interface Path extends Walk {
  readonly points: readonly Float32Array[];
}

interface WalkOptions extends ContenderOptions {
  /** The maps' cost is computed at so many points each way. */
  readonly side: number;
  /** All weights and biases to start from; left out: those of the seed. */
  readonly start: Float32Array | undefined;
  readonly onProgress: (progress: WalkProgress) => unknown;
}

/** Both walks, and the plane of the first map, from which another start can be taken. */
export async function walkBoth(
  train: Digits,
  test: Digits,
  { side, start, onProgress, ...options }: WalkOptions,
): Promise<{ readonly walks: Walks; readonly plane: Plane }> {
  const count = train.labels.size;
  const walkOf = (who: WalkProgress["who"], batchSize: number): Promise<Path> =>
    walk(train, test, { ...options, batchSize }, start, (steps, accuracy) =>
      onProgress({ who, steps, accuracy }),
    );
  const careful = await walkOf("careful", count);
  const drunk = await walkOf("drunk", options.batchSize);
  const { network } = new Contender(thereAlready(train), test, options);
  const digits = firstOf(train, Math.min(mapped, count));
  const afar = planeOfPaths([careful.points, drunk.points]);
  const wobble = planeOfWobble(careful.points, drunk.points);
  const paths = [careful.points, drunk.points] as const;
  const end = drunk.points.at(-1)!;
  const onPlane = costOnPlane(network, digits, afar);
  const seen = windowOf(afar, paths, onPlane, side);
  const walks = {
    careful: plain(careful),
    drunk: plain(drunk),
    afar: seen,
    share: afar.shares[0] + afar.shares[1],
    mapped: digits.labels.size,
    costAtEnd: costOnPlane(network, digits, { ...afar, origin: end })(0, 0),
    costBelowEnd: onPlane(...inPlane(afar, end)),
    wobble: windowOf(wobble, paths, costOnPlane(network, digits, wobble), side),
    angles: await anglesAt(network, drunk.points[drunk.steps >> 1]!, train, options.batchSize),
  };
  return { walks, plane: afar };
}

/** The weights and biases at a point of a plane. */
export function pointOf(
  { origin, across }: Plane,
  [x, y]: readonly [number, number],
): Float32Array {
  return origin.map((value, i) => value + x * across[0][i]! + y * across[1][i]!);
}

function plain({ batchSize, steps, examples, walked, gained, cost }: Path): Walk {
  return { batchSize, steps, examples, walked, gained, cost };
}

async function walk(
  train: Digits,
  test: Digits,
  options: ContenderOptions,
  start: Float32Array | undefined,
  onStep: (steps: number, accuracy: number) => void,
): Promise<Path> {
  const contender = new Contender(thereAlready(train), test, options);
  if (start) setParameters(contender.network, start);
  const points = [flatParameters(contender.network)];
  let walked = 0;
  for (;;) {
    const { step, accuracy } = await contender.point();
    if (step % betweenTold === 0) onStep(step, accuracy);
    if (step >= mostSteps || (step >= fewestSteps && accuracy >= goal)) break;
    await contender.advance();
    points.push(flatParameters(contender.network));
    walked += distance(points.at(-2)!, points.at(-1)!);
  }
  const { step: steps, examples, batchSize } = contender;
  const outputs = contender.network.forward(train.images);
  const cost = await quadraticCost(outputs, oneHot(train.labels, 10)).item();
  const gained = distance(points[0]!, points.at(-1)!);
  return { batchSize, steps, examples, walked, gained, cost, points };
}

function distance(a: Float32Array, b: Float32Array): number {
  const apart = between(a, b);
  return Math.sqrt(dot(apart, apart));
}

function windowOf(
  plane: Plane,
  [careful, drunk]: readonly [readonly Float32Array[], readonly Float32Array[]],
  cost: (x: number, y: number) => number,
  side: number,
): Window {
  const seen = (points: readonly Float32Array[]): Points =>
    points.map((one) => inPlane(plane, one));
  const paths = [seen(careful), seen(drunk)] as const;
  const [from, to] = [Math.min, Math.max].map((extreme, i) =>
    [0, 1].map((axis) => {
      const all = paths.flat().map((point) => point[axis]!);
      const margin = 0.12 * (Math.max(...all) - Math.min(...all));
      return extreme(...all) + (i === 0 ? -margin : margin);
    }),
  ) as unknown as readonly [Window["from"], Window["to"]];
  const at = (axis: 0 | 1, i: number): number =>
    from[axis] + ((to[axis] - from[axis]) * i) / (side - 1);
  const costs = Float32Array.from({ length: side * side }, (_, i) =>
    cost(at(0, i % side), at(1, Math.floor(i / side))),
  );
  return { paths, from, to, side, costs };
}

/** The gradient of the mean cost of digits, all its components one after the other. */
function gradientOf(network: Layer): (images: Tensor, labels: Tensor) => Tensor {
  return compile((images: Tensor, labels: Tensor) => {
    const cost = quadraticCost(network.forward(images), oneHot(labels, 10));
    return concat(gradients(cost, network.parameters()).map((one) => one.flatten()));
  });
}

async function anglesAt(
  network: Layer,
  point: Float32Array,
  train: Digits,
  batchSize: number,
): Promise<readonly number[]> {
  setParameters(network, point);
  const gradient = gradientOf(network);
  const of = async (from: number, to: number): Promise<Float32Array> =>
    (await gradient(
      train.images.slice(0, from, to),
      train.labels.slice(0, from, to),
    ).data()) as Float32Array;
  const count = train.labels.size;
  const all = await of(0, count);
  const angles: number[] = [];
  for (let i = 0; i < Math.min(needles, Math.floor(count / batchSize)); i++) {
    const one = await of(i * batchSize, (i + 1) * batchSize);
    const cosine = dot(all, one) / Math.sqrt(dot(all, all) * dot(one, one));
    angles.push((Math.acos(Math.min(cosine, 1)) * 180) / Math.PI);
  }
  return angles;
}

function setParameters(network: Layer, flat: Float32Array): void {
  let at = 0;
  for (const parameter of network.parameters()) {
    const { shape, size } = parameter;
    parameter.assign(tensor(flat.slice(at, at + size), { shape }));
    at += size;
  }
}

/** Where a walk from a seed has come to. */
export interface End {
  readonly seed: number;
  readonly cost: number;
  /** The length of the gradient, at the start and at the end. */
  readonly slopeBefore: number;
  readonly slope: number;
  /** How far it is from the end of the first. */
  readonly fromFirst: number;
  /** The costs on the straight line from the end of the first to this one. */
  readonly between: readonly number[];
  /** How many digits these are the mean of. */
  readonly mapped: number;
}

/** How many points of a straight line have their cost computed. */
const onLine = 25;

/** The ends of walks from several seeds, of so many steps each. */
export async function* endsOf(
  train: Digits,
  test: Digits,
  options: ContenderOptions,
  seeds: readonly number[],
  steps: number,
): AsyncGenerator<End> {
  let first: Float32Array | undefined;
  const digits = firstOf(train, mapped);
  for (const seed of seeds) {
    const contender = new Contender(thereAlready(train), test, { ...options, seed });
    const { network } = contender;
    const gradient = gradientOf(network);
    const slopeOf = async (): Promise<number> => {
      const flat = (await gradient(train.images, train.labels).data()) as Float32Array;
      return Math.sqrt(dot(flat, flat));
    };
    const slopeBefore = await slopeOf();
    while (contender.step < steps) await contender.advance();
    const end = flatParameters(network);
    first ??= end;
    const apart = distance(first, end);
    const origin = first;
    const along = end.map((x, i) => (x - origin[i]!) / (apart || 1));
    const cost = costOnPlane(network, digits, { origin, across: [along, along] });
    const outputs = network.forward(train.images);
    yield {
      seed,
      cost: await quadraticCost(outputs, oneHot(train.labels, 10)).item(),
      slopeBefore,
      slope: await slopeOf(),
      fromFirst: apart,
      between: Array.from({ length: onLine }, (_, i) => cost((apart * i) / (onLine - 1), 0)),
      mapped: digits.labels.size,
    };
  }
}
