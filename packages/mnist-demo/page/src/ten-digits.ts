// What ten digits desire of the same weights, and what they desire on average.
import { concat, oneHot, type Tensor, tensor } from "@nabla/autograd";
import { type Layer, perExampleGradients, quadraticCost } from "@nabla/nn";
import type { Digits } from "../../src/digits.ts";
import { digitOf, type Source } from "./inspection.ts";

/** A weight between two neurons: the layer that it belongs to, and where in that. */
export interface WeightPlace {
  readonly layer: number;
  readonly row: number;
  readonly column: number;
}

/** A digit, and what it desires of each weight: minus the derivative of its own cost. */
export interface DigitDesires {
  readonly label: number;
  readonly pixels: Uint8Array;
  readonly desires: readonly number[];
}

export interface TenDigits {
  /** Those between neurons that the digits would change most; none where all weights are of pixels. */
  readonly weights: readonly WeightPlace[];
  /** The source's digit, and the first of each other kind. */
  readonly digits: readonly DigitDesires[];
  /** Minus the derivative of their mean cost. */
  readonly average: readonly number[];
}

const weightCount = 12;

export async function tenDigits(network: Layer, test: Digits, source: Source): Promise<TenDigits> {
  const { images, labels } = oneOfEach(test, source);
  const targets = oneHot(labels, 10);
  const gradients = perExampleGradients(network, quadraticCost, images, targets);
  const weights = network.parameters().flatMap((parameter, i) => {
    // A weight and a bias in turn; the first ones see pixels.
    if (i % 2 === 1 || i === 0) return [];
    const [rows, columns] = parameter.shape as [number, number];
    return [{ layer: i / 2, rows, columns, gradient: gradients[i]! }];
  });
  const inLayer = Math.floor(weightCount / Math.max(weights.length, 1));
  const chosen: { readonly place: WeightPlace; readonly desires: readonly number[] }[] = [];
  for (const { layer, rows, columns, gradient } of weights) {
    const slopes = await gradient.data();
    const size = rows * columns;
    const desiresOf = (at: number): number[] =>
      Array.from({ length: labels.size }, (_, digit) => -slopes[digit * size + at]!);
    const all = Array.from({ length: size }, (_, at) => ({
      place: { layer, row: Math.floor(at / columns), column: at % columns },
      desires: desiresOf(at),
    }));
    const strength = ({ desires }: (typeof all)[number]): number =>
      desires.reduce((sum, desire) => sum + Math.abs(desire), 0);
    chosen.push(...all.sort((a, b) => strength(b) - strength(a)).slice(0, inLayer));
  }
  const [labelsOf, pixels] = [await labels.data(), await images.data()];
  return {
    weights: chosen.map(({ place }) => place),
    digits: Array.from(labelsOf, (label, i) => ({
      label,
      pixels: Uint8Array.from(pixels.subarray(i * 784, (i + 1) * 784)),
      desires: chosen.map(({ desires }) => desires[i]!),
    })),
    average: chosen.map(({ desires }) => desires.reduce((a, b) => a + b, 0) / desires.length),
  };
}

/** The digit of the source, and the first test digit of each other kind. */
function oneOfEach(test: Digits, source: Source): { images: Tensor; labels: Tensor<[number]> } {
  const { image, label } = digitOf(test, source);
  const known = Array.from(test.labels.dataSync());
  const others = Array.from({ length: 10 }, (_, kind) => kind).flatMap((kind) => {
    const at = known.indexOf(kind);
    return kind === label || at < 0 ? [] : [at];
  });
  const kept = tensor(Int32Array.from(others), { shape: [others.length] });
  const own = tensor(Uint8Array.of(label), { shape: [1] });
  return {
    images: concat([image, test.images.gather(0, kept)]),
    labels: concat([own, test.labels.gather(0, kept)]),
  };
}
