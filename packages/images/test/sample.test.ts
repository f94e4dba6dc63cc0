import {
  arange,
  compile,
  grad,
  jvp,
  random,
  setBackend,
  type Tensor,
  tensor,
  vmap,
} from "@nabla/autograd";
import { checkGradients, expectClose } from "@nabla/autograd/testing";
import {
  affineGrid,
  affineMatrix,
  cropAndResize,
  gridSample,
  perspectiveMatrix,
  resize,
  rotate,
  warp,
} from "@nabla/images";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

// Small graphs, of which each would be planned; fixtures.test.ts has all functions on the other back end.
beforeAll(() => setBackend("reference"));
afterAll(() => setBackend("wasm"));

const draw = (shape: readonly number[], seed = 3): Tensor =>
  random.uniform([...shape], { seed, dtype: "float64", low: -0.9, high: 0.9 });
const close = { relativeTolerance: 1e-12, absoluteTolerance: 1e-12 };
const identity = tensor(
  [
    [1, 0, 0],
    [0, 1, 0],
  ],
  { dtype: "float64" },
);

describe("gridSample", () => {
  test("the identity's grid gives the image, another size is a resized one", () => {
    const x = draw([2, 4, 5]);
    for (const alignCorners of [false, true]) {
      const options = { alignCorners, padding: "border" as const };
      expectClose(gridSample(x, affineGrid(identity, [4, 5], { alignCorners }), options), x, close);
      const grid = affineGrid(identity, [7, 3], { alignCorners });
      expectClose(gridSample(x, grid, options), resize(x, [7, 3], { alignCorners }), close);
    }
  });

  test("second gradients, of the image and the grid", () => {
    const [x, grid] = [draw([2, 3, 4]), draw([2, 2, 2], 11)];
    for (const method of ["bilinear", "bicubic"] as const) {
      const f = (a: Tensor, b: Tensor): Tensor => gridSample(a, b, { method });
      checkGradients(f, [x, grid], { order: 2, epsilon: 1e-4 });
    }
  });

  test("leading axes broadcast, and vmap is the same", () => {
    setBackend("wasm");
    const [x, grids] = [draw([3, 2, 4, 5]), draw([3, 2, 2, 2], 5)];
    const f = (image: Tensor, grid: Tensor): Tensor => gridSample(image, grid);
    const each = gridSample(x, grids);
    expect(each.shape).toEqual([3, 2, 2, 2]);
    expectClose(compile(f)(x, grids), each, close);
    expectClose(vmap(f)(x, grids), each, close);
    expectClose(gridSample(x, grids.at(1)).at(2), gridSample(x.at(2), grids.at(1)), close);
    expectClose(gridSample(x.at(2), grids).at(1), gridSample(x.at(2), grids.at(1)), close);
    const cost = (image: Tensor): Tensor => f(image, grids.at(0)).square().sum();
    expectClose(
      vmap(grad(cost))(x),
      grad((all: Tensor) => gridSample(all, grids.at(0)).square().sum() as Tensor)(x),
      close,
    );
    expectClose(jvp((one: Tensor) => f(one, grids), [x], [x])[1], each, close);
    setBackend("reference");
  });

  test("far outside, infinities included, is what the padding says", () => {
    const x = tensor([
      [
        [1, 2],
        [3, 4],
      ],
    ]);
    const far = tensor([
      [
        [1e30, 0],
        [-Infinity, 0],
        [0, Infinity],
      ],
    ]);
    for (const method of ["nearest", "bilinear", "bicubic"] as const) {
      expect(gridSample(x, far, { method }).arraySync()).toEqual([[[0, 0, 0]]]);
      const edge = tensor([
        [
          [1e30, -1e30],
          [Infinity, Infinity],
        ],
      ]);
      const read = gridSample(x, edge, {
        method: method === "bicubic" ? "nearest" : method,
        padding: "border",
      });
      expect((read.arraySync() as number[][][])[0]![0]![0]).toBe(2);
    }
  });

  test("at the border itself positions have no gradient, as in PyTorch, and no pixel of the other end", () => {
    const x = tensor([
      [
        [1, 2, 4],
        [3, 5, 9],
      ],
    ]);
    const grid = tensor([
      [
        [-1, 0],
        [1, 0],
        [0.5, -1],
        [0.5, 1],
      ],
    ]);
    for (const padding of ["border", "reflection"] as const) {
      const f = (at: Tensor): Tensor => gridSample(x, at, { padding, alignCorners: true });
      const gradient = grad((at: Tensor) => f(at).sum() as Tensor)(grid);
      // torch.nn.functional.grid_sample, 1.13.
      expectClose(gradient.flatten(), tensor([0, 1, 0, 2.5, 2, 0, 4, 0]), {
        absoluteTolerance: 1e-6,
      });
      const holed = tensor([[[Number.NaN, 2, Number.POSITIVE_INFINITY]]]);
      const last = gridSample(holed, tensor([[[1, 0]]]), { padding, alignCorners: true });
      expect(last.itemSync()).toBe(Number.POSITIVE_INFINITY);
    }
  });

  test("NaN in the grid is NaN in its place, and refused of whole numbers", () => {
    const grid = tensor([
      [
        [Number.NaN, 0],
        [0, Number.NaN],
        [0.5, 0.5],
      ],
    ]);
    const x = tensor([
      [
        [1, 2],
        [3, 4],
      ],
    ]);
    for (const padding of ["zeros", "border", "reflection"] as const) {
      for (const method of ["nearest", "bilinear", "bicubic"] as const) {
        const y = [...gridSample(x, grid, { method, padding }).dataSync()];
        expect(y.map(Number.isNaN)).toEqual([true, true, false]);
      }
    }
    const whole = x.cast("uint8");
    expect(() => gridSample(whole, grid, { method: "nearest" }).dataSync()).toThrow(
      "gridSample: a position is NaN, which no whole number is",
    );
    expect(gridSample(whole, grid.slice(1, 2, 3), { method: "nearest" }).dtype).toBe("uint8");
    expect(gridSample(whole, grid.slice(1, 2, 3)).dtype).toBe("float32");
  });

  test("what does not fit is refused", () => {
    const x = draw([2, 3, 4, 5]);
    expect(() => gridSample(draw([4, 5]), draw([2, 2, 2]))).toThrow(
      "gridSample: expects [..., channels, height, width], got [4, 5]",
    );
    expect(() => gridSample(x, draw([2, 2, 3]))).toThrow(
      "gridSample: grid is [2, 2, 3], expected [..., height, width, 2]",
    );
    expect(() => gridSample(x, draw([3, 2, 2, 2]))).toThrow(
      "gridSample: axes before the image's, [2], and before the positions', [3], do not broadcast",
    );
    expect(() => gridSample(x, tensor([[[1, 2]]], { dtype: "int32" }))).toThrow(
      "gridSample: grid is int32, expected fractions",
    );
    expect(() => gridSample(x, draw([2, 2, 2]), { padding: "wrap" as never })).toThrow(
      'gridSample: padding is "wrap", expected "zeros" or "border" or "reflection"',
    );
    expect(() => affineGrid(draw([3, 3]), [2, 2])).toThrow(
      "affineGrid: matrix is [3, 3], expected [..., 2, 3]",
    );
  });
});

