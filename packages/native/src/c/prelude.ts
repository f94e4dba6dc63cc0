// What all C files begin with: types of elements and vectors, and a function for each operator, on
// one element ("_1") or a vector. Vectors are those of GCC and clang; functions without an operator
// of the language go lane by lane, which both compilers make one instruction of.
//
// In vectors all elements except float64 are 32 bits wide. A truth value is 0 or 1 as a single
// element, and all bits 0 or 1 in a vector.
import type { DType } from "@nabla/autograd/backend";
import { byteVectors } from "./bytes.ts";
import { elementType } from "./operators.ts";
import { wideTotals } from "./wide-totals.ts";

/** Text that defines everything for vectors of these lanes, and for single elements. */
export function preludeOf(lanes: ReadonlySet<number>, isFused: boolean): string {
  const parts = [head, madd(isFused), scalars];
  for (const count of lanes) if (count > 1) parts.push(vectorsOf(count, isFused));
  return parts.join("\n");
}

const head = `#include <stdint.h>
typedef float f32;
typedef double f64;
typedef int32_t i32;
typedef int64_t i64;
typedef uint8_t u8;
typedef uint16_t u16;
#define API __attribute__((visibility("default")))
#ifdef __clang__
#define KERNEL static __attribute__((noinline)) void
#else
#define KERNEL static __attribute__((noipa)) void
#endif
#if defined(__FMA__)
#define FMA_OF_16_BYTES(x86, arm) __builtin_ia32_vfmadd##x86
#elif defined(__aarch64__)
#define FMA_OF_16_BYTES(x86, arm) __builtin_aarch64_fma##arm
#endif
#ifdef __clang__
#define HAS_BUILTIN(name) __has_builtin(name)
#else
#define HAS_BUILTIN(name) 0
#endif
#if !defined(__clang__) && __GNUC__ < 12
#define OLD_GCC
#endif
#ifdef __clang__
#define OPAQUE(vector)
#elif defined(__x86_64__)
#define OPAQUE(vector) __asm__("" : "+x"(vector))
#elif defined(__aarch64__)
#define OPAQUE(vector) __asm__("" : "+w"(vector))
#else
#define OPAQUE(vector)
#endif
#define INLINE static inline __attribute__((always_inline))
INLINE long at(uint32_t *table, i32 given, i32 size, i32 check) {
  const i32 index = given < 0 ? given + size : given;
  if ((uint32_t)index < (uint32_t)size) return index;
  if (table[0] == 0) {
    table[0] = check + 1;
    table[1] = given;
  }
  return 0;
}`;

const madd = (isFused: boolean): string => `
INLINE f32 madd_f32_1(f32 a, f32 b, f32 c) { return ${isFused ? "__builtin_fmaf(a, b, c)" : "a * b + c"}; }
INLINE f64 madd_f64_1(f64 a, f64 b, f64 c) { return ${isFused ? "__builtin_fma(a, b, c)" : "a * b + c"}; }
INLINE i32 madd_i32_1(i32 a, i32 b, i32 c) { return a * b + c; }`;

function scalarFloat(type: "f32" | "f64"): string {
  const [bits, end] = type === "f32" ? ["i32", "f"] : ["i64", ""];
  const { fraction, bias, exponent, others, one, magic, magicBits } = floats[type];
  return `
INLINE ${bits} bits_${type}_1(${type} x) { ${bits} b; __builtin_memcpy(&b, &x, sizeof b); return b; }
INLINE ${type} of_${type}_1(${bits} b) { ${type} x; __builtin_memcpy(&x, &b, sizeof x); return x; }
INLINE ${type} max_${type}_1(${type} a, ${type} b) { return a > b ? a : b > a ? b : a == b ? of_${type}_1(bits_${type}_1(a) & bits_${type}_1(b)) : a + b; }
INLINE ${type} min_${type}_1(${type} a, ${type} b) { return a < b ? a : b < a ? b : a == b ? of_${type}_1(bits_${type}_1(a) | bits_${type}_1(b)) : a + b; }
INLINE ${type} abs_${type}_1(${type} a) { return __builtin_fabs${end}(a); }
INLINE ${type} sqrt_${type}_1(${type} a) { return __builtin_sqrt${end}(a); }
INLINE ${type} floor_${type}_1(${type} a) { return __builtin_floor${end}(a); }
INLINE ${type} ceil_${type}_1(${type} a) { return __builtin_ceil${end}(a); }
INLINE ${type} trunc_${type}_1(${type} a) { return __builtin_trunc${end}(a); }
INLINE ${type} round_${type}_1(${type} a) { return __builtin_rint${end}(a); }
INLINE ${type} remainder_${type}_1(${type} a, ${type} b) { return __builtin_fmod${end}(a, b); }
INLINE i32 whole_${type}_1(${type} a) { return a != a ? 0 : a >= 2147483648.0${end} ? 2147483647 : a < -2147483648.0${end} ? -2147483647 - 1 : (i32)a; }
INLINE ${type} powerOf2_${type}_1(${type} a) { return of_${type}_1((${bits})((u${bits === "i32" ? "int32_t" : "int64_t"})bits_${type}_1(a + ${magic + bias}.0${end}) << ${fraction})); }
INLINE ${type} exponent_${type}_1(${type} a) { return of_${type}_1(((bits_${type}_1(a) >> ${fraction}) & ${exponent}) | ${magicBits}) - ${magic + bias}.0${end}; }
INLINE ${type} significand_${type}_1(${type} a) { return of_${type}_1((bits_${type}_1(a) & (${bits})${others}) | ${one}); }`;
}

