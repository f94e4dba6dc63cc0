// Vectors of bytes from and to 32 bits. GCC (up to 12 at least) goes element by element where
// `__builtin_convertvector` quadruples a width, and where it quarters one without AVX-512; clang does not.

/** C for GCC where a condition holds. */
interface Own {
  readonly condition: string;
  readonly lines: readonly string[];
}

/** `of_bytes` widens, to 0 to 255. `bytes` takes the lowest byte of each integer, whatever the others are. */
export function byteVectors(n: number): string {
  return [
    "",
    ...written(`i32x${n} of_bytes_${n}(u8x${n} b)`, widenings[n], `(b, i32x${n})`),
    ...written(`u8x${n} bytes_${n}(i32x${n} a)`, narrowing(n), `(a, u8x${n})`),
  ].join("\n");
}

function written(head: string, own: Own | undefined, converted: string): readonly string[] {
  const all = `  return __builtin_convertvector${converted};`;
  const lines = own
    ? [`#if !defined(__clang__) && ${own.condition}`, ...own.lines, "#else", all, "#endif"]
    : [all];
  return [`INLINE ${head} {`, ...lines, "}"];
}

const widenings: Readonly<Partial<Record<number, Own>>> = {
  4: {
    condition: "1",
    // All four bytes in each lane, shifted.
    lines: ["  return (splat_i32_4((i32)b) >> (i32x4){0, 8, 16, 24}) & 255;"],
  },
  8: {
    condition: "defined(__AVX2__)",
    lines: [
      "  typedef char chars __attribute__((vector_size(16)));",
      "  typedef i64 halves __attribute__((vector_size(16)));",
      "  return (i32x8)__builtin_ia32_pmovzxbd256((chars)(halves){(i64)b});",
    ],
  },
  16: {
    condition: "defined(__AVX512F__)",
    lines: [
      "  typedef char chars __attribute__((vector_size(16)));",
      "  return (i32x16)__builtin_ia32_pmovzxbd512_mask((chars)b, (i32x16){0}, -1);",
    ],
  },
};

/** Integers with as many bytes as a vector has lanes. */
const integers: Readonly<Partial<Record<number, string>>> = { 2: "u16", 4: "i32", 8: "i64" };

/** Moves the bytes to the front. */
function narrowing(n: number): Own | undefined {
  const integer = integers[n];
  if (integer === undefined) return undefined;
  const size = `__attribute__((vector_size(${4 * n})))`;
  const lowest = Array.from({ length: n }, (_, lane) => 4 * lane).join(", ");
  return {
    condition: "!defined(__AVX512VL__)",
    lines: [
      `  typedef u8 bytes ${size};`,
      `  typedef ${integer} integers ${size};`,
      `  return (u8x${n})((integers)__builtin_shuffle((bytes)a, (bytes){${lowest}}))[0];`,
    ],
  };
}
