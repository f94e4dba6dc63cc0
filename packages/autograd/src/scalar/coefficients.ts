// Coefficients that several approximations share: those of float64 from Sun's fdlibm (e_log.c,
// k_sin.c, k_cos.c), those of float32 from S. Moshier's Cephes library (logf, expf), free to use.
import type { Float } from "./dtype.ts";

/**
 * log 2 as the sum of two parts; the first times an exponent is exact (W. J. Cody and W. Waite,
 * "Software Manual for the Elementary Functions", 1980).
 */
export const log2Parts: Readonly<Record<Float, readonly [high: number, low: number]>> = {
  float32: [0.693359375, -2.1219444e-4],
  float64: [0.6931471803691238, 1.9082149292705877e-10],
};

/** (2 artanh(s) / s - 2) / s^2, in s^2. */
export const artanhSeries: readonly number[] = [
  0.6666666666666735, 0.3999999999940942, 0.2857142874366239, 0.22222198432149784,
  0.1818357216161805, 0.15313837699209373, 0.14798198605116586,
];

/** (sin r - r) / r^3, in r^2, for |r| <= pi/4. */
export const sineSeries: readonly number[] = [
  -0.16666666666666632, 0.00833333333332249, -0.0001984126982985795, 2.7557313707070068e-6,
  -2.5050760253406863e-8, 1.58969099521155e-10,
];

/** (cos r - 1 + r^2 / 2) / r^4, in r^2, for |r| <= pi/4. */
export const cosineSeries: readonly number[] = [
  0.0416666666666666, -0.001388888888887411, 2.480158728947673e-5, -2.7557314351390663e-7,
  2.087572321298175e-9, -1.1359647557788195e-11,
];