/** Parts of floats (IEEE 754-2019, 3.4); an integer plus `magic` has the integer in its lowest bits. */
const floats = {
  f32: {
    fraction: 23,
    bias: 127,
    exponent: "0xff",
    others: "0x807fffffu",
    one: "0x3f800000",
    magic: 1.5 * 2 ** 23,
    magicBits: "0x4b400000",
  },
  f64: {
    fraction: 52,
    bias: 1023,
    exponent: "0x7ff",
    others: "0x800fffffffffffffu",
    one: "0x3ff0000000000000",
    magic: 1.5 * 2 ** 52,
    magicBits: "0x4338000000000000",
  },
} as const;

const scalars = `${scalarFloat("f32")}
${scalarFloat("f64")}
INLINE i32 max_i32_1(i32 a, i32 b) { return a > b ? a : b; }
INLINE i32 min_i32_1(i32 a, i32 b) { return a < b ? a : b; }
INLINE i32 abs_i32_1(i32 a) { return a < 0 ? -a : a; }
INLINE i32 div_i32_1(i32 a, i32 b) { return b == 0 ? 0 : b == -1 ? -a : a / b; }
INLINE i32 remainder_i32_1(i32 a, i32 b) { return b == 0 || b == -1 ? 0 : a % b; }
static i32 pow_i32_1(i32 a, i32 b) {
  if (b < 0) return a == 1 ? 1 : a == -1 ? (b & 1 ? -1 : 1) : 0;
  i32 power = 1;
  for (; b > 0; b >>= 1) {
    if (b & 1) power *= a;
    a *= a;
  }
  return power;
}
INLINE i32 shl_i32_1(i32 a, i32 b) { return (i32)((uint32_t)a << (b & 31)); }
INLINE i32 shr_i32_1(i32 a, i32 b) { return a >> (b & 31); }
INLINE i32 shru_i32_1(i32 a, i32 b) { return (i32)((uint32_t)a >> (b & 31)); }
INLINE f32 of_bfloat16_1(u16 b) { return of_f32_1((i32)((uint32_t)b << 16)); }
INLINE u16 bits_bfloat16_1(f32 x) { return (uint32_t)bits_f32_1(x) >> 16; }
INLINE f32 of_float16_1(u16 b) {
  const i32 size = (b & 0x7fff) << 13, all = size > 0x0f7fffff ? 0x7f800000 : 0;
  return of_f32_1(bits_f32_1(of_f32_1(size) * 0x1p112f) | all | (i32)((uint32_t)(b & 0x8000) << 16));
}
INLINE u16 bits_float16_1(f32 x) {
  const uint32_t size = bits_f32_1(of_f32_1(bits_f32_1(x) & 0x7fffffff) * 0x1p-112f);
  return (size >> 13 & 0x7fff) | ((uint32_t)bits_f32_1(x) >> 16 & 0x8000);
}`;

/**
 * Floats of 16 bits from and to float32, of which those that are stored are numbers of theirs. The bits of
 * binary16 are moved to where float32 has them, and multiplied, since the biases differ; infinity and NaN
 * have all bits of the exponent.
 */
