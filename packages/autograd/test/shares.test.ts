// Loops that are divided into parts: each turn is in one of them, however many there are.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Code, FunctionBody, type Local, ModuleWriter } from "../src/engine/wasm/encoder.ts";
import { noArguments } from "../src/engine/wasm/extents.ts";
import { webAssembly } from "../src/engine/wasm/host.ts";
import { runParameters } from "../src/engine/wasm/run-table.ts";
import { Scopes } from "../src/engine/wasm/scopes.ts";
import { addFirstTurn } from "../src/engine/wasm/shares.ts";

const { Module, Instance, Memory } = webAssembly!;

/** A function of a module that imports nothing but a memory, which it does not use. */
function compiled(body: FunctionBody): (...given: readonly number[]) => number {
  const module = new ModuleWriter();
  const bytes = module.encoded({ run: module.define(body, ["i32"]) });
  const nabla = { memory: new Memory({ initial: 1, maximum: 1, shared: false }) };
  const { run } = new Instance(new Module(bytes), { nabla }).exports;
  return run as (...given: readonly number[]) => number;
}

/** The first turn of a part, and that of the one behind it. */
function sharesOf(turns: number): (part: number, parts: number) => readonly [number, number] {
  const [first, end] = ([0, 1] as const).map((later) => {
    const body = new FunctionBody(["i32", "i32"]);
    const [part, parts] = body.parameters as [Local, Local];
    addFirstTurn(body.code, { from: 0, to: turns, step: 1 }, { part, parts, later });
    return compiled(body);
  }) as [(...given: readonly number[]) => number, (...given: readonly number[]) => number];
  return (part, parts) => [first(part, parts), end(part, parts)];
}

const mostTurns = 2 ** 31 - 1;

describe("parts", () => {
  test("begin where the one before ends, from the first turn to the last, and are as equal as can be", () => {
    const turns = fc.oneof(
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: mostTurns }),
      fc.constantFrom(mostTurns, 2 ** 30, 2 ** 28, 270_000_000),
    );
    fc.assert(
      fc.property(turns, fc.integer({ min: 1, max: 64 }), (count, parts) => {
        const shareOf = sharesOf(count);
        let end = 0;
        for (let part = 0; part < parts; part++) {
          const share = shareOf(part, parts);
          expect(share[0]).toBe(end);
          const size = share[1] - end;
          expect([Math.floor(count / parts), Math.ceil(count / parts)]).toContain(size);
          [, end] = share;
        }
        expect(end).toBe(count);
      }),
    );
  });

  test("of a loop visit each of its values once", () => {
    const loops = fc
      .record({
        from: fc.oneof(fc.nat(50), fc.integer({ min: mostTurns - 200, max: mostTurns - 1 })),
        length: fc.integer({ min: 1, max: 200 }),
        step: fc.constantFrom(1, 2, 4, 16),
        parts: fc.integer({ min: 1, max: 64 }),
      })
      .map(({ from, length, ...others }) => ({
        from,
        to: Math.min(from + length, mostTurns),
        ...others,
      }));
    fc.assert(
      fc.property(loops, ({ from, to, step, parts }) => {
        const visits = visitsOf(from, to, step);
        let [count, sum] = [0, 0];
        for (let part = 0; part < parts; part++) {
          count += visits.count(part, parts);
          sum = (sum + visits.sum(part, parts)) | 0;
        }
        let [wantedCount, wantedSum] = [0, 0];
        for (let i = from; i < to; i += step) {
          wantedCount++;
          wantedSum = (wantedSum + (i % 1009)) | 0;
        }
        expect([count, sum]).toEqual([wantedCount, wantedSum]);
      }),
    );
  });
});

/** How many values a part of a loop visits, and their sum (each modulo 1009). */
function visitsOf(
  from: number,
  to: number,
  step: number,
): {
  readonly count: (part: number, parts: number) => number;
  readonly sum: (part: number, parts: number) => number;
} {
  const visiting = (add: (code: Code, counter: Local) => void) => {
    const body = new FunctionBody(runParameters);
    const scopes = new Scopes(body, noArguments);
    const variable = { kind: "variable", name: "i", size: to } as const;
    scopes.shared = variable;
    const total = body.local("i32");
    scopes.loop(variable, from, to, step, () => {
      scopes.code.get(total);
      add(scopes.code, scopes.counterOf(variable));
      scopes.code.add("i32.add").set(total);
    });
    body.code.get(total);
    const run = compiled(body);
    return (part: number, parts: number) => run(0, 0, part, parts);
  };
  return {
    count: visiting((code) => code.i32(1)),
    sum: visiting((code, counter) => code.get(counter).i32(1009).add("i32.rem_u")),
  };
}
