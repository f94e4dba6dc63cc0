// Floats of 16 bits: stored as such, computed in float32. (fixtures.test.ts compares casts with NumPy's and PyTorch's,
// edges.test.ts has them among all dtypes.)
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Tensor } from "@nabla/autograd";
import {
  checkpoint,
  compile,
  concat,
  cond,
  customGradient,
  type DType,
  explainPlan,
  fromBits16,
  full,
  fullLike,
  gather,
  grad,
  gradients,
  type Half,
  jvp,
  memory,
  pad,
  parameter,
  random,
  realize,
  scan,
  setBackend,
  tensor,
  toBits16,
  toJSON,
  uniqueSync,
  vmap,
  whileLoop,
  zeros,
  zerosLike,
} from "@nabla/autograd";
import { hostFunction, JavaScriptDevice, PlannedBackend, register } from "@nabla/autograd/backend";
import fc from "fast-check";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { edgeCalls } from "./edge-calls.ts";
import { type Outcome, outcomeOf } from "./edge-outcomes.ts";
import { tensorsIn, textOf, withTensors } from "./edges.ts";

const halves: readonly Half[] = ["float16", "bfloat16"];
const backends = ["wasm", "javascript", "reference"];

beforeAll(() => register(new PlannedBackend("javascript", () => new JavaScriptDevice())));
afterEach(() => setBackend("wasm"));

const allBits = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i);
const isNaN16 = (bits: number, dtype: Half): boolean =>
  (bits & 0x7fff) > (dtype === "float16" ? 0x7c00 : 0x7f80);

/** Seen anew by each run. */
const fresh = (x: Tensor): Tensor => tensor(x.dataSync(), { shape: [...x.shape], dtype: x.dtype });

