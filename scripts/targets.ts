// The C of random programs, products and bytes for all kinds of processors: compiled by the compilers that are
// here, cross compilers included, and run where that is possible, under qemu too. All must give the bits of
// WebAssembly on this machine.
//   pnpm targets [--runs 100] [--seed 1]
// On Debian: apt-get install gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user clang
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import {
  conv2d,
  type Data,
  gradients,
  maxPool,
  random,
  setBackend,
  type Tensor,
} from "@nabla/autograd";
import { bytesPerElement, tableWords } from "@nabla/autograd/backend";
import fc from "fast-check";
import type { Buffer } from "../packages/autograd/src/engine/kernel/language.ts";
import { planOf } from "../packages/autograd/src/engine/plan/plan.ts";
import type { Plan } from "../packages/autograd/src/engine/plan/steps.ts";
import { graphOf } from "../packages/autograd/src/engine/realize.ts";
import { nodeOf } from "../packages/autograd/src/tensor/tensor.ts";
import { pendingNodes } from "../packages/autograd/test/planned.ts";
import { programOf, programs } from "../packages/autograd/test/random-programs.ts";
import { programText } from "../packages/native/src/c/program-text.ts";
import { flags } from "../packages/native/src/compiler.ts";
import { kinds, type Machine, thisMachine } from "../packages/native/src/processor.ts";
import { targetOf } from "../packages/native/src/target.ts";
import { byteCases, rowsOf } from "./fuzz/bytes.ts";

const { values: given } = parseArgs({
  options: {
    runs: { type: "string", default: "100" },
    seed: { type: "string", default: "1" },
  },
});

/** A way to compile for a kind of processor, and to run what comes out; undefined: it cannot run here. */
interface Way {
  readonly kind: keyof typeof kinds;
  readonly compiler: string;
  readonly run: readonly string[] | undefined;
}

function isHere(program: string): boolean {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0;
}

const here = thisMachine();
const machineHere = "machine" in here ? here.machine.name : "";

function ways(): readonly Way[] {
  const own = (kind: Way["kind"]) =>
    machineHere === kinds[kind].name || (kind === "avx2" && machineHere === kinds.avx512.name)
      ? []
      : undefined;
  const compilers = ["gcc", "clang"].filter(isHere);
  const all: Way[] = [];
  if (process.arch === "x64") {
    for (const kind of ["avx2", "avx512"] as const) {
      for (const compiler of compilers) all.push({ kind, compiler, run: own(kind) });
    }
  } else for (const compiler of compilers) all.push({ kind: "neon", compiler, run: own("neon") });
  const cross = "aarch64-linux-gnu-gcc";
  const qemu = ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"];
  if (process.arch === "x64" && isHere(cross)) {
    all.push({ kind: "neon", compiler: cross, run: isHere(qemu[0]!) ? qemu : undefined });
  }
  return all;
}

/** Graphs by the dozen, each a function that builds it anew. */
function graphs(): readonly (() => readonly Tensor[])[] {
  const [runs, seed] = [Number(given.runs), Number(given.seed)];
  const together = 20;
  const list = fc
    .sample(programs, { numRuns: runs, seed })
    // Half of them exact, half smooth.
    .map((choices, i) => () => programOf(i % 2 === 0 ? "exact" : "smooth", choices).tensors)
    .filter((make) => textFor(make, kinds.neon) !== undefined);
  console.log(`${list.length} of ${runs} random programs need nothing of JavaScript`);
  const all: (() => readonly Tensor[])[] = [];
  for (let from = 0; from < list.length; from += together) {
    all.push(() => list.slice(from, from + together).flatMap((make) => make()));
  }
  const drawn = (dtype: "float32" | "float64", ...shape: number[]) =>
    random.normal(shape, { seed: shape[0]! }).cast(dtype).realize() as Tensor;
  all.push(() =>
    (["float32", "float64"] as const).flatMap((dtype) =>
      [
        [37, 50, 1],
        [100, 784, 16],
        [33, 70, 45],
        [1, 20, 70],
      ].flatMap(([m, k, n]) => [
        drawn(dtype, m!, k!).matmul(drawn(dtype, k!, n!)),
        drawn(dtype, m!, k!)
          .matmul(drawn(dtype, n!, k!).transpose())
          .tanh(),
      ]),
    ),
  );
  // Elements that are apart, and columns and sums of which rows are joined.
  all.push(() =>
    (["float32", "float64"] as const).flatMap((dtype) => {
      const x = drawn(dtype, 2, 3, 12, 12);
      const [small, large] = [drawn(dtype, 8, 3, 5, 5), drawn(dtype, 7, 3, 2, 4)];
      const pooled = maxPool(x.relu(), 2);
      const y = conv2d(x, small);
      return [
        pooled,
        ...gradients(pooled.square().sum(), [x]),
        y,
        ...gradients(y.square().sum(), [x, small]),
        conv2d(x, large, { stride: 2 }),
        x.sum([0, 2, 3]),
      ];
    }),
  );
  const lengths = Array.from({ length: 18 }, (_, i) => i + 1);
  const drawnRows = lengths.flatMap((n) => fc.sample(rowsOf(n, n % 7), { numRuns: 1, seed }));
  all.push(() => drawnRows.flatMap((rows) => byteCases(rows).map(({ result }) => result)));
  return all;
}