function halfVectors(n: number): string {
  return `
INLINE f32x${n} of_bfloat16_${n}(u16x${n} b) { return (f32x${n})(__builtin_convertvector(b, u32x${n}) << 16); }
INLINE u16x${n} bits_bfloat16_${n}(f32x${n} x) { return __builtin_convertvector((u32x${n})x >> 16, u16x${n}); }
INLINE f32x${n} of_float16_${n}(u16x${n} b) {
  const u32x${n} bits = __builtin_convertvector(b, u32x${n});
  const i32x${n} size = (i32x${n})((bits & 0x7fff) << 13), all = (size > 0x0f7fffff) & 0x7f800000;
  return (f32x${n})((i32x${n})((f32x${n})size * 0x1p112f) | all | (i32x${n})((bits & 0x8000) << 16));
}
INLINE u16x${n} bits_float16_${n}(f32x${n} x) {
  const u32x${n} bits = (u32x${n})x, size = (u32x${n})((f32x${n})(bits & 0x7fffffff) * 0x1p-112f);
  return __builtin_convertvector((size >> 13 & 0x7fff) | (bits >> 16 & 0x8000), u16x${n});
}`;
}

/** (T){ f(a[0], b[0]), f(a[1], b[1]), … } */
export function laneByLane(type: string, lanes: number, call: (lane: number) => string): string {
  return `(${type}){${Array.from({ length: lanes }, (_, lane) => call(lane)).join(", ")}}`;
}

function vectorsOf(n: number, isFused: boolean): string {
  const types = [
    ["f32", "f32", 4],
    ["f64", "f64", 8],
    ["i32", "i32", 4],
    ["i64", "i64", 8],
    ["u8", "u8", 1],
    ["u16", "u16", 2],
  ] as const;
  const typedefs = types.map(
    ([name, element, bytes]) =>
      `typedef ${element} ${name}x${n} __attribute__((vector_size(${bytes * n})));
typedef ${element} ${name}x${n}_at __attribute__((vector_size(${bytes * n}), aligned(${bytes}), may_alias));`,
  );
  const splats = ["f32", "f64", "i32"].map(
    (type) =>
      `INLINE ${type}x${n} splat_${type}_${n}(${type} a) { return ${laneByLane(`${type}x${n}`, n, () => "a")}; }`,
  );
  return [
    ...typedefs,
    ...splats,
    ...rearrangements(n),
    vectorFloat("f32", n, isFused),
    vectorFloat("f64", n, isFused),
    // GCC 12 ends with an internal error where it converts a vector of which one element is stored.
    `INLINE f64x${n} widened_${n}(f32x${n} a) { OPAQUE(a); return __builtin_convertvector(a, f64x${n}); }`,
    wholeVectors(n),
    byteVectors(n),
    halfVectors(n),
    wideTotals(n),
  ].join("\n");
}

/**
 * Vectors of 16 bytes from each of some addresses, and chosen elements of two vectors. GCC has these
 * of clang's builtins from 12 on.
 */
function rearrangements(n: number): readonly string[] {
  return (["f32", "f64", "i32"] as const).flatMap((type) => {
    const each = perQuarter(type);
    const v = `${type}x${n}`;
    if (n % each > 0) return [];
    const names = Array.from({ length: n / each }, (_, i) => `p${i}`);
    const part = `${v}_part`;
    const parts = names.map((_, i) => `q${i}`);
    const [choose, joined] = [`SHUFFLE_${v}`, joinedText(parts, each)];
    const elements = names.flatMap((name) =>
      Array.from({ length: each }, (_, i) => `${name}[${i}]`),
    );
    return [
      `typedef ${type} ${part} __attribute__((vector_size(16), aligned(${16 / each}), may_alias));`,
      `INLINE ${v} quarters_${v}(${names.map((name) => `const ${type} *${name}`).join(", ")}) {`,
      "#ifdef OLD_GCC",
      `  return (${v}){${elements.join(", ")}};`,
      "#else",
      // GCC 12 would take the vectors apart, and load single elements.
      ...names.map((name, i) => `  ${part} q${i} = *(const ${part} *)${name}; OPAQUE(q${i});`),
      `  ${v} all = ${joined}; OPAQUE(all);`,
      "  return all;",
      "#endif",
      "}",
      "#ifdef OLD_GCC",
      `#define ${choose}(a, b, ...) __builtin_shuffle(a, b, (i${type === "f64" ? 64 : 32}x${n}){__VA_ARGS__})`,
      "#else",
      `#define ${choose}(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)`,
      "#endif",
    ];
  });
}

function perQuarter(type: "f32" | "f64" | "i32"): number {
  return type === "f64" ? 2 : 4;
}

/** Whether there is what chooses elements of two vectors. */
export function canBeShuffled(dtype: DType, lanes: number): boolean {
  return lanes % perQuarter(elementType(dtype)) === 0;
}

