// Changes to the text of a file of autograd, each of which makes a result wrong, and the test that sees it.

export interface TextMutation {
  /** Below packages/autograd/src. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Part of the path of a test. */
  readonly test: string;
}

const [gradients, choices, derivatives, sums, memory, updates] = [
  "autograd/test/gradients",
  "autograd/test/choices",
  "autograd/test/derivatives",
  "autograd/test/long-sums",
  "autograd/test/memory",
  "autograd/test/parameter-programs",
] as const;
const lostGradients = "autograd/test/lost-gradients";
const failedSteps = "nn/test/random-training";

/** By file, and by what is wrong then. */
const byFile: Readonly<
  Record<string, Readonly<Record<string, readonly [from: string, to: string, test: string]>>>
> = {
  "autodiff/contributions.ts": {
    "the share of a second use is lost": [
      "this.#sum = together(this.#sum, contribution);",
      "this.#sum = contribution;",
      gradients,
    ],
  },
  "autodiff/gradients.ts": {
    "the incoming gradient is 2": [
      "full(cost.shape, 1, dtype)",
      "full(cost.shape, 2, dtype)",
      gradients,
    ],
  },
  "autodiff/selections.ts": {
    "a broadcast share is not summed": [
      "reshape(sum(of, axes, true), shape)",
      "reshape(max(of, axes, true), shape)",
      gradients,
    ],
    "a choice ends at the next operation": [
      "share === selection.chosen ? g : selected(selection, share)",
      "rule(g, inputs, node, position)",
      choices,
    ],
    "of two choices the inner one is lost": [
      "return where(both, inner.chosen, 0)",
      "return where(condition, inner.chosen, 0)",
      choices,
    ],
    "of two uses only what the first chooses counts": [
      "where(logicalOr(holds(first), holds(second)), add(a, b), 0)",
      "where(holds(first), add(a, b), 0)",
      choices,
    ],
    "what is not chosen twice is chosen": [
      "if (!first || !second) return add(a, b);",
      "return add(a, b);",
      choices,
    ],
    "a choice is lost in a sum": [
      "if (!selection) return total(share);",
      "return total(share);",
      choices,
    ],
    "a choice is lost where elements are moved": [
      "if (!isMove(node) || !carries(input)) return rule(g, inputs, node, position);",
      "return rule(g, inputs, node, position);",
      choices,
    ],
  },
  "scalar/square.ts": {
    "what a square has lost is left out": [
      "return sub(power, mul(power, mul(lost, factor)));",
      "return power;",
      derivatives,
    ],
    "the square of the head is rounded": [
      "mul(round(mul(size, 64)), 1 / 64)",
      "mul(round(mul(size, 2 ** 16)), 2 ** -16)",
      derivatives,
    ],
  },
  "scalar/error-function.ts": {
    "what rounding the exponent has lost is left out": [
      "return (value + value * off) / z;",
      "return value / z;",
      derivatives,
    ],
    "the quotient by the root of 2 is rounded": [
      "(size - part * root - part * rootLost)",
      "(size - part * root)",
      derivatives,
    ],
  },
  "scalar/gamma-function.ts": {
    "the zero of digamma is rounded": [
      "const z = x - zero - zeroLost;",
      "const z = x - zero;",
      "autograd/test/elementwise",
    ],
    "the asymptotic series begins too early": [
      "const least = 12;",
      "const least = 5;",
      derivatives,
    ],
    "the reflection has the sign of even orders": [
      "if (x < -0.5) return sign * polygamma",
      "if (x < -0.5) return polygamma",
      derivatives,
    ],
  },
  "scalar/logistic.ts": {
    "the lesser side is what the other leaves of 1": [
      "const least = mul(power, most);",
      "const least = add(1, neg(most));",
      derivatives,
    ],
    "the sides change places below 0": [
      "below: select(isNegative, most, least)",
      "below: select(isNegative, least, most)",
      derivatives,
    ],
  },
  "engine/kernel/reduction.ts": {
    "a running total takes all": ["const mostInBlock = 512;", "const mostInBlock = 2 ** 30;", sums],
    "running totals are kept in float32": [
      'return dtype === "float32" ? "float64" : dtype;',
      "return dtype;",
      "autograd/test/cumulative",
    ],
    "the reference adds up runs at once": [
      "for (let end = step; end < run; end += step) ends.push(from + end);",
      "",
      sums,
    ],
  },
  "tensor/lost-gradients.ts": {
    "gradients end at an argument without a word": [
      "if (!lost) continue;",
      "if (lost !== null) continue;",
      lostGradients,
    ],
    "gradients of parameters that nobody uses are missed": [
      "find(wants)",
      "find(() => true)",
      lostGradients,
    ],
  },
  "tensor/signature.ts": {
    "a function traced for one parameter is called for another": [
      "return `parameter ${numberOf(tree)}`;",
      'return "parameter";',
      lostGradients,
    ],
    "a tensor that is given twice counts as two": ["seen.set(tree, seen.size);", "", lostGradients],
  },
  "tensor/gradient-cell.ts": {
    "an update's gradient is added to again": [
      "return areUsed(this.#passes) ? null : this.node;",
      "return this.node;",
      "nn/test/gradients-once",
    ],
    "what was there before a cost that fails is lost": [
      "const before = first === this.#passes.length - 1 ? this.#before : nothing;",
      "const before = nothing;",
      "autograd/test/laziness",
    ],
    "what cannot be computed is added to": ["if (!trace) this.#dropFailed();", "", updates],
  },
  "tensor/parameter.ts": {
    "a call forgets the last value of an update that failed": [
      "if (parameter.pending) return;",
      "",
      updates,
    ],
  },
  "tensor/updates.ts": {
    "an update is computed when what it needs is gone": [
      "return nodes.some((node) => needed.has(node));",
      "return false;",
      updates,
    ],
    "graphs of all turns are kept": [
      "return known.size > 0 ? withReplaced([node], known)[0]! : node;",
      "return node;",
      updates,
    ],
  },
  "engine/planned/residents.ts": {
    "what is moved out is lost": [
      "this.data = this.#copy() as Data;",
      "this.data = (this.#copy() as Data).fill(0);",
      memory,
    ],
    "what a run is given is moved out": [
      "filter(({ used }) => used < this.#run)",
      "filter(() => true)",
      memory,
    ],
    "the value of now is overwritten": [
      "if (!value || (value !== held && !value.isNew && value.used !== staying)) return block;",
      "return block;",
      updates,
    ],
  },
  "engine/realize.ts": {
    "updates beside one that fails are dropped": [
      "for (const node of nodes) tryToRun(node);",
      "markFailed(outputs);",
      updates,
    ],
    "an update that fails is lost without a word": [
      'if (isPending(node)) runAll("assign", new Set([node]));',
      'realizeInTurn("assign", [node]);',
      updates,
    ],
    "a failed update whose inputs are overwritten loses its error": [
      "if (cause) return cause.cell.failure;",
      "",
      updates,
    ],
    "a parameter keeps an update that failed": ["node.cell.home?.takeBack(node);", "", failedSteps],
  },
};

export const textMutations: Readonly<Record<string, TextMutation>> = Object.fromEntries(
  Object.entries(byFile).flatMap(([file, mutations]) =>
    Object.entries(mutations).map(([what, [from, to, test]]) => [what, { file, from, to, test }]),
  ),
);
