// The modules that plans become, looked at by another implementation: every one of them is validated by
// binaryen and by the host.
import binaryen from "binaryen";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Code, FunctionBody, ModuleWriter } from "../src/engine/wasm/encoder.ts";
import { hasFusedMultiply, hasVectors } from "../src/engine/wasm/features.ts";
import { webAssembly } from "../src/engine/wasm/host.ts";
import { type Instruction, opcodeOf } from "../src/engine/wasm/instructions.ts";
import { signed, unsigned } from "../src/engine/wasm/leb128.ts";
import { planToModule } from "../src/engine/wasm/module.ts";
import { planFor } from "./planned.ts";
import { programOf, programs } from "./random-programs.ts";

function validatedByBinaryen(bytes: Uint8Array): string {
  const module = binaryen.readBinary(bytes);
  try {
    module.setFeatures(binaryen.Features.All);
    expect(module.validate()).toBe(1);
    return module.emitText();
  } finally {
    module.dispose();
  }
}

test("this host has vectors", () => expect(hasVectors()).toBe(true));

describe("modules of random programs are valid", () => {
  test.each(["exact", "smooth"] as const)("%s", (kind) => {
    fc.assert(
      fc.property(programs, fc.boolean(), (choices, fuse) => {
        const plan = planFor(programOf(kind, choices).tensors, fuse ? [] : ["fuse"]);
        const features = { isFused: hasFusedMultiply(), isShared: fuse, leastShared: 5000 };
        const { bytes } = planToModule(plan, features);
        expect(webAssembly!.validate(bytes)).toBe(true);
        validatedByBinaryen(bytes);
      }),
      { numRuns: 25 },
    );
  });
});

describe("the encoder", () => {
  test.each([
    [0, [0]],
    [127, [127]],
    [128, [0x80, 1]],
    [624_485, [0xe5, 0x8e, 0x26]],
  ])("writes %i without sign as LEB128", (value, bytes) => expect(unsigned(value)).toEqual(bytes));

  test.each([
    [-1, [0x7f]],
    [63, [63]],
    [64, [0xc0, 0]],
    [-123_456, [0xc0, 0xbb, 0x78]],
    [-(2 ** 31), [0x80, 0x80, 0x80, 0x80, 0x78]],
  ])("writes %i with sign as LEB128", (value, bytes) => expect(signed(value)).toEqual(bytes));

  test("writes what binaryen reads", () => {
    const module = new ModuleWriter();
    const host = module.import("host", { parameters: ["i32"], results: [] });
    const body = new FunctionBody(["i32"]);
    const [table] = body.parameters;
    const [i, sum] = [body.local("i32"), body.local("f64")];
    const inner = new Code().get(sum).f64(0.5).add("f64.add").set(sum);
    inner.get(i).i32(1).add("i32.add").tee(i).i32(10).add("i32.lt_s").add("br_if", 0);
    body.code.block("loop", () => body.code.append(inner));
    body.code.get(table!).get(sum).memory("f64.store", 300).i32(-200).call(host);
    const bytes = module.encoded({ run: module.define(body) });
    expect(webAssembly!.validate(bytes)).toBe(true);
    const text = validatedByBinaryen(bytes);
    expect(text).toContain("f64.store offset=300 align=1");
    expect(text).toContain("(i32.const -200)");
  });

  test("has the specification's opcodes", () => {
    const some: readonly [Instruction, readonly number[]][] = [
      ["f32.add", [0x92]],
      ["i32.trunc_sat_f64_s", [0xfc, 2]],
      ["f32x4.add", [0xfd, 0xe4, 0x01]],
      ["f32x4.relaxed_madd", [0xfd, 0x85, 0x02]],
    ];
    for (const [name, bytes] of some) expect(opcodeOf(name)).toEqual(bytes);
  });
});
