// Planes through the space of all weights and biases, and the cost on them.
import { manualSeed, oneHot, tensor } from "@nabla/autograd";
import { quadraticCost } from "@nabla/nn";
import { expect, test } from "vitest";
import { networkOf } from "../src/network.ts";
import {
  costOnPlane,
  dot,
  flatParameters,
  inPlane,
  planeOfPaths,
  planeOfWobble,
} from "../src/surface.ts";

const vector = (...values: number[]): Float32Array => Float32Array.from(values);

test("the plane of a path goes through its start and holds what it can of it", () => {
  // Far along the first axis, less along the second, hardly along the third.
  const path = [vector(1, 1, 1), vector(3, 1, 1), vector(5, 2, 1.01), vector(9, 0, 1)];
  const plane = planeOfPaths([path]);
  expect(plane.origin).toEqual(path[0]);
  const [first, second] = plane.across;
  expect([dot(first, first), dot(first, second), dot(second, second)]).toEqual([
    expect.closeTo(1, 5),
    expect.closeTo(0, 5),
    expect.closeTo(1, 5),
  ]);
  expect(plane.shares[0]).toBeGreaterThan(plane.shares[1]);
  expect(plane.shares[0] + plane.shares[1]).toBeGreaterThan(0.9999);
  for (const point of path) {
    const [x, y] = inPlane(plane, point);
    const back = plane.origin.map((at, i) => at + x * first[i]! + y * second[i]!);
    for (const [i, value] of back.entries()) expect(Math.abs(value - point[i]!)).toBeLessThan(0.02);
  }
});

test("across the way down lies what the steps of the two differ in most", () => {
  const straight = [0, 1, 2, 3].map((x) => vector(x, 0, 0));
  const wobbling = [vector(0, 0, 0), vector(1.5, 0, 2), vector(1.7, 0.1, -2), vector(3.4, 0, 2)];
  const { across } = planeOfWobble(straight, wobbling);
  expect(Array.from(across[0])).toEqual([1, 0, 0]);
  expect(across[1][0]).toBeCloseTo(0, 6);
  expect(Math.abs(across[1][2]!)).toBeGreaterThan(0.99);
});

test("the cost on a plane is that of the network whose weights and biases are there", () => {
  manualSeed(3);
  const network = networkOf({ hidden: [5, 4], activation: "tanh", cost: "quadratic" });
  const pixels = Uint8Array.from({ length: 6 * 784 }, (_, i) => (i * i) % 256);
  const images = tensor(pixels, { shape: [6, 28, 28] });
  const labels = tensor(Uint8Array.from([0, 1, 2, 3, 4, 5]));
  const origin = flatParameters(network);
  const along = origin.map((_, i) => Math.cos(i) / 60);
  const across = origin.map((_, i) => Math.sin(i) / 60);
  const cost = costOnPlane(network, { images, labels }, { origin, across: [along, across] });
  for (const [x, y] of [
    [0, 0],
    [1.5, -0.5],
  ] as const) {
    let at = 0;
    for (const parameter of network.parameters()) {
      const values = Float32Array.from({ length: parameter.size }, (_, i) => {
        const all = at + i;
        return origin[all]! + x * along[all]! + y * across[all]!;
      });
      at += parameter.size;
      parameter.assign(tensor(values, { shape: parameter.shape }));
    }
    const there = quadraticCost(network.forward(images), oneHot(labels, 10)).itemSync();
    expect(Math.abs(cost(x, y) - there)).toBeLessThan(1e-5);
  }
});
