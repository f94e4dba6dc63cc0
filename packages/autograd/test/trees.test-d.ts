// Trees whose types are the user's own: interfaces, nested ones, and what is none.
import {
  checkpoint,
  compile,
  cond,
  forLoop,
  grad,
  jvp,
  ones,
  scan,
  type Tensor,
  vjp,
  vmap,
  whileLoop,
} from "@nabla/autograd";
import { describe, expectTypeOf, test } from "vitest";

interface Cell {
  readonly hidden: Tensor<[3]>;
}

interface State {
  readonly cells: readonly Cell[];
  readonly steps: Tensor<[]>;
}

const state: State = { cells: [{ hidden: ones([3]) }], steps: ones([]) };

describe("interfaces are trees", () => {
  test("of loops and branches", () => {
    const [last, outputs] = scan((s: State) => [s, s.cells[0]!], state, undefined, { length: 2 });
    expectTypeOf(last).toEqualTypeOf<State>();
    expectTypeOf(outputs.hidden).toExtend<Tensor>();
    expectTypeOf(forLoop(0, 2, (_, s: State) => s, state)).toEqualTypeOf<State>();
    const ended = whileLoop(
      (s: State) => s.steps.less(3),
      (s) => s,
      state,
    );
    expectTypeOf(ended).toEqualTypeOf<State>();
    const chosen = cond(
      ones([]).greater(0),
      () => state,
      () => state,
    );
    expectTypeOf(chosen).toEqualTypeOf<State>();
  });

  test("of transformations", () => {
    expectTypeOf(compile((s: State) => s)(state)).toEqualTypeOf<State>();
    expectTypeOf(checkpoint((s: State) => s)(state)).toEqualTypeOf<State>();
    expectTypeOf(vjp((s: State) => s, state)[0]).toEqualTypeOf<State>();
    expectTypeOf(jvp((s: State) => s, [state], [state])[1]).toEqualTypeOf<State>();
    const energy = (x: Tensor) => x.sin().mul(x).sum();
    expectTypeOf(compile(vmap(grad(energy)))(ones([2, 3]))).toExtend<Tensor>();
  });
});

test("what has parts that are no tensors is refused", () => {
  interface Named {
    readonly name: string;
    readonly value: Tensor;
  }
  const named: Named = { name: "a", value: ones([]) };
  expectTypeOf(named.value).toExtend<Tensor>();
  // @ts-expect-error: a name is no tensor
  compile((x: Tensor) => ({ ...named, value: x }));
  // @ts-expect-error: a name is no tensor
  scan((s: Named) => [s], named, undefined, { length: 2 });
  // @ts-expect-error: a number is no tree
  compile(() => 3);
  // @ts-expect-error: a number in a list
  compile((x: Tensor) => [x, 3]);
  // @ts-expect-error: a function in an object
  compile((x: Tensor) => ({ x, f: () => x }));
  // @ts-expect-error: a promise
  compile(async (x: Tensor) => x);
});
