// Programs to start from.

export interface Example {
  /** In addresses. */
  readonly name: string;
  readonly title: string;
  readonly text: string;
}

const texts = import.meta.glob<string>(["../../examples/*.ts", "!**/*.d.ts"], {
  query: "?raw",
  import: "default",
  eager: true,
});

function example(name: string, title: string): Example {
  return { name, title, text: texts[`../../examples/${name}.ts`]! };
}

export const examples: readonly [Example, ...Example[]] = [
  example("gradient", "A first gradient"),
  example("shapes", "Shapes that do not fit"),
  example("line", "A line through points"),
  example("xor", "Exclusive or"),
  example("layer", "The graph of a layer"),
  example("plan", "What runs: a plan"),
  example("scan", "A loop, and how to aim"),
  example("pendulum", "A pendulum"),
  example("nan", "Where a NaN comes from"),
];
