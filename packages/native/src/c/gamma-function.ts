// lgamma and polygamma as C, element by element, with the bits that the host computes elsewhere:
// ../../../autograd/src/scalar/{gamma-function,logarithm}.ts, operation by operation, in float64.
import { gammaNumbers } from "@nabla/autograd/backend";
import { laneByLane } from "./prelude.ts";

/** The largest order of `polygamma` that C computes: the derivatives of derivatives that programs ask for. */
export const mostOrder = 20;

const {
  artanhSeries,
  log2Parts: {
    float64: [log2High, log2Low],
  },
  bernoulli,
  aroundTwo,
  slopesAroundTwo,
  zeroOfDigamma,
  aroundZero,
  sineSeries,
  cosineSeries,
  oneMinusEuler,
  halfLogOfTurn,
  leastAsymptotic,
} = gammaNumbers;

const list = (name: string, numbers: readonly number[]): string =>
  `static const f64 ${name}[] = {${numbers.join(", ")}};`;

const series = (x: string, name: string, numbers: readonly number[]): string =>
  `gamma_polynomial(${x}, ${name}, ${numbers.length})`;

/** Both functions of elements and of vectors of these lanes. */
export function gammaFunctionText(lanes: ReadonlySet<number>): string {
  const vectors = [...lanes].filter((n) => n > 1).flatMap(vectorsOf);
  return [elements, ...vectors].join("\n");
}

function vectorsOf(n: number): readonly string[] {
  return ["f32", "f64"].flatMap((type) => {
    const v = `${type}x${n}`;
    return [
      `INLINE ${v} lgamma_${type}_${n}(${v} x) { return ${laneByLane(v, n, (l) => `lgamma_${type}_1(x[${l}])`)}; }`,
      `INLINE ${v} polygamma_${type}_${n}(${v} n, ${v} x) { return ${laneByLane(v, n, (l) => `polygamma_${type}_1(n[${l}], x[${l}])`)}; }`,
    ];
  });
}

