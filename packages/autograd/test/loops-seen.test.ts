// Loops as `print`, `toDot`, `toJSON` and `findNaN` show them.
import {
  compile,
  cond,
  findNaN,
  grad,
  keep,
  print,
  scan,
  type Tensor,
  tensor,
  toDot,
  toJSON,
  whileLoop,
} from "@nabla/autograd";
import { expect, test } from "vitest";

type Scalar = Tensor<[]>;
const xs = tensor([1, 2, 3]);
const roots = (first: Scalar): Scalar =>
  scan((s: Scalar, x: Scalar) => [s.sub(x).sqrt()], first, xs)[0];

test("print shows what a loop repeats, once", () => {
  const [last, all] = scan((s: Scalar, x: Scalar) => [s.mul(2).add(x), s], tensor(1), xs);
  expect(print(last, all)).toBe(
    [
      "%0 = constant                                 float32 []",
      "%1 = constant                                 float32 [3]",
      "%2 = scan isStacked=false position=0(%0, %1)  float32 []",
      "    3 times:",
      '    %0 = placeholder "carry 0"    float32 []',
      '    %1 = placeholder "element 0"  float32 []',
      "    %2 = mul(%0, 2)               float32 []",
      "    %3 = add(%2, %1)              float32 []",
      "    next: %3",
      "%3 = scan isStacked=true position=0(%0, %1)   float32 [3]",
    ].join("\n"),
  );
});

test("toDot draws what a loop repeats as a box", () => {
  const dot = toDot(roots(tensor(9)), grad(roots)(tensor(9)));
  expect(dot).toContain('label="scan, 3 times"');
  expect(dot).toContain('label="scan, 3 times, backwards"');
  // Every name that an edge has is that of a node.
  const named = new Set([...dot.matchAll(/^ *(\w+) \[shape/gm)].map(([, name]) => name));
  const used = [...dot.matchAll(/^ *(\w+) -> (\w+)/gm)].flatMap(([, a, b]) => [a, b]);
  expect(used.filter((name) => !named.has(name))).toEqual([]);
});

test("toJSON has all that a loop is, and nested ones", () => {
  const nested = scan(
    (s: Scalar, x: Scalar) => [
      whileLoop(
        (y) => y.less(x),
        (y) => y.add(1),
        s,
      ),
    ],
    tensor(0),
    xs,
    { reverse: true },
  )[0];
  const { nodes, loops, outputs } = JSON.parse(JSON.stringify(toJSON(nested))) as ReturnType<
    typeof toJSON
  >;
  const [outer, inner] = loops as [(typeof loops)[0], (typeof loops)[0]];
  expect(nodes[outputs[0]!]!.attributes).toEqual({ isStacked: false, position: 0, loop: 0 });
  expect(outer).toMatchObject({ inputs: 2, sequences: 1, length: 3, isReversed: true });
  expect(outer.condition).toBe(null);
  expect(outer.nodes[outer.next[0]!]!.attributes["loop"]).toBe(1);
  expect(inner).toMatchObject({ length: "Infinity", condition: 0, sequences: 0 });
  for (const loop of loops) {
    loop.nodes.forEach(({ inputs }, i) => {
      for (const input of inputs) expect(input).toBeLessThan(i);
    });
  }
});

test("findNaN names the operation and the step in a loop", () => {
  const found = findNaN(roots(tensor(2)))!;
  // 2, 1, then the root of -1.
  expect(found.operation).toBe("sqrt");
  expect(found.loops).toEqual([{ operation: "scan", step: 1 }]);
  expect(found.createdAt).toContain("loops-seen.test.ts");
  expect(found.inputs.map(({ min }) => min)).toEqual([-1]);
  expect(found.toString()).toContain("sqrt, in step 1 of scan: made NaN (1 of 1 element");
  expect(found.node.itemSync()).toBeNaN();
  expect(findNaN(compile(roots)(tensor(2)))?.loops).toEqual(found.loops);
  expect(findNaN(roots(tensor(999)))).toBe(null);
});

test("findNaN goes into loops in loops, branches and loops back", () => {
  const sums = scan(
    (s: Tensor, row: Tensor) => [
      s.add(scan((t: Tensor, x: Tensor) => [t.add(x.log())], tensor(0) as Tensor, row)[0]),
    ],
    tensor(0) as Tensor,
    tensor([
      [1, 2],
      [3, -4],
    ]) as never,
    { reverse: true },
  )[0];
  expect(findNaN(sums)).toMatchObject({
    operation: "log",
    loops: [
      { operation: "scan", step: 0 },
      { operation: "scan", step: 1 },
    ],
  });
  const branch = cond(
    xs.sum().greater(0),
    () => xs.neg().log(),
    () => xs,
  );
  expect(findNaN(branch)).toMatchObject({ operation: "log", loops: [{ operation: "cond" }] });
  const slope = findNaN(
    grad((s: Scalar) => scan((t: Scalar) => [t.sqrt()], s, undefined, { length: 2 })[0])(tensor(0)),
  );
  expect(slope?.loops).toEqual([{ operation: "scan", step: 0 }]);
  expect(slope?.gradientOf?.operation).toBe("sqrt");
});

test("keep in a step changes nothing, and what it marks is not known outside", () => {
  let seen: Tensor | undefined;
  const end = scan(
    (s: Scalar, x: Scalar) => {
      seen = keep(s.mul(x));
      return [s.add(x)];
    },
    tensor(0),
    xs,
  )[0];
  expect(end.itemSync()).toBe(6);
  expect(() => seen!.itemSync()).toThrow("not known while compile(), vmap(), scan()");
});