/** Vectors of `lanes` elements side by side, as one. */
function joinedText(vectors: readonly string[], lanes: number): string {
  if (vectors.length === 1) return vectors[0]!;
  const half = vectors.length / 2;
  const [low, high] = [vectors.slice(0, half), vectors.slice(half)].map((some) =>
    joinedText(some, lanes),
  );
  const places = Array.from({ length: vectors.length * lanes }, (_, i) => i).join(", ");
  return `__builtin_shufflevector(${low}, ${high}, ${places})`;
}

function wholeVectors(n: number): string {
  const v = `i32x${n}`;
  return `
INLINE ${v} max_i32_${n}(${v} a, ${v} b) { const ${v} m = a > b; return (m & a) | (~m & b); }
INLINE ${v} min_i32_${n}(${v} a, ${v} b) { const ${v} m = a < b; return (m & a) | (~m & b); }
INLINE ${v} abs_i32_${n}(${v} a) { const ${v} m = a < 0; return (a ^ m) - m; }
INLINE ${v} madd_i32_${n}(${v} a, ${v} b, ${v} c) { return a * b + c; }
INLINE ${v} div_i32_${n}(${v} a, ${v} b) { return ${laneByLane(v, n, (l) => `div_i32_1(a[${l}], b[${l}])`)}; }
INLINE ${v} remainder_i32_${n}(${v} a, ${v} b) { return ${laneByLane(v, n, (l) => `remainder_i32_1(a[${l}], b[${l}])`)}; }
INLINE ${v} pow_i32_${n}(${v} a, ${v} b) { return ${laneByLane(v, n, (l) => `pow_i32_1(a[${l}], b[${l}])`)}; }
INLINE ${v} shl_i32_${n}(${v} a, ${v} b) { return a << (b & 31); }
INLINE ${v} shr_i32_${n}(${v} a, ${v} b) { return a >> (b & 31); }
typedef uint32_t u32x${n} __attribute__((vector_size(${4 * n})));
INLINE ${v} shru_i32_${n}(${v} a, ${v} b) { return (${v})((u32x${n})a >> (u32x${n})(b & 31)); }
INLINE ${v} select_i32_${n}(${v} m, ${v} a, ${v} b) { return (m & a) | (~m & b); }
INLINE i32 any_${n}(${v} m, int valid) {
  uint64_t words[${n / 2}], all = 0;
  for (int lane = valid; lane < ${n}; lane++) m[lane] = 0;
  __builtin_memcpy(words, &m, sizeof m);
  for (int i = 0; i < ${n / 2}; i++) all |= words[i];
  return all != 0;
}`;
}

type UnaryName = "sqrt" | "floor" | "ceil" | "trunc" | "rint";

/** How to round, as instructions have it: without an exception. */
const roundings = { floor: 9, ceil: 10, trunc: 11, rint: 12 } as const;

/**
 * The condition under which a compiler has a builtin for an operation on whole vectors, and its
 * call. (GCC 12 often, but not always, makes one instruction of what is written lane by lane.)
 */
function instructionOf(
  name: UnaryName | "fma",
  type: "f32" | "f64",
  n: number,
): { readonly condition: string; readonly call: string } | undefined {
  const bits = n * (type === "f32" ? 32 : 64);
  const kind = type === "f32" ? "ps" : "pd";
  const gcc = "!defined(__clang__) && defined";
  if (bits === 128 && name === "fma") {
    const mode = type === "f32" ? "v4sf" : "v2df";
    const call = `FMA_OF_16_BYTES(${kind}, ${mode})(a, b, c)`;
    return { condition: `${gcc}(FMA_OF_16_BYTES)`, call };
  }
  if (bits === 256) {
    const condition = `${gcc}(__FMA__)`;
    if (name === "fma") return { condition, call: `__builtin_ia32_vfmadd${kind}256(a, b, c)` };
    if (name === "sqrt") return { condition, call: `__builtin_ia32_sqrt${kind}256(a)` };
    return { condition, call: `__builtin_ia32_round${kind}256(a, ${roundings[name]})` };
  }
  if (bits === 512) {
    const condition = `${gcc}(__AVX512F__)`;
    // All lanes, rounded as usual.
    const usual = "-1, 4)";
    if (name === "fma") {
      return { condition, call: `__builtin_ia32_vfmadd${kind}512_mask(a, b, c, ${usual}` };
    }
    if (name === "sqrt") {
      return { condition, call: `__builtin_ia32_sqrt${kind}512_mask(a, a, ${usual}` };
    }
    const call = `__builtin_ia32_rndscale${kind}_mask(a, ${roundings[name]}, a, ${usual}`;
    return { condition, call };
  }
  return undefined;
}

