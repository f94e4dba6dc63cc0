// Host functions as operations: once a run, on the device's memory.
import { afterEach, expect, test } from "vitest";
import {
  hostFunction,
  inOneRun,
  JavaScriptDevice,
  type Plan,
  PlannedBackend,
  type Program,
  register,
} from "../src/backend.ts";
import {
  backend,
  compile,
  explainPlan,
  gradients,
  scan,
  setBackend,
  type Tensor,
  tensor,
  vmap,
} from "../src/index.ts";
import { expectClose } from "../src/testing/index.ts";

const before = backend();
afterEach(() => setBackend(before));

let calls = 0;
/** Running totals of all inputs, one after the other. */
const totals = hostFunction({
  name: "totals",
  compute(inputs, output) {
    calls++;
    let [i, total] = [0, 0];
    for (const input of inputs) for (const x of input) output[i++] = total += x;
  },
  gradient: (g, inputs, _, position) => {
    const size = inputs.slice(0, position).reduce((sum, x) => sum + x.size, 0);
    const own = inputs[position]!.size;
    return g
      .flip(0)
      .cumSum(0)
      .flip(0)
      .slice(0, size, size + own);
  },
});

const both = (x: Tensor, y: Tensor): Tensor => totals([x.mul(2), y.exp()], [5], "float32").add(1);

test("compute between kernels, with gradients, and once a run for equal calls", () => {
  const [x, y] = [tensor([1, 2, 3]), tensor([0, 0])];
  calls = 0;
  const z = both(x, y);
  expect(z.add(both(x, y)).arraySync()).toEqual([6, 14, 26, 28, 30]);
  if (before === "wasm") expect(calls).toBe(1);
  const [dx, dy] = gradients(both(x, y).sum(), [x, y]);
  expect([dx.arraySync(), dy.arraySync()]).toEqual([
    [10, 8, 6],
    [2, 1],
  ]);
  const step = compile(both);
  expect(step(x, y).arraySync()).toEqual([3, 7, 13, 14, 15]);
  expect(step(tensor([0, 1, 2]), tensor([0, 0])).arraySync()).toEqual([1, 3, 7, 8, 9]);
});

test("are awaited as others are, and shown in plans", async () => {
  const z = both(tensor([1, 2, 3]), tensor([0, 0]));
  if (before === "wasm") expect(explainPlan(z)).toMatch(/totals, by the host/);
  expect(await z.array()).toEqual([3, 7, 13, 14, 15]);
});

test("cannot be in batches or loops", () => {
  expect(() => vmap((x: Tensor) => totals([x], [2], "float32"))(tensor([[1, 2]]))).toThrow(
    "vmap: totals is a host function, which has no batching rule",
  );
  const step = (c: Tensor, x: Tensor): [Tensor<[]>, Tensor] => [
    totals([c.add(x)], [], "float32").reshape([]),
    c,
  ];
  expect(() => scan(step, tensor(0), tensor([1, 2]))).toThrow(
    "scan: totals is a host function, which is called once a run; call it outside the loop",
  );
});

test("cannot compute tensors, which would take the memory of the run", () => {
  const other = tensor([1, 2, 3]);
  const nested = hostFunction({
    name: "nested",
    compute: ([x], output) => output.set(x!.map((one, i) => one + other.exp().dataSync()[i]!)),
  });
  const x = tensor([1, 2, 3]);
  const read = () => nested([x.mul(2)], [3], "float32").arraySync();
  if (before === "wasm") {
    expect(read).toThrow("nested: a host function cannot compute tensors");
    expect(x.mul(2).arraySync()).toEqual([2, 4, 6]);
  } else expect(read()).toHaveLength(3);
});

test("are not called again where a run starts again", async () => {
  class Again extends JavaScriptDevice {
    override load(plan: Plan): Program {
      const program = super.load(plan);
      const run = program.run.bind(program);
      let isFirst = true;
      program.run = (segment, isTogether) => {
        const outcome = run(segment, isTogether);
        if (segment < plan.segments.length - 1 || !isFirst) return outcome;
        isFirst = false;
        return "again";
      };
      return program;
    }
  }
  register(new PlannedBackend("host functions, again", () => new Again()));
  // Kernels before and after, whose results would take the place of the function's.
  const sorted = (y: Tensor, times: number): Tensor =>
    times === 0 ? y : sorted(y.neg().exp().sort(), times - 1);
  const result = (): Promise<unknown> => {
    const x = tensor([1, 2, 3]).exp().log();
    return sorted(totals([x.mul(2), tensor([1, 1])], [5], "float32"), 4).array();
  };
  setBackend("reference");
  const wanted = (await result()) as number[];
  setBackend("host functions, again");
  calls = 0;
  expectClose((await result()) as number[], wanted);
  expect(calls).toBe(1);
});

test("are told where a run fails that has called them", async () => {
  let failures = 0;
  const begun = hostFunction({
    name: "begun",
    compute: ([x], output) => output.set(x!),
    onFailure: () => failures++,
  });
  const failing = hostFunction({
    name: "failing",
    compute: () => {
      throw new Error("no more of this");
    },
  });
  const x = tensor([1, 2, 3]);
  const begin = (y: Tensor) => begun([y.mul(2)], [3], "float32");
  expect(compile(begin)(x).arraySync()).toEqual([2, 4, 6]);
  expect(failures).toBe(0);
  expect(() => failing([begin(x)], [3], "float32").arraySync()).toThrow("no more of this");
  expect(failures).toBe(1);
  // Indices are checked when all has run.
  const picked = x.gather(0, begin(x).sum().cast("int32").reshape([1]));
  await expect(picked.data()).rejects.toThrow("index 12");
  expect(failures).toBe(2);
});

test("that belong together are called in one run, also where a graph is so deep that it is cut", () => {
  const deep = (build: (y: Tensor) => Tensor): { readonly early: number; readonly z: Tensor } => {
    calls = 0;
    let x: Tensor = tensor([1, 2]);
    for (let i = 0; i < 990; i++) x = x.neg();
    const z = build(x);
    return { early: calls, z };
  };
  const chain = (y: Tensor): Tensor => {
    let z: Tensor = totals([y], [2], "float32");
    for (let i = 0; i < 20; i++) z = z.neg();
    return totals([z], [2], "float32");
  };
  const cut = deep(chain);
  const whole = deep((y) => inOneRun(() => chain(y)));
  expect([cut.early, whole.early]).toEqual([1, 0]);
  expect([cut.z.arraySync(), whole.z.arraySync()]).toEqual([
    [1, 4],
    [1, 4],
  ]);
});
