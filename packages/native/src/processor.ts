// Detects the processor's vector extensions.
import { readFileSync } from "node:fs";
import { fusesMultiplyAdd } from "@nabla/autograd/backend";

/** A processor's vectors, and how products use them. */
export interface Machine {
  /** Its name in notes. */
  readonly name: string;
  /** Bytes of a vector. */
  readonly bytes: 16 | 32 | 64;
  /** How many vectors there are registers for. */
  readonly registers: number;
  /** A product's totals in registers, where its operands are copied: rows, and vectors of columns. */
  readonly tile: { readonly rows: number; readonly vectors: number };
  /** Whether a product and its sum are rounded once, as they are in WebAssembly here. */
  readonly isFused: boolean;
  /** What tells a compiler of it. */
  readonly flags: readonly string[];
}

const avx2 = ["avx2", "fma", "bmi1", "bmi2", "f16c"] as const;
const avx512 = [...avx2, "avx512f", "avx512vl", "avx512dq", "avx512bw"] as const;

/** Kinds of machines: 32 registers of 64 bytes, 16 of 32, and 32 of 16. */
export const kinds: Readonly<Record<"avx512" | "avx2" | "neon", Omit<Machine, "isFused">>> = {
  avx512: {
    name: "AVX-512",
    bytes: 64,
    registers: 32,
    tile: { rows: 12, vectors: 2 },
    flags: flagsOf(avx512),
  },
  avx2: {
    name: "AVX2 and FMA",
    bytes: 32,
    registers: 16,
    tile: { rows: 6, vectors: 2 },
    flags: flagsOf(avx2),
  },
  neon: { name: "NEON", bytes: 16, registers: 32, tile: { rows: 8, vectors: 3 }, flags: [] },
};

function flagsOf(features: readonly string[]): readonly string[] {
  return features.map((feature) => `-m${feature === "bmi1" ? "bmi" : feature}`);
}

/** A machine; or why nothing is compiled for it. */
export type Found = { readonly machine: Machine } | { readonly problem: string };

/** The machine that this runs on. */
export function thisMachine(): Found {
  const { arch, platform } = process;
  if (platform === "win32") return { problem: "there is no C compiler for Windows yet" };
  if (arch === "arm64") return asHere(kinds.neon);
  if (arch !== "x64") return { problem: `the processor (${arch}) is unknown` };
  const features = featuresOfLinux();
  if (!features)
    return { problem: "the processor's vectors are unknown: there is no /proc/cpuinfo" };
  const has = (feature: string) => features.has(feature);
  if (avx512.every(has)) return asHere(kinds.avx512);
  if (avx2.every(has)) return asHere(kinds.avx2);
  return { problem: "the processor has no vectors beyond those of WebAssembly: no AVX2 and FMA" };
}

/** With the roundings of WebAssembly. */
function asHere(kind: Omit<Machine, "isFused">): Found {
  return { machine: { ...kind, isFused: fusesMultiplyAdd() } };
}

function featuresOfLinux(): ReadonlySet<string> | undefined {
  try {
    const flags = /^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1];
    return flags === undefined ? undefined : new Set(flags.trim().split(/\s+/));
  } catch {
    return undefined;
  }
}
