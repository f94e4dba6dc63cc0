// Random changes of images, each drawn with a key of its own, as part of the graph.
import {
  formatShape,
  NablaError,
  random,
  type Seed,
  ShapeError,
  type Tensor,
  vmap,
  where,
} from "@nabla/autograd";
import { checkKind, checkTensor, describe, probability } from "@nabla/autograd/checks";
import { checkFloat } from "../checks.ts";

/**
 * Changes one image, [channels, height, width] with fractions, by what it draws with the key, int32 [2]. Any
 * function of this form is one; it is called once for a whole batch, under `vmap`.
 */
export type Augmentation = (image: Tensor, key: Tensor) => Tensor;

/**
 * Gives a function that changes images by these steps, one after the other, with other draws for each image
 * and each step. It takes a batch, [examples, channels, height, width], or one image, and a key: the same
 * key gives the same images. Without a key each call draws anew, also where it is compiled. What it does is
 * part of the graph: it runs with the rest of a compiled step, and gradients go through it.
 * Throws `NablaError` for a step that is no function, and then for images of another rank (`ShapeError`) or
 * of integers (`DTypeError`).
 *
 * @example
 * const changed = augment(randomFlip(), randomCrop([32, 32], { padding: 4 }), cutOut(8));
 * changed(zeros([10, 3, 32, 32]), random.key(7)).shape; // => [10, 3, 32, 32]
 */
export function augment(...steps: readonly Augmentation[]): (images: Tensor, key?: Seed) => Tensor {
  for (const [i, step] of steps.entries()) checkStep("augment", `step ${i}`, step);
  const one = (image: Tensor, key: Tensor): Tensor =>
    steps.reduce((x, step, i) => called(step, x, random.foldIn(key, i), i), image);
  return (images, key) => {
    checkTensor("augment", images);
    if (images.shape.length !== 3 && images.shape.length !== 4) {
      const given = formatShape(images.shape);
      throw new ShapeError(
        `augment: expects [examples, channels, height, width] or one image, got ${given}`,
      );
    }
    checkFloat("augment", images);
    const own: Tensor = key === undefined ? random.key() : random.foldIn(key, 0);
    if (images.shape.length === 3) return one(images, own);
    const each: (images: Tensor, keys: Tensor) => Tensor = vmap(one);
    return each(images, random.split(own, images.shape[0]));
  };
}

function called(step: Augmentation, image: Tensor, key: Tensor, i: number): Tensor {
  const result = step(image, key);
  checkTensor("augment", result, `the result of step ${i}`);
  if (result.shape.length === 3) return result;
  const given = formatShape(result.shape);
  throw new ShapeError(`augment: step ${i} gave ${given}, expected [channels, height, width]`);
}

/** Throws `NablaError` for what is no function. */
export function checkStep(operation: string, name: string, step: unknown): void {
  if (typeof step === "function") return;
  throw new NablaError(
    `${operation}: ${name} is ${describe(step)}, expected a function of an image and a key, such as randomFlip()`,
  );
}

/**
 * Does a step, which must keep the shape, with this probability. Throws `NablaError` for a probability that
 * is not from 0 to 1.
 *
 * @example
 * const changed = augment(sometimes(0.2, (image) => image.neg()));
 * changed(ones([1, 1, 1]), 3).itemSync(); // => 1
 */
export function sometimes(chance: number, step: Augmentation): Augmentation {
  checkKind("sometimes", "probability", chance, probability);
  checkStep("sometimes", "the step", step);
  return (image, key) => {
    const changed = step(image, random.foldIn(key, 0));
    if (formatShape(changed.shape) !== formatShape(image.shape)) {
      const [given, expected] = [formatShape(changed.shape), formatShape(image.shape)];
      throw new ShapeError(`sometimes: the step gave ${given}, expected ${expected} as before`);
    }
    return where(random.bernoulli([], chance, { seed: random.foldIn(key, 1) }), changed, image);
  };
}

/** A number between, drawn with one of a step's keys. */
export function drawnBetween(
  [low, high]: readonly [number, number],
  key: Tensor,
  number: number,
): Tensor {
  return random.uniform([], { low, high, seed: random.foldIn(key, number) });
}
