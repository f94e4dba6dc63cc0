// The cost as a surface over a plane in the space of all weights and biases: planes that show paths
// of training well, and the cost on them. H. Li et al., "Visualizing the loss landscape of neural
// nets", 2018, section 7, has the plane that fits a path best.
import { compile, eigh, oneHot, type Tensor, tensor } from "@nabla/autograd";
import { type Layer, type LayerFunction, quadraticCost, type Sequential } from "@nabla/nn";
import type { Digits } from "./digits.ts";

/** A plane through a point of the space of parameters. */
export interface Plane {
  readonly origin: Float32Array;
  /** Two directions of length 1 at a right angle. */
  readonly across: readonly [Float32Array, Float32Array];
}

/** All weights and biases of a network, one after the other. */
export function flatParameters(network: Layer): Float32Array {
  const all = network.parameters();
  const flat = new Float32Array(all.reduce((size, parameter) => size + parameter.size, 0));
  let at = 0;
  for (const parameter of all) {
    flat.set(parameter.dataSync() as Float32Array, at);
    at += parameter.size;
  }
  return flat;
}

/**
 * The plane through the start of the first path that fits the points of all paths best, and the
 * shares of their squared distances from the start along its two directions.
 */
export function planeOfPaths(
  paths: readonly (readonly Float32Array[])[],
): Plane & { readonly shares: readonly [number, number] } {
  const origin = paths[0]![0]!;
  const away = paths.flatMap((path) => thinned(path).map((point) => between(origin, point)));
  const [first, second] = mainDirections(away, 2);
  return { origin, across: [first!.along, second!.along], shares: [first!.share, second!.share] };
}

/**
 * The plane through the start of `straight`: from there to its end, and across that, where the
 * steps of `wobbling` differ most from those of `straight`.
 */
export function planeOfWobble(
  straight: readonly Float32Array[],
  wobbling: readonly Float32Array[],
): Plane {
  const origin = straight[0]!;
  const down = unit(between(origin, straight.at(-1)!));
  const count = Math.min(straight.length, wobbling.length) - 1;
  const off = Array.from({ length: count }, (_, t) => {
    const right = between(straight[t]!, straight[t + 1]!);
    const difference = between(right, between(wobbling[t]!, wobbling[t + 1]!));
    const along = dot(difference, down);
    return difference.map((x, i) => x - along * down[i]!);
  });
  return { origin, across: [down, mainDirections(thinned(off), 1)[0]!.along] };
}

/** Where a point of the space of parameters is seen in a plane. */
export function inPlane({ origin, across }: Plane, point: Float32Array): readonly [number, number] {
  const away = between(origin, point);
  return [dot(away, across[0]), dot(away, across[1])];
}

/** Eigenvectors take the cube of how many vectors they are of: as many as this show the same. */
const enough = 40;

function thinned<Item>(items: readonly Item[]): readonly Item[] {
  const apart = Math.max(1, items.length / enough);
  const count = Math.ceil(items.length / apart);
  return Array.from({ length: count }, (_, i) => items[Math.floor(i * apart)]!);
}

/** The directions along which vectors are longest, by the eigenvectors of their products. */
function mainDirections(vectors: readonly Float32Array[], count: number) {
  const size = vectors[0]!.length;
  const flat = new Float32Array(vectors.length * size);
  for (const [i, vector] of vectors.entries()) flat.set(vector, i * size);
  const all = tensor(flat, { shape: [vectors.length, size] });
  const { eigenvalues, eigenvectors } = eigh(all.matmul(all.transpose()).cast("float64"));
  const sizes = eigenvalues.dataSync() as Float64Array;
  const total = sizes.reduce((a, b) => a + b);
  return Array.from({ length: count }, (_, i) => {
    const at = vectors.length - 1 - i;
    const mix = eigenvectors.transpose().at(at).cast("float32").expandDims(0);
    const along = unit(mix.matmul(all).flatten().dataSync() as Float32Array);
    return { along, share: sizes[at]! / total };
  });
}

/**
 * The cost of digits at points of a plane. The sums of the first layer are linear in the plane's
 * coordinates, so its product with the images, nearly all of the work, is computed three times and
 * not at each point.
 */
export function costOnPlane(
  network: Layer,
  { images, labels }: Digits,
  plane: Plane,
): (x: number, y: number) => number {
  const [toActivations, ...rest] = (network as Layer & Sequential).layers;
  const inputs = (toActivations as LayerFunction)(images);
  const [origin, first, second] = [plane.origin, ...plane.across].map((flat) =>
    parts(network, flat),
  );
  const sums = [origin!, first!, second!].map(([weight, bias]) =>
    inputs.matmul(weight!).add(bias!).realize(),
  );
  const targets = oneHot(labels, 10);
  const mixed = ([at, along, across]: readonly Tensor[], x: Tensor, y: Tensor): Tensor =>
    at!.add(along!.mul(x)).add(across!.mul(y));
  const cost = compile((x: Tensor<[]>, y: Tensor<[]>) => {
    let activations = mixed(sums, x, y);
    let next = 2;
    for (const layer of rest.slice(1)) {
      if (typeof layer === "function") activations = layer(activations);
      else {
        const [weight, bias] = [next, next + 1].map((i) =>
          mixed([origin![i]!, first![i]!, second![i]!], x, y),
        );
        activations = activations.matmul(weight!).add(bias!);
        next += 2;
      }
    }
    return quadraticCost(activations, targets);
  });
  return (x, y) => cost(tensor(x), tensor(y)).itemSync();
}

/** The tensors of a network's dense layers, from all their values one after the other. */
function parts(network: Layer, flat: Float32Array): readonly Tensor[] {
  let at = 0;
  return network.parameters().map(({ shape, size }) => {
    const values = flat.slice(at, at + size);
    at += size;
    return tensor(values, { shape });
  });
}

export function between(from: Float32Array, to: Float32Array): Float32Array {
  return to.map((x, i) => x - from[i]!);
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  return vector.map((x) => x / length);
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