describe.each(halves)("%s", (dtype) => {
  const all = fromBits16(allBits, dtype);
  const of = (...values: readonly number[]): Tensor => tensor([...values], { dtype });
  const rounded = (x: number): number => fromBits16(toBits16([x], dtype), dtype)[0]!;

  test("has the numbers of NumPy and PyTorch for all 65,536 patterns of bits", () => {
    // sha256 of numpy.arange(65536, dtype="uint16").view("float16").astype("float32"), and of
    // torch.arange(65536).to(torch.int16).view(torch.bfloat16).float(), with each NaN as 0x7fc00000.
    const wanted = {
      float16: "385ff5fe69182797cda5f1827e20cf423f4416bc9246f27d0eec27cac9039259",
      bfloat16: "f12e27efe34841dfd6391497b86f389096b03a376586e1d9691bba0a8de3980a",
    };
    const bits = new Uint32Array(all.slice().buffer);
    all.forEach((x, i) => {
      if (Number.isNaN(x)) bits[i] = 0x7fc00000;
    });
    expect(createHash("sha256").update(bits).digest("hex")).toBe(wanted[dtype]);
    const back = toBits16(all, dtype);
    expect(allBits.filter((b) => !isNaN16(b, dtype) && back[b] !== b)).toEqual(new Uint16Array());
    expect([...new Set(back.filter((b) => isNaN16(b, dtype)))]).toEqual([
      dtype === "float16" ? 0x7e00 : 0x7fc0,
    ]);
  });

  test.each(backends)("%s loads, moves and stores all of them", (backend) => {
    setBackend(backend);
    const x = tensor(all, { dtype });
    // From an odd place on, so that vectors begin and end anywhere.
    const part = x.slice(0, 3, 2 ** 16 - 4);
    const columns = part.reshape([-1, 3]).transpose();
    expect(columns.dtype).toBe(dtype);
    const wanted = all.subarray(3, 2 ** 16 - 4);
    const turned = Float32Array.from(wanted, (_, i) => {
      const rows = wanted.length / 3;
      return wanted[(i % rows) * 3 + Math.floor(i / rows)]!;
    });
    expect(columns.dataSync()).toEqual(turned);
    expect(columns.mul(1).dataSync()).toEqual(turned);
    expect(concat([part.flip(), part]).dataSync().subarray(wanted.length)).toEqual(wanted);
  });

  test.each(backends)("%s rounds as the definition does", (backend) => {
    setBackend(backend);
    // Around all numbers and the middles between them, one unit of a float32 apart, and any bits.
    const bits = allBits.filter((b) => b % 13 === 0 && !isNaN16(b, dtype));
    const near = Array.from(bits, (b) => {
      const [a, next] = [all[b]!, all[b + 1 > 0xffff ? b : b + 1]!];
      return [a, Math.fround((a + next) / 2)];
    }).flat();
    const words = new Int32Array(Float32Array.from(near).buffer);
    const values = [-1, 0, 1].flatMap((by) => [
      ...new Float32Array(words.map((word) => word + by).buffer),
    ]);
    const any = new Float32Array(
      Uint32Array.from({ length: 5000 }, (_, i) => Math.imul(i, 2654435761)).buffer,
    );
    const given = Float32Array.from([...values, ...any]);
    const wanted = Float32Array.from(given, rounded);
    expect(tensor(given).mul(1).cast(dtype).dataSync()).toEqual(wanted);
    const wide = Float64Array.from(given, (x) => x * (1 + 2 ** -40));
    expect(tensor(wide).mul(1).cast(dtype).dataSync()).toEqual(Float32Array.from(wide, rounded));
    // Not stored in between.
    expect(tensor(given).cast(dtype).cast("float32").add(0).abs().dataSync()).toEqual(
      wanted.map((x) => Math.abs(x)),
    );
  });

  test("rounds float64 once, where by way of float32 it would be one unit off", () => {
    const unit = dtype === "float16" ? 2 ** -10 : 2 ** -7;
    const above = 1 + unit / 2 + 2 ** -40;
    expect(tensor([above], { dtype: "float64" }).cast(dtype).arraySync()).toEqual([1 + unit]);
    expect(tensor([above]).cast(dtype).arraySync()).toEqual([1]);
  });

  test("is promoted to float32, and to float64 beside one", () => {
    const x = of(1, 2);
    const other = dtype === "float16" ? "bfloat16" : "float16";
    const beside = (type: DType): DType => x.add(tensor([1, 2], { dtype: type })).dtype;
    for (const type of [dtype, other, "bool", "uint8", "int32", "float32"] as const) {
      expect(beside(type)).toBe("float32");
    }
    expect(beside("float64")).toBe("float64");
    expect(x.add(1).dtype).toBe("float32");
    expect(concat([x, x]).dtype).toBe(dtype);
    expect(concat([x, x.cast(other)]).dtype).toBe("float32");
    expect(x.sum().dtype).toBe("float32");
    expect(x.greater(1).arraySync()).toEqual([0, 1]);
  });

  test("adds up without rounding in between", () => {
    const x = full([10_000], 1.5, { dtype });
    expect(x.sum().itemSync()).toBe(15_000);
    expect(x.mean().itemSync()).toBe(1.5);
    expect(
      x
        .reshape([100, 100])
        .matmul(x.reshape([100, 100]))
        .max()
        .itemSync(),
    ).toBe(225);
  });

  test("stays what it is where elements only move", () => {
    const x = of(1, 2, 3, 4);
    const at = tensor([1, 0], { dtype: "int32" });
    const moved = [
      x.reshape([2, 2]).transpose(),
      x.slice(0, 1, 3),
      x.flip(),
      x.expandDims(0).broadcastTo([3, 4]),
      gather(x, 0, at),
      x.takeAlongAxis(at, 0),
      pad(x, [[1, 1]], 0.1),
      x.stopGradient(),
      zerosLike(x),
      fullLike(x, 0.1),
      x.at(2),
    ];
    for (const one of moved) expect(one.dtype).toBe(dtype);
    expect(
      pad(x, [[1, 0]], 0.1)
        .at(0)
        .itemSync(),
    ).toBe(rounded(0.1));
    expect(fullLike(x, 0.1).at(0).itemSync()).toBe(rounded(0.1));
  });

  test("has gradients of float32, of any order, which are not rounded", () => {
    const x = of(0.3, -1.7, 2.5);
    const wide = x.cast("float32");
    const f = (y: Tensor): Tensor => y.sin().mul(y.square()).sum();
    const both = [x, wide].map((one) => {
      const first = grad(f)(one);
      expect(first.dtype).toBe("float32");
      const second = grad((y: Tensor) => grad(f)(y).sum())(one);
      const [, tangent] = jvp(f, [one], [full([3], 0.1)]);
      return [first, second, tangent].map((y) => y.arraySync());
    });
    expect(both[0]).toEqual(both[1]);
    // Of a cast to 16 bits it is that of the identity.
    const [through] = gradients(wide.cast(dtype).mul(0.1).sum(), [wide]);
    expect(through.arraySync()).toEqual(full([3], 0.1).arraySync());
    const [moved] = gradients(
      gather(x, 0, tensor([2, 2], { dtype: "int32" }))
        .mul(0.1)
        .sum(),
      [x],
    );
    expect(moved.dtype).toBe("float32");
    expect(moved.arraySync()).toEqual([0, 0, Math.fround(0.2)]);
    const doubled = customGradient(
      (y: Tensor) => y.mul(2),
      (g) => g.mul(2),
    );
    expect(grad((y: Tensor) => doubled(y).sum())(x).dtype).toBe("float32");
    expect(grad((y: Tensor) => checkpoint(f)(y).sum())(x).arraySync()).toEqual(both[0]![0]);
    expect(gradients(of(3).at(0), [x])[0].arraySync()).toEqual([0, 0, 0]);
  });

  test("parameters are rounded once, where they are assigned", () => {
    const p = parameter(of(1, 2), { name: "p" });
    const step = compile((by: Tensor) => {
      p.assign(p.add(by));
      return p.sum();
    });
    const small = dtype === "float16" ? 2 ** -12 : 2 ** -9;
    expect(step(tensor([small, 0.5])).itemSync()).toBe(3.5);
    p.assign(p.add(tensor([1 / 3, 0])));
    expect(p.dtype).toBe(dtype);
    expect(p.arraySync()).toEqual([rounded(1 + Math.fround(1 / 3)), 2.5]);
    p.assign([0.1, 1e30]);
    expect(p.arraySync()).toEqual([rounded(0.1), rounded(1e30)]);
    p.assign(tensor([0.1, 7], { dtype: "float64" }));
    expect(p.snapshot().arraySync()).toEqual([rounded(0.1), 7]);
    expect(() => p.assign(tensor([1, 2], { dtype: "int32" }))).toThrow(
      `assign: got int32, "p" is ${dtype}`,
    );
    expect(String(p)).toContain(`Tensor ${dtype} [2]`);
    expect(() => p.dataSync("float32")).toThrow(`the tensor is ${dtype}, expected "float32"`);
  });

  test("takes two bytes an element where devices keep it", () => {
    const before = memory().parameters;
    const p = parameter(zeros([1000], { dtype }));
    for (let i = 0; i < 2; i++) realize(p.assign(p.add(1)));
    const bytes = memory().parameters - before;
    expect(bytes).toBeGreaterThanOrEqual(2 * 2000);
    expect(bytes).toBeLessThan(2 * 2000 + 200);
    expect(p.sum().itemSync()).toBe(2000);
  });

  test.each(backends)("goes through loops, branches and batches on %s", (backend) => {
    setBackend(backend);
    const x = of(1, 2, 3, 4, 5);
    const third = 1 / 3;
    // The carry is rounded in each iteration.
    let [total, wanted] = [0, [] as number[]];
    for (const one of [1, 2, 3, 4, 5]) {
      total = rounded(Math.fround(total + Math.fround(one * Math.fround(third))));
      wanted = [...wanted, total];
    }
    const totals = (xs: Tensor): readonly [Tensor, Tensor] =>
      scan(
        (sum: Tensor<[]>, one: Tensor) => {
          const next = sum.add(one.mul(third)).cast(dtype) as Tensor<[]>;
          return [next, next] as const;
        },
        tensor(0, { dtype }),
        xs,
      );
    const [last, each] = totals(x);
    expect(last.dtype).toBe(dtype);
    expect(last.itemSync()).toBe(total);
    expect(each.arraySync()).toEqual(wanted);
    const slope = grad((xs: Tensor) => totals(xs)[1].sum())(x);
    expect(slope.dtype).toBe("float32");
    const ofEach = [5, 4, 3, 2, 1].map((count) => Math.fround(count * Math.fround(third)));
    slope.dataSync().forEach((g, i) => {
      expect(g).toBeCloseTo(ofEach[i]!, 6);
    });
    const chosen = cond(
      x.sum().greater(1),
      (y: Tensor) => y.flip(),
      (y: Tensor) => y,
      x,
    );
    expect(chosen.dtype).toBe(dtype);
    expect(chosen.arraySync()).toEqual([5, 4, 3, 2, 1]);
    const doubled = whileLoop(
      (y: Tensor) => y.sum().less(100),
      (y: Tensor) => y.mul(2).cast(dtype),
      x,
    );
    expect(doubled.arraySync()).toEqual([8, 16, 24, 32, 40]);
    const rows = vmap((row: Tensor) => row.sub(row.mean()).cast(dtype))(x.reshape([5, 1]));
    expect(rows.dtype).toBe(dtype);
    expect(rows.arraySync()).toEqual([[0], [0], [0], [0], [0]]);
    const compiled = compile((y: Tensor) => [y.flip(), y.mul(0.1).cast(dtype)]);
    compiled(x);
    const [turned, tenth] = compiled(x);
    expect(turned!.arraySync()).toEqual([5, 4, 3, 2, 1]);
    expect(tenth!.arraySync()).toEqual(
      [1, 2, 3, 4, 5].map((y) => rounded(Math.fround(y * Math.fround(0.1)))),
    );
  });

  test("host functions are given float32, and what they write is rounded", () => {
    const tenths = hostFunction({
      name: "tenths",
      compute: ([x], output) => {
        expect(x).toBeInstanceOf(Float32Array);
        output.set(x!.map((one) => one / 10));
      },
    });
    const y = tenths([of(1, 2)], [2], dtype);
    expect(y.dtype).toBe(dtype);
    expect(y.arraySync()).toEqual([0.1, 0.2].map(rounded));
  });

  test("is named in printed graphs, and read as float32, also by await", async () => {
    const x = of(3, 1, 3);
    expect(toJSON(x.add(1)).nodes.map((node) => node.dtype)).toContain(dtype);
    const plan = explainPlan(x.mul(3).cast(dtype));
    expect(plan).toContain(`${dtype} b1[i] = float32(`);
    expect(plan).toContain(`mul(${dtype} b0[i], 3)`);
    expect(await x.data()).toEqual(Float32Array.of(3, 1, 3));
    expect(await x.add(0).cast(dtype).array()).toEqual([3, 1, 3]);
    expect(uniqueSync(x).values.arraySync()).toEqual([1, 3]);
    expect(uniqueSync(x).values.dtype).toBe(dtype);
    expect(() => random.normal([2], { dtype })).toThrow('expected "float32" or "float64"');
    expect(() => toBits16([1], "float32" as never)).toThrow('dtype is "float32"');
    expect(() => fromBits16([1] as never, dtype)).toThrow("expected a Uint16Array");
  });
});

