// Totals in float64 of sums in float32. GCC 12 takes a vector apart that is twice as wide as the
// processor's, and puts it together element by element: these functions convert a half at a time.

/**
 * `addWide` adds a vector of float32 to totals, and `narrowSum` gives the totals with a vector added, as
 * float32.
 */
export function wideTotals(n: number): string {
  const own = (first: number) => Array.from({ length: n / 2 }, (_, i) => first + i).join(", ");
  const half = (first: number) =>
    `__builtin_convertvector(__builtin_shufflevector(a, a, ${own(first)}), f64x${n}_half)`;
  const whole = [
    `INLINE void addWide_${n}(f64x${n} *total, f32x${n} a) { OPAQUE(a); *total += __builtin_convertvector(a, f64x${n}); }`,
    `INLINE f32x${n} narrowSum_${n}(const f64x${n} *total, f32x${n} a) { OPAQUE(a); return __builtin_convertvector(*total + __builtin_convertvector(a, f64x${n}), f32x${n}); }`,
  ];
  if (n < 4) return whole.join("\n");
  return [
    "#ifdef OLD_GCC",
    ...whole,
    "#else",
    `typedef f32 f32x${n}_half __attribute__((vector_size(${2 * n})));`,
    `typedef f64 f64x${n}_half __attribute__((vector_size(${4 * n}), aligned(8), may_alias));`,
    `INLINE void addWide_${n}(f64x${n} *total, f32x${n} a) {`,
    `  f64x${n}_half *halves = (f64x${n}_half *)total;`,
    "  OPAQUE(a);",
    `  halves[0] += ${half(0)};`,
    `  halves[1] += ${half(n / 2)};`,
    "}",
    `INLINE f32x${n} narrowSum_${n}(const f64x${n} *total, f32x${n} a) {`,
    `  const f64x${n}_half *halves = (const f64x${n}_half *)total;`,
    "  OPAQUE(a);",
    `  const f32x${n}_half low = __builtin_convertvector(halves[0] + ${half(0)}, f32x${n}_half);`,
    `  const f32x${n}_half high = __builtin_convertvector(halves[1] + ${half(n / 2)}, f32x${n}_half);`,
    `  return __builtin_shufflevector(low, high, ${Array.from({ length: n }, (_, i) => i).join(", ")});`,
    "}",
    "#endif",
  ].join("\n");
}