describe("warps", () => {
  test("quarter turns are exact, and a turn back is the image", () => {
    const x = draw([2, 5, 5]);
    const turned = rotate(x, 90);
    // Counterclockwise: the last column becomes the first row.
    expectClose(turned, x.transpose().flip(-2), close);
    expectClose(rotate(turned, -90), x, close);
    expectClose(rotate(x, 180), x.flip(-1).flip(-2), close);
  });

  test("affineMatrix scales, turns, then moves", () => {
    const x = arange(0, 25, 1, { dtype: "float64" }).reshape([1, 5, 5]);
    const wide = affineMatrix({ center: [2, 2], scale: 2, translate: [1, 0] }).cast("float64");
    const row = warp(x, wide, { padding: "border" }).slice(-2, 2, 3).flatten().arraySync();
    expect(row).toEqual([10.5, 11, 11.5, 12, 12.5]);
    const options = (degrees: Tensor, scale: Tensor, move: Tensor): Tensor =>
      warp(x.div(25), affineMatrix({ center: [2, 1.5], degrees, scale, translate: [move, 0.3] }));
    const scalar = (one: number): Tensor => tensor(one, { dtype: "float64" });
    checkGradients(options, [scalar(20), scalar(1.3), scalar(0.21)], { epsilon: 1e-5 });
  });

  test("a perspective takes four points to four others", () => {
    const from = tensor(
      [
        [0, 0],
        [4, 0],
        [4, 3],
        [0, 3],
      ],
      { dtype: "float64" },
    );
    const to = tensor(
      [
        [0.5, 0.2],
        [3.5, 0.1],
        [4.2, 3.3],
        [-0.4, 2.8],
      ],
      { dtype: "float64" },
    );
    const matrix = perspectiveMatrix(from, to);
    const homogeneous = from
      .pad([
        [0, 0],
        [0, 1],
      ])
      .add(tensor([0, 0, 1]))
      .matmul(matrix.transpose());
    expectClose(homogeneous.slice(-1, 0, 2).div(homogeneous.slice(-1, 2, 3)), to, close);
    checkGradients((a: Tensor, b: Tensor) => perspectiveMatrix(a, b), [from, to]);
    const same = perspectiveMatrix(from.add(0), from);
    const x = draw([2, 4, 5]);
    expectClose(warp(x, same), x, close);
    expect(() => perspectiveMatrix(from, draw([3, 2]))).toThrow(
      "perspectiveMatrix: to is [3, 2], expected [..., 4, 2]",
    );
  });

  test("what does not fit is refused", () => {
    const x = draw([2, 4, 5]);
    expect(() => warp(x, draw([2, 2]))).toThrow(
      "warp: matrix is [2, 2], expected [..., 2, 3] or [..., 3, 3]",
    );
    expect(() => warp(x, identity, { size: [0, 1] })).toThrow("warp: size is [0, 1]");
    expect(() => rotate(x, "30" as never)).toThrow(
      'rotate: degrees is "30", expected a finite number, or a tensor of shape []',
    );
    expect(() => affineMatrix({ center: [0, 0], scale: 0 })).toThrow("affineMatrix: scale is 0");
    expect(() => affineMatrix({} as never)).toThrow(
      "affineMatrix: center is undefined, expected [x, y]",
    );
  });
});