/** Returns what a builtin gives where there is one, or else what all lanes give. */
function eitherText(
  name: UnaryName | "fma",
  instruction: ReturnType<typeof instructionOf>,
  lanes: string,
): string {
  const clang = `__builtin_elementwise_${name}`;
  const { condition, call } = instruction ?? { condition: "0", call: lanes };
  return [
    "",
    `#if ${condition}`,
    `  return ${call};`,
    `#elif HAS_BUILTIN(${clang})`,
    `  return ${clang}(${name === "fma" ? "a, b, c" : "a"});`,
    "#else",
    `  return ${lanes};`,
    "#endif",
    "",
  ].join("\n");
}

function vectorFloat(type: "f32" | "f64", n: number, isFused: boolean): string {
  const v = `${type}x${n}`;
  const bits = type === "f32" ? `i32x${n}` : `i64x${n}`;
  const end = type === "f32" ? "f" : "";
  const { fraction, bias, exponent, others, one, magic, magicBits } = floats[type];
  // Comparisons of float64 are as wide as it; truth values are not.
  const wide = (m: string) => (type === "f32" ? m : `__builtin_convertvector(${m}, ${bits})`);
  const unary = (name: UnaryName) => {
    const lanes = laneByLane(v, n, (l) => `__builtin_${name}${end}(a[${l}])`);
    const own = name === "rint" ? "round" : name;
    return `INLINE ${v} ${own}_${type}_${n}(${v} a) {${eitherText(name, instructionOf(name, type, n), lanes)}}`;
  };
  const each = laneByLane(v, n, (l) => `__builtin_fma${end}(a[${l}], b[${l}], c[${l}])`);
  const fused = eitherText("fma", instructionOf("fma", type, n), each);
  const whole = (to: string) => `__builtin_convertvector(${to}, i32x${n})`;
  return `
INLINE ${v} madd_${type}_${n}(${v} a, ${v} b, ${v} c) {${isFused ? fused : " return a * b + c; "}}
INLINE ${v} max_${type}_${n}(${v} a, ${v} b) {
  const ${bits} g = a > b, l = b > a, e = a == b, x = (${bits})a, y = (${bits})b;
  return (${v})((g & x) | (l & y) | (e & x & y) | (~(g | l | e) & (${bits})(a + b)));
}
INLINE ${v} min_${type}_${n}(${v} a, ${v} b) {
  const ${bits} g = a < b, l = b < a, e = a == b, x = (${bits})a, y = (${bits})b;
  return (${v})((g & x) | (l & y) | (e & (x | y)) | (~(g | l | e) & (${bits})(a + b)));
}
INLINE ${v} atLeast_${type}_${n}(${v} a, ${v} b) { const ${bits} m = a <= b; return (${v})((m & (${bits})b) | (~m & (${bits})a)); }
INLINE ${v} atMost_${type}_${n}(${v} a, ${v} b) { const ${bits} m = a >= b; return (${v})((m & (${bits})b) | (~m & (${bits})a)); }
INLINE ${v} abs_${type}_${n}(${v} a) { return ${laneByLane(v, n, (l) => `__builtin_fabs${end}(a[${l}])`)}; }
${unary("sqrt")}
${unary("floor")}
${unary("ceil")}
${unary("trunc")}
${unary("rint")}
INLINE ${v} remainder_${type}_${n}(${v} a, ${v} b) { return ${laneByLane(v, n, (l) => `remainder_${type}_1(a[${l}], b[${l}])`)}; }
INLINE i32x${n} whole_${type}_${n}(${v} a) { return ${laneByLane(`i32x${n}`, n, (l) => `whole_${type}_1(a[${l}])`)}; }
INLINE ${v} powerOf2_${type}_${n}(${v} a) { return (${v})((${bits})(a + ${magic + bias}.0${end}) << ${fraction}); }
INLINE ${v} exponent_${type}_${n}(${v} a) { return (${v})((((${bits})a >> ${fraction}) & ${exponent}) | ${magicBits}) - ${magic + bias}.0${end}; }
INLINE ${v} significand_${type}_${n}(${v} a) { return (${v})(((${bits})a & ${type === "f32" ? "(i32)" : "(i64)"}${others}) | ${one}); }
INLINE i32x${n} equal_${type}_${n}(${v} a, ${v} b) { return ${whole("a == b")}; }
INLINE i32x${n} less_${type}_${n}(${v} a, ${v} b) { return ${whole("a < b")}; }
INLINE i32x${n} lessEqual_${type}_${n}(${v} a, ${v} b) { return ${whole("a <= b")}; }
INLINE ${v} select_${type}_${n}(i32x${n} m, ${v} a, ${v} b) { const ${bits} w = ${wide("m")}; return (${v})((w & (${bits})a) | (~w & (${bits})b)); }`;
}
