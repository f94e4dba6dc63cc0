// What the compiler knows of layers: the shapes that come out, and what it says where one does not
// fit.
import { type Flatten, type Shape, type ShapeOf, type Tensor, zeros } from "@nabla/autograd";
import { dense, quadraticCost, relu, type Shaped, sequential, sigmoid, softmax } from "@nabla/nn";
import { describe, expectTypeOf, test } from "vitest";
import type { ChainAt, DenseShape, KeepsShape, Output, OutputCheck } from "../src/shapes.ts";

declare function shapeOf<X extends Tensor>(x: X): ShapeOf<X>;
declare const n: number;
declare const anything: any; // oxlint-disable-line typescript/no-explicit-any

const images = zeros([n, 784]);
const network = sequential(dense(784, 16), sigmoid, dense(16, 16), relu, dense(16, 10), softmax);

describe("a dense layer", () => {
  test("replaces the last axis", () => {
    const layer = dense(784, 16);
    expectTypeOf(shapeOf(layer.forward(images))).toEqualTypeOf<[number, 16]>();
    expectTypeOf(shapeOf(layer.forward(zeros([784])))).toEqualTypeOf<[16]>();
    expectTypeOf(shapeOf(layer.forward(zeros([2, 5, 784])))).toEqualTypeOf<[2, 5, 16]>();
    expectTypeOf(shapeOf(layer.forward(zeros([2, n])))).toEqualTypeOf<[2, 16]>();
    expectTypeOf(shapeOf(layer.forward(images as Tensor))).toEqualTypeOf<[...number[], 16]>();
    expectTypeOf(shapeOf(layer.weight)).toEqualTypeOf<[784, 16]>();
  });

  test("refuses other features, and says so", () => {
    // @ts-expect-error 756 features
    dense(784, 16).forward(zeros([32, 756]));
    type Says<S extends Shape> = OutputCheck<DenseShape<784, 16>, S, "fits">;
    expectTypeOf<Says<[32, 784]>>().toEqualTypeOf<"fits">();
    expectTypeOf<Says<[32, 756]>>().toEqualTypeOf<"dense: expects 784 features, got [32, 756]">();
    expectTypeOf<Says<[]>>().toEqualTypeOf<"dense: expects 784 features, got []">();
  });
});

describe("a sequence", () => {
  test("knows the shape that comes out of all its layers", () => {
    expectTypeOf(shapeOf(network.forward(images))).toEqualTypeOf<[number, 10]>();
    expectTypeOf(shapeOf(network.forward(zeros([32, 784])))).toEqualTypeOf<[32, 10]>();
    expectTypeOf(shapeOf(sequential().forward(images))).toEqualTypeOf<[number, 784]>();
    const longer = sequential(sigmoid, sequential(network), dense(10, 2));
    expectTypeOf(shapeOf(longer.forward(images))).toEqualTypeOf<[number, 2]>();
    const hidden = 30 as number;
    const open = sequential(dense(784, hidden), sigmoid, dense(hidden, 10));
    expectTypeOf(shapeOf(open.forward(images))).toEqualTypeOf<[number, 10]>();
  });

  test("takes plain functions and layers of other makes, as far as their types say", () => {
    const flatImages = (x: Tensor) => x.reshape([-1, 784]);
    const fromImages = sequential(flatImages, dense(784, 16), (x) => x.mul(2), dense(16, 10));
    const outputs = fromImages.forward(zeros([3, 28, 28]));
    expectTypeOf(shapeOf(outputs)).toEqualTypeOf<[...number[], 10]>();

    class Doubled {
      forward(x: Tensor): Tensor<[number, 9]> {
        return x.add(x) as Tensor<[number, 9]>;
      }
      parameters() {
        return [];
      }
    }
    const mixed = sequential(dense(784, 16), new Doubled(), dense(9, 10));
    expectTypeOf(shapeOf(mixed.forward(images))).toEqualTypeOf<[number, 10]>();
  });

  test("takes layers that name their shape function", () => {
    interface FlattenShape {
      readonly input: unknown;
      readonly output: this["input"] extends infer S extends Shape ? Flatten<S, 1> : never;
    }
    interface FlattenLayer extends Shaped<FlattenShape> {
      forward(x: Tensor): Tensor;
      parameters(): [];
    }
    const flat: FlattenLayer = { forward: (x) => x.flatten(1), parameters: () => [] };
    const model = sequential(flat, dense(784, 10));
    expectTypeOf(shapeOf(model.forward(zeros([32, 28, 28])))).toEqualTypeOf<[32, 10]>();
    // @ts-expect-error 28 x 27 is not 784
    model.forward(zeros([32, 28, 27]));
  });

  test("tells functions that keep every shape from those that do not", () => {
    expectTypeOf<typeof sigmoid>().toExtend<KeepsShape>();
    expectTypeOf<typeof softmax>().toExtend<KeepsShape>();
    expectTypeOf<(x: Tensor) => Tensor>().not.toExtend<KeepsShape>();
  });

  test("is refused at the layer that does not fit the one before", () => {
    // @ts-expect-error 64 features, 128 given, sigmoid passes them on
    sequential(dense(784, 128), sigmoid, dense(64, 10));
    // @ts-expect-error 9 features, 10 given by a sequence
    sequential(network, dense(9, 10));
    type Layers = [
      ReturnType<typeof dense<784, 128>>,
      typeof sigmoid,
      ReturnType<typeof dense<64, 10>>,
    ];
    expectTypeOf<
      ChainAt<Layers, "2">
    >().toEqualTypeOf<"sequential: layer 2 expects 64 features, layer 1 gives 128">();
    expectTypeOf<ChainAt<Layers, "1">>().toEqualTypeOf<typeof sigmoid>();
  });

  test("is refused an input that a layer does not take", () => {
    // @ts-expect-error 756 features
    network.forward(zeros([32, 756]));
    expectTypeOf<Output<DenseShape<784, 16>, [32, 756]>>().toEqualTypeOf<never>();
  });

  test("lets any and generic batch sizes through", () => {
    network.forward(anything);
    sequential(anything, dense(2, 3));
    function cost<Batch extends number>(x: Tensor<[Batch, 784]>, y: Tensor<[Batch, 10]>) {
      return quadraticCost(network.forward(x), y);
    }
    expectTypeOf(shapeOf(cost(images, zeros([n, 10])))).toEqualTypeOf<[]>();
  });
});

describe("the quadratic cost", () => {
  test("takes equal shapes only", () => {
    expectTypeOf(shapeOf(quadraticCost(network.forward(images), zeros([32, 10])))).toEqualTypeOf<
      []
    >();
    // @ts-expect-error [32, 10] and [32, 1] differ
    quadraticCost(zeros([32, 10]), zeros([32, 1]));
  });
});
