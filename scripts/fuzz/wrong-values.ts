// What is no argument, or an extreme one: tests and fuzzers put it in the place of each.
import { tensor } from "@nabla/autograd";

class Foreign {
  readonly dtype = "float32";
}

/** What is no argument, or an extreme one, and how a report writes it. */
export const wrongValues: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  '"2"': () => "2",
  '""': () => "",
  NaN: () => Number.NaN,
  "1.5": () => 1.5,
  "-1": () => -1,
  "2": () => 2,
  Infinity: () => Infinity,
  "2 ** 53": () => 2 ** 53,
  "10n": () => 10n,
  'Symbol("s")': () => Symbol("s"),
  "[]": () => [],
  "[1]": () => [1],
  "[[1, 2]]": () => [[1, 2]],
  '["a"]': () => ["a"],
  "[null]": () => [null],
  "new Array(2)": () => new Array(2),
  '[Symbol("s")]': () => [Symbol("s")],
  "[1n]": () => [1n],
  "[Object.create(null)]": () => [Object.create(null)],
  "{}": () => ({}),
  "{ dtype: null }": () => ({ dtype: null }),
  "{ a: 1n }": () => ({ a: 1n }),
  "Object.create(null)": () => Object.create(null) as unknown,
  "() => 1": () => () => 1,
  "new Map()": () => new Map([["a", 1]]),
  "new Date(0)": () => new Date(0),
  "new Foreign()": () => new Foreign(),
  "Promise.resolve()": () => Promise.resolve(),
  "new Number(2)": () => Object(2) as unknown,
  "new Float32Array(2)": () => new Float32Array(2),
  "new BigInt64Array(1)": () => new BigInt64Array(1),
  "new ArrayBuffer(4)": () => new ArrayBuffer(4),
  "tensor([1, 2])": () => tensor([1, 2]),
  "[tensor(1)]": () => [tensor(1)],
  "an array in itself": () => {
    const list: unknown[] = [];
    list.push(list);
    return list;
  },
};