/** All bytes of some values; NaN, of which there are many, as one. */
function hashOf(all: readonly Data[]): string {
  let hash = 2166136261;
  for (const data of all) {
    const isFloat = data instanceof Float32Array || data instanceof Float64Array;
    const canonical = isFloat ? data.map((x) => (Number.isNaN(x) ? 0.12345 : x)) : data;
    const { buffer, byteOffset, byteLength } = canonical;
    for (const byte of new Uint8Array(buffer, byteOffset, byteLength)) {
      hash = Math.imul(hash ^ byte, 16777619) >>> 0;
    }
  }
  return hash.toString(16);
}

/** A program that reads its memory from a file, runs the plan, and prints the hash of its results. */
function mainOf(
  plan: Plan,
  names: readonly (string | undefined)[],
  places: ReadonlyMap<Buffer, number>,
): string {
  const results = plan.results.map((result) => {
    const buffer = result.kind === "input" ? plan.inputs[result.position]! : result.buffer;
    const { dtype, size } = buffer;
    const type = { float32: "f32", float64: "f64" }[dtype as string];
    const at = `memory + ${places.get(buffer)!}`;
    const isNaN = type
      ? `for (long i = 0; i < ${size}; i++) { ${type} *x = (${type} *)(${at}) + i; if (*x != *x) *x = (${type})0.12345; }`
      : "";
    return `${isNaN} hash = add(hash, ${at}, ${size * bytesPerElement(dtype)});`;
  });
  return `#include <stdio.h>
#include <stdlib.h>
static uint32_t add(uint32_t hash, const char *from, long bytes) {
  for (long i = 0; i < bytes; i++) hash = (hash ^ (uint8_t)from[i]) * 16777619u;
  return hash;
}
int main(int count, char **given) {
  FILE *file = fopen(given[1], "rb");
  fseek(file, 0, SEEK_END);
  const long bytes = ftell(file);
  rewind(file);
  char *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
  if (fread(memory, 1, bytes, file) != (size_t)bytes) return 1;
  ${names.map((name) => `${name}((uint64_t)(uintptr_t)memory, 0, 0, 1, 0);`).join("\n  ")}
  uint32_t hash = 2166136261u;
  ${results.join("\n  ")}
  printf("%x", hash);
  return 0;
}
`;
}

/** The C of a graph; undefined: the host would have to compute some of it. */
function textFor(make: () => readonly Tensor[], kind: (typeof kinds)[Way["kind"]]) {
  const machine: Machine = { ...kind, isFused: true };
  const graph = graphOf("targets", pendingNodes(make()));
  const plan = planOf(graph, targetOf(machine));
  const { text, names } = programText(plan, machine);
  return names.includes(undefined) ? undefined : { graph, plan, text, names };
}

/** What the C of a graph gives; "" if it cannot run here. */
function ran(make: () => readonly Tensor[], way: Way, folder: string): string {
  const machine = kinds[way.kind];
  const { graph, plan, text, names } = textFor(make, machine)!;
  const places = new Map<Buffer, number>();
  let end = 4 * (tableWords.buffers + plan.buffers);
  const rounded = () => (end = Math.ceil(end / 64) * 64);
  for (const buffer of plan.inputs) {
    if (!buffer) continue;
    places.set(buffer, rounded());
    end += buffer.size * bytesPerElement(buffer.dtype) + machine.bytes;
  }
  const arena = rounded();
  for (const [buffer, offset] of plan.layout.offsets) places.set(buffer, arena + offset);
  const memory = new Uint8Array(arena + plan.layout.bytes + machine.bytes);
  const words = new Uint32Array(memory.buffer, 0, tableWords.buffers + plan.buffers);
  for (const [{ id }, place] of places) words[tableWords.buffers + id] = place;
  graph.inputs.forEach((node, i) => {
    const buffer = plan.inputs[i];
    const data = node.cell.value as Data;
    if (buffer)
      memory.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), places.get(buffer));
  });
  const file = (name: string) => path.join(folder, name);
  writeFileSync(file("memory"), memory);
  writeFileSync(file("program.c"), `${text}\n${mainOf(plan, names, places)}`);
  const own = flags.filter((flag) => flag !== "-shared");
  const args = [...own, ...machine.flags, "-o", file("program"), file("program.c"), "-lm"];
  const compiled = spawnSync(way.compiler, args, { encoding: "utf8" });
  if (compiled.status !== 0) throw new Error(`${way.compiler}: ${compiled.stderr}`);
  if (!way.run) return "";
  const [command, ...rest] = [...way.run, file("program"), file("memory")];
  const { stdout, status, stderr } = spawnSync(command, rest, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
  return stdout;
}

setBackend("wasm");
const all = graphs();
const expected = all.map((make) => {
  const tensors = make();
  const computed = new Set(pendingNodes(tensors));
  const results = tensors.filter((x) => computed.has(nodeOf("targets", x)));
  return hashOf(results.map((x) => x.dataSync()));
});
const folder = mkdtempSync(path.join(tmpdir(), "nabla-targets-"));
let differences = 0;
try {
  for (const way of ways()) {
    let same = 0;
    all.forEach((make, i) => {
      const hash = ran(make, way, folder);
      if (hash === "" || hash === expected[i]) same++;
      else {
        differences++;
        console.log(
          `${way.kind} by ${way.compiler}: file ${i} gives ${hash}, WebAssembly ${expected[i]}`,
        );
      }
    });
    const what = way.run ? "have the bits of WebAssembly" : "compile; they cannot run here";
    console.log(
      `${kinds[way.kind].name}, by ${way.compiler}: ${same} of ${all.length} files ${what}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
if (differences > 0) process.exitCode = 1;
