// Functions of elements and reductions are methods as well, whose types stand beside them in their files.
import type { Tensor } from "@nabla/autograd";
import { expectTypeOf, test } from "vitest";
import type * as activations from "../src/tensor/activations.ts";
import type * as arithmetic from "../src/tensor/arithmetic.ts";
import type * as comparison from "../src/tensor/comparison.ts";
import type * as exponentials from "../src/tensor/exponentials.ts";
import type * as reductions from "../src/tensor/reduce.ts";
import type * as special from "../src/tensor/special.ts";
import type * as statistics from "../src/tensor/statistics.ts";
import type * as trigonometry from "../src/tensor/trigonometry.ts";

type Functions = typeof activations &
  typeof arithmetic &
  typeof comparison &
  typeof exponentials &
  typeof reductions &
  typeof special &
  typeof statistics &
  typeof trigonometry;

test("all but where, whose first operand is a condition", () => {
  type HasNoMethod = Exclude<keyof Functions, keyof Tensor>;
  expectTypeOf<HasNoMethod>().toEqualTypeOf<"where">();
});
