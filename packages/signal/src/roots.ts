// Roots of unity and matrices of them, computed in float64.

/**
 * exp(-2πi k / n) as [cosine, sine]. The angle is brought into the first eighth of the circle by
 * whole numbers, so that roots that mirror each other have the same digits, and quarters are exact.
 */
export function root(k: number, n: number): readonly [cosine: number, sine: number] {
  let eighths = 8 * (k % n);
  let [isSineNegated, isCosineNegated, isSwapped] = [true, false, false];
  if (eighths > 4 * n) {
    eighths = 8 * n - eighths;
    isSineNegated = false;
  }
  if (eighths > 2 * n) {
    eighths = 4 * n - eighths;
    isCosineNegated = true;
  }
  if (eighths > n) {
    eighths = 2 * n - eighths;
    isSwapped = true;
  }
  const angle = (Math.PI / 4) * (eighths / n);
  const [x, y] = isSwapped
    ? [Math.sin(angle), Math.cos(angle)]
    : [Math.cos(angle), Math.sin(angle)];
  return [isCosineNegated ? -x : x, isSineNegated ? -y : y];
}

/** The DFT of real rows, to be multiplied from the right: [n, part, k], part 0 the real one. */
export function rightMatrix(size: number): Float64Array {
  const matrix = new Float64Array(2 * size * size);
  for (let n = 0; n < size; n++) {
    for (let k = 0; k < size; k++) {
      const [cosine, sine] = root(n * k, size);
      matrix[2 * size * n + k] = cosine;
      matrix[2 * size * n + size + k] = sine;
    }
  }
  return matrix;
}

/** The DFT of complex columns, to be multiplied from the left: [part, k, part, n]. */
export function leftMatrix(size: number): Float64Array {
  const matrix = new Float64Array(4 * size * size);
  for (let k = 0; k < size; k++) {
    for (let n = 0; n < size; n++) {
      const [cosine, sine] = root(n * k, size);
      const [real, imaginary] = [2 * size * k + n, 2 * size * (size + k) + n];
      matrix[real] = cosine;
      matrix[real + size] = -sine;
      matrix[imaginary] = sine;
      matrix[imaginary + size] = cosine;
    }
  }
  return matrix;
}

/** Roots exp(-2πi n k / (count size)) for n < count and k < size: cosines [n, k]. */
export function twiddleCosines(count: number, size: number): Float64Array {
  const cosines = new Float64Array(count * size);
  for (let n = 0; n < count; n++) {
    for (let k = 0; k < size; k++) cosines[size * n + k] = root(n * k, count * size)[0];
  }
  return cosines;
}

/** Their sines, [n, part, k]: negated for the real part of a product. */
export function twiddleSines(count: number, size: number): Float64Array {
  const sines = new Float64Array(2 * count * size);
  for (let n = 0; n < count; n++) {
    for (let k = 0; k < size; k++) {
      const [, sine] = root(n * k, count * size);
      sines[2 * size * n + k] = -sine;
      sines[2 * size * n + size + k] = sine;
    }
  }
  return sines;
}