test("sizes of more elements than a tensor can have are refused before they are computed", () => {
  const x = draw([1, 2, 2]);
  const size = [2 ** 40, 2] as const;
  const first = tensor([0], { dtype: "int32" });
  expect(() => warp(x, identity, { size })).toThrow("warp: [1, 1099511627776, 2] has 21");
  expect(() => affineGrid(identity, size)).toThrow("affineGrid: [1099511627776, 2, 3] has 65");
  expect(() => cropAndResize(x.expandDims(0), draw([1, 4]), first, size)).toThrow(
    "cropAndResize: [1, 1, 1099511627776, 2] has 21",
  );
});

describe("cropAndResize", () => {
  const x = draw([2, 2, 4, 5]);
  const first = tensor([0], { dtype: "int32" });

  test("the whole image is the resized one", () => {
    const whole = tensor([[0, 0, 1, 1]], { dtype: "float64" });
    const expected = resize(x.slice(0, 0, 1), [3, 7], { alignCorners: true });
    expectClose(cropAndResize(x, whole, first, [3, 7]), expected, close);
    const turned = tensor([[1, 0, 0, 1]], { dtype: "float64" });
    expectClose(cropAndResize(x, turned, first, [3, 7]), expected.flip(-2), close);
  });

  test("nearest: halfway the pixel after, as TensorFlow rounds", () => {
    const line = arange(0, 4).cast("float32").reshape([1, 1, 1, 4]);
    const one = tensor([0], { dtype: "int32" });
    const read = cropAndResize(line, tensor([[0, 0, 0, 1]]), one, [1, 7], { method: "nearest" });
    expect([...read.dataSync()]).toEqual([0, 1, 1, 2, 2, 3, 3]);
    const column = cropAndResize(line.transpose(), tensor([[1, 0, 0, 0]]), one, [7, 1], {
      method: "nearest",
    });
    expect([...column.dataSync()]).toEqual([3, 3, 2, 2, 1, 1, 0]);
  });

  test("second gradients, of images and boxes", () => {
    const f = (a: Tensor, b: Tensor): Tensor => cropAndResize(a, b, first, [2, 3]).square();
    const boxes = tensor([[0.12, 0.08, 0.72, 0.9]], { dtype: "float64" });
    checkGradients(f, [draw([1, 1, 3, 4]), boxes], { order: 2, epsilon: 1e-4 });
  });

  test("what does not fit is refused", () => {
    const boxes = draw([2, 4]);
    const none = tensor([0, 2], { dtype: "int32" });
    expect(() => cropAndResize(x, boxes, none, [2, 2]).dataSync()).toThrow(/cropAndResize.* 2/);
    expect(() => cropAndResize(x.at(0), boxes, none, [2, 2])).toThrow(
      "cropAndResize: expects [examples, channels, height, width], got [2, 4, 5]",
    );
    expect(() => cropAndResize(x, draw([2, 3]), none, [2, 2])).toThrow(
      "boxes is [2, 3], expected [boxes, 4]",
    );
    expect(() => cropAndResize(x, boxes, first, [2, 2])).toThrow(
      "examples is [1], expected [2], one a box",
    );
    expect(() => cropAndResize(x, boxes, draw([2]), [2, 2])).toThrow(
      "cropAndResize: examples is float64, expected int32 or uint8",
    );
    expect(() => cropAndResize(x, boxes, none, [2, 2], { fill: Number.NaN })).toThrow(
      "fill is NaN",
    );
  });
});