test("each public call gives of floats of 16 bits what it gives of the same numbers in float32", () => {
  const faults: string[] = [];
  let compared = 0;
  edgeCalls.forEach((call, position) => {
    if (call.kind === "call") return;
    const dtype = halves[position % 2]!;
    const rounded = (x: number): number => fromBits16(toBits16([x], dtype), dtype)[0]!;
    const isHalf = (x: Tensor) => x.dtype === "float32" || x.dtype === dtype;
    for (const args of fc.sample(call.args, { numRuns: 2, seed: 11 })) {
      const tensors = tensorsIn(args);
      if (!tensors.some(isHalf)) continue;
      const short = tensors.map((x) => (isHalf(x) ? fresh(x.cast(dtype)) : x));
      const long = short.map((x) => (isHalf(x) ? fresh(x.cast("float32")) : x));
      const [found, wanted] = [short, long].map((own) =>
        outcomeOf(() => call.f(...withTensors(args, own))),
      ) as [Outcome, Outcome];
      if ("error" in found || "error" in wanted) {
        // What a loop carries has to keep its dtype.
        const isCarry = "error" in found && found.error.endsWith("; cast one");
        if (!isCarry && !("error" in found && "error" in wanted))
          faults.push(textOf({ call, args }));
        continue;
      }
      const areSame = found.leaves.every(({ data, shape, dtype: own }, i) => {
        const other = wanted.leaves[i]!;
        // Numbers that are filled in, as by `pad`, are rounded to the dtype.
        const numbers = own === dtype ? other.data.map(rounded) : other.data;
        const isOwn = own === dtype || own === other.dtype;
        return isOwn && isDeepStrictEqual([shape, data], [other.shape, numbers]);
      });
      if (!areSame) faults.push(textOf({ call, args }));
      compared += found.leaves.length;
    }
  });
  expect(faults).toEqual([]);
  expect(compared).toBeGreaterThan(100);
});
