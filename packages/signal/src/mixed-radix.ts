// Transforms of lengths with small prime factors: stages, each of them a product by a small DFT
// matrix, with twiddle factors in between. Each stage writes where the next one reads, and the last
// in natural order (G. T. Stockham Jr., "High-speed convolution and correlation", 1966; C. Van Loan,
// "Computational frameworks for the fast Fourier transform", 1992, sections 1.7 and 2.1).
import { stack, type Tensor, zerosLike } from "@nabla/autograd";
import type { Complex } from "./complex.ts";
import { constant, type Precision } from "./constants.ts";
import { leftMatrix, rightMatrix, twiddleCosines, twiddleSines } from "./roots.ts";

/** Tensors [batch, n, inner], transformed along n. Without an imaginary part, it is 0. */
export interface Parts {
  readonly real: Tensor;
  readonly imaginary?: Tensor | undefined;
}

/** Forward, unscaled, in stages of the sizes `radices`, whose product is n. */
export function mixedRadix(x: Parts, radices: readonly number[], dtype: Precision): Complex {
  const [batch, n, inner] = x.real.shape as [number, number, number];
  const shape = [batch, n, inner];
  const [first, ...others] = radices;
  if (first === undefined) return { real: x.real, imaginary: x.imaginary ?? zerosLike(x.real) };
  if (inner === 1 && others.length === 0) {
    const { real, imaginary } = direct(x, first, dtype);
    return { real: real.reshape(shape), imaginary: imaginary.reshape(shape) };
  }
  // Of the axis: `rest` is what no stage has transformed yet, `done` what has been, with inner.
  let [rest, done, last] = [n / first, inner, first];
  let { y, timesI } = firstStage(x, first, dtype);
  for (const radix of others) {
    const turned = twiddled(y, timesI, [batch, rest, last, done], dtype);
    timesI = undefined;
    done *= last;
    rest /= radix;
    const columns = turned
      .reshape([batch, radix, rest, 2, done])
      .transpose([0, 2, 3, 1, 4])
      .reshape([batch, rest, 2 * radix, done]);
    last = radix;
    if (rest === 1) return lastStage(columns.reshape([batch, 2 * radix, done]), shape, dtype);
    y = left(radix, dtype).matmul(columns);
  }
  const parts = y.reshape([batch, 2, n, inner]);
  return { real: parts.slice(1, 0, 1).squeeze(1), imaginary: parts.slice(1, 1).squeeze(1) };
}

/** What a stage makes: [batch, rest, part, k, inner], and what is to be added to it times i. */
interface Stage {
  readonly y: Tensor;
  readonly timesI?: Tensor | undefined;
}

/** Of [batch, r, rest, inner], without twiddle factors. */
function firstStage({ real, imaginary }: Parts, r: number, dtype: Precision): Stage {
  const [batch, n, inner] = real.shape as [number, number, number];
  const rest = n / r;
  if (inner === 1) {
    const matrix = right(r, dtype);
    const product = (x: Tensor) => x.reshape([batch, r, rest]).transpose().matmul(matrix);
    return { y: product(real), timesI: imaginary && product(imaginary) };
  }
  const columns = (part: Tensor) => part.reshape([batch, r, rest, inner]).transpose([0, 2, 1, 3]);
  if (!imaginary) return { y: left(r, dtype).slice(1, 0, r).matmul(columns(real)) };
  const both = stack([columns(real), columns(imaginary)], 2);
  return { y: left(r, dtype).matmul(both.reshape([batch, rest, 2 * r, inner])) };
}

/** The only stage of [batch, r, 1]. */
function direct({ real, imaginary }: Parts, r: number, dtype: Precision): Complex {
  const matrix = right(r, dtype);
  const [cosines, sines] = [matrix.slice(1, 0, r), matrix.slice(1, r)];
  const [x, y] = [real.squeeze(2), imaginary?.squeeze(2)];
  if (!y) return { real: x.matmul(cosines), imaginary: x.matmul(sines) };
  return {
    real: x.matmul(cosines).sub(y.matmul(sines)),
    imaginary: x.matmul(sines).add(y.matmul(cosines)),
  };
}

/** The real and the imaginary part by a product each, so that nothing is taken apart after it. */
function lastStage(columns: Tensor, shape: number[], dtype: Precision): Complex {
  const r = columns.shape[1]! / 2;
  const matrix = left(r, dtype);
  return {
    real: matrix.slice(0, 0, r).matmul(columns).reshape(shape),
    imaginary: matrix.slice(0, r).matmul(columns).reshape(shape),
  };
}

/** y + i timesI, both [batch, n, part, k, inner], times exp(-2πi n k / (count size)). */
function twiddled(
  y: Tensor,
  timesI: Tensor | undefined,
  [batch, count, size, inner]: readonly [number, number, number, number],
  dtype: Precision,
): Tensor {
  const name = `${count} ${size}`;
  const cosines = constant(`twiddle cosines ${name}`, dtype, [count, 1, size, 1], () =>
    twiddleCosines(count, size),
  );
  const sines = constant(`twiddle sines ${name}`, dtype, [count, 2, size, 1], () =>
    twiddleSines(count, size),
  );
  const shape = [batch, count, 2, size, inner];
  const a = y.reshape(shape);
  const turned = a.mul(cosines).add(a.flip(2).mul(sines));
  if (!timesI) return turned;
  const b = timesI.reshape(shape);
  const signs = constant("signs of i", dtype, [2, 1, 1], () => Float64Array.of(-1, 1));
  return turned.add(b.flip(2).mul(cosines.mul(signs))).add(b.mul(sines.slice(1, 0, 1)));
}

function left(r: number, dtype: Precision): Tensor {
  return constant(`left ${r}`, dtype, [2 * r, 2 * r], () => leftMatrix(r));
}

function right(r: number, dtype: Precision): Tensor {
  return constant(`right ${r}`, dtype, [r, 2 * r], () => rightMatrix(r));
}