const elements = `
${list("gamma_artanh", artanhSeries)}
${list("gamma_bernoulli", bernoulli)}
${list("gamma_two", aroundTwo)}
${list("gamma_slopes", slopesAroundTwo)}
${list("gamma_zero", aroundZero)}
${list("gamma_sine", sineSeries)}
${list("gamma_cosine", cosineSeries)}
static f64 gamma_polynomial(f64 x, const f64 *c, i32 count) {
  f64 sum = c[count - 1];
  for (i32 i = count - 2; i >= 0; i--) sum = sum * x + c[i];
  return sum;
}
static f64 gamma_log(f64 x) {
  if (!(x > 0)) return x == 0 ? -__builtin_inf() : __builtin_nan("");
  if (x == __builtin_inf()) return x;
  const i32 is_small = x < 0x1p-1022;
  const f64 lifted = is_small ? x * 0x1p54 : x;
  f64 m = significand_f64_1(lifted), e = exponent_f64_1(lifted) - (is_small ? 54 : 0);
  if (m > ${Math.SQRT2}) m = 0.5 * m, e = e + 1;
  const f64 f = m - 1, s = f / (f + 2), square = s * s;
  const f64 r = square * ${series("square", "gamma_artanh", artanhSeries)}, half = 0.5 * (f * f);
  return e * ${log2High} - (half - (s * (half + r) + e * ${log2Low}) - f);
}
static f64 gamma_power(f64 x, i32 n) {
  f64 power = 1, factor = x;
  for (i32 rest = n; rest > 0; rest /= 2) {
    if (rest % 2 == 1) power *= factor;
    factor *= factor;
  }
  return power;
}
static f64 gamma_rising(i32 k, i32 count) {
  f64 product = 1;
  for (i32 i = 0; i < count; i++) product *= k + i;
  return product;
}
static void gamma_turn(f64 x, f64 *sine, f64 *cosine) {
  const f64 below = __builtin_floor(x), nearest = x - below >= 0.5 ? below + 1 : below;
  const f64 sign = __builtin_fmod(nearest, 2) == 0 ? 1 : -1, rest = x - nearest;
  const f64 size = __builtin_fabs(rest);
  const i32 is_small = size <= 0.25;
  const f64 r = ${Math.PI} * (is_small ? size : 0.5 - size), square = r * r;
  const f64 s = r + r * square * ${series("square", "gamma_sine", sineSeries)};
  const f64 c = 1 - (0.5 * square - square * square * ${series("square", "gamma_cosine", cosineSeries)});
  *sine = sign * ((rest > 0 ? 1 : rest < 0 ? -1 : rest) * (is_small ? s : c));
  *cosine = sign * (is_small ? c : s);
}
static f64 gamma_log_two_plus(f64 z) {
  return z * (${oneMinusEuler} + z * ${series("z", "gamma_two", aroundTwo)});
}
static f64 lgamma_f64_1(f64 x) {
  if (x != x) return x;
  if (__builtin_fabs(x) == __builtin_inf() || (x <= 0 && __builtin_floor(x) == x)) return __builtin_inf();
  if (x < -0.5) {
    f64 sine, cosine;
    gamma_turn(x, &sine, &cosine);
    return gamma_log(${Math.PI} / __builtin_fabs(sine)) - lgamma_f64_1(1 - x);
  }
  if (x < 0.5) return gamma_log_two_plus(x) - gamma_log(__builtin_fabs(x * (1 + x)));
  if (x < 1.4) return gamma_log_two_plus(x - 1) - gamma_log(x);
  if (x < ${leastAsymptotic}) {
    f64 shifted = x, product = 1;
    for (; shifted >= 2.5; product *= shifted) shifted--;
    const f64 value = gamma_log_two_plus(shifted - 2);
    return product == 1 ? value : gamma_log(product) + value;
  }
  const f64 square = 1 / (x * x);
  f64 series = 0, power = 1 / x;
  for (i32 i = 0; i < ${bernoulli.length}; i++) {
    const f64 n = 2 * (i + 1);
    series += (gamma_bernoulli[i] / (n * (n - 1))) * power;
    power *= square;
  }
  return (x - 0.5) * (gamma_log(x) - 1) + (${halfLogOfTurn} - 0.5 + series);
}
static f64 gamma_slope_two_plus(f64 z) {
  return ${oneMinusEuler} + z * ${series("z", "gamma_slopes", slopesAroundTwo)};
}
static f64 gamma_slope_near(f64 x) {
  if (x < 0.5) return gamma_slope_two_plus(x) - 1 / (1 + x) - 1 / x;
  if (__builtin_fabs(x - ${zeroOfDigamma[0]}) < 0.3) {
    const f64 z = x - ${zeroOfDigamma[0]} - ${zeroOfDigamma[1]};
    return z * ${series("z", "gamma_zero", aroundZero)};
  }
  if (x < 1.5) return gamma_slope_two_plus(x - 1) - 1 / x;
  f64 shifted = x, sum = 0;
  for (; shifted >= 2.5; sum += 1 / shifted) shifted--;
  return gamma_slope_two_plus(shifted - 2) + sum;
}
static f64 gamma_asymptotic(i32 n, f64 x) {
  if (x == __builtin_inf()) return n == 0 ? __builtin_inf() : 0;
  const f64 square = 1 / (x * x);
  f64 series = 0, power = square;
  if (n == 0) {
    for (i32 i = 0; i < ${bernoulli.length}; i++) {
      series += (gamma_bernoulli[i] / (2 * (i + 1))) * power;
      power *= square;
    }
    return gamma_log(x) - (0.5 / x + series);
  }
  for (i32 i = 0; i < ${bernoulli.length}; i++) {
    series += gamma_bernoulli[i] * gamma_rising(2 * i + 3, n - 1) * power;
    power *= square;
  }
  const f64 first = gamma_rising(1, n - 1) + gamma_rising(1, n) / (2 * x);
  const f64 value = (first + series) / gamma_power(x, n);
  return n % 2 == 0 ? -value : value;
}
static f64 gamma_cotangent(i32 n, f64 x) {
  f64 sine, cosine, c[${mostOrder + 2}] = {0, 1}, next[${mostOrder + 2}];
  gamma_turn(x, &sine, &cosine);
  for (i32 order = 0; order < n; order++) {
    for (i32 k = 0; k < order + 3; k++) next[k] = 0;
    for (i32 k = 1; k < order + 2; k++) {
      next[k - 1] -= k * c[k];
      next[k + 1] -= k * c[k];
    }
    for (i32 k = 0; k < order + 3; k++) c[k] = next[k];
  }
  return gamma_power(${Math.PI}, n + 1) * gamma_polynomial(cosine / sine, c, n + 2);
}
/** For whole n from 0 to ${mostOrder}. */
static f64 polygamma_f64_1(f64 order, f64 x) {
  const i32 n = (i32)order;
  if (x != x || x == -__builtin_inf()) return __builtin_nan("");
  const f64 sign = n % 2 == 0 ? 1 : -1;
  if (x == 0) return -sign / gamma_power(x, n + 1);
  if (x < 0 && __builtin_floor(x) == x) return __builtin_nan("");
  if (x < -0.5) return sign * polygamma_f64_1(order, 1 - x) - gamma_cotangent(n, x);
  if (n == 0 && x < ${leastAsymptotic}) return gamma_slope_near(x);
  const f64 missing = __builtin_ceil(${leastAsymptotic} + n - x);
  const i32 steps = missing > 0 ? (i32)missing : 0;
  f64 sum = 0;
  for (i32 i = steps - 1; i >= 0; i--) sum += 1 / gamma_power(x + i, n + 1);
  return gamma_asymptotic(n, x + steps) - sign * gamma_rising(1, n) * sum;
}
static f32 lgamma_f32_1(f32 x) { return (f32)lgamma_f64_1(x); }
static f32 polygamma_f32_1(f32 order, f32 x) { return (f32)polygamma_f64_1(order, x); }`;
