// Scopes: where C is written, bodies of loops and branches, nested. Anything with a name is computed
// once, hoisted to the outermost possible scope.
import type { Dependence, Total, Variable } from "@nabla/autograd/backend";

/** A total as it is written: one, or a vector with one in each lane. */
export interface Bound {
  readonly name: string;
  readonly lanes: number;
}

/** The body of a loop, or a branch. */
interface Scope {
  readonly lines: string[];
  /** What is known from here on. */
  readonly binds: Set<Dependence>;
  /** What a branch computes stays there: what it loads may not exist if it is not taken. */
  readonly isBranch: boolean;
  /** Names of values and factors, by lanes and identity. */
  readonly names: Map<number, Map<unknown, string>>;
}

export class Scopes {
  readonly #open: Scope[] = [scopeOf([], false)];
  readonly #counters = new Map<Variable, string>();
  readonly #totals = new Map<Total, Bound>();
  #count = 0;
  /** The loop that is divided among threads: this one runs `part` of `parts`. */
  shared: Variable | undefined;

  /** All lines, once everything is written. */
  get lines(): readonly string[] {
    return this.#open[0]!.lines;
  }

  line(text: string): void {
    this.#open.at(-1)!.lines.push(text);
  }

  /** A name that nothing else has: types are called `i32` and the like, without the underscore. */
  fresh(prefix: string): string {
    return `${prefix}_${this.#count++}`;
  }

  /** `open`, what `write` writes in a scope of its own, and a closing brace. */
  block(
    open: string,
    write: () => void,
    { binds = [], isBranch = false }: { binds?: readonly Dependence[]; isBranch?: boolean } = {},
  ): void {
    const scope = scopeOf(binds, isBranch);
    this.#open.push(scope);
    write();
    this.#open.pop();
    // Appended afterwards: what was hoisted from it comes before.
    const { lines } = this.#open.at(-1)!;
    lines.push(open, ...scope.lines, "}");
  }

  /** `write` for `variable` from `from` up to `to`, in steps. Bounds are C expressions. */
  loop(
    variable: Variable,
    from: number | string,
    to: number | string,
    step: number,
    write: () => void,
  ): void {
    if (typeof from === "number" && typeof to === "number" && from >= to) return;
    const name = this.counterOf(variable);
    if (variable === this.shared && typeof from === "number" && typeof to === "number") {
      const turns = Math.ceil((to - from) / step);
      const at = (part: string) => `${from} + ${step} * (${turns} * ${part} / parts)`;
      const end = this.fresh("end");
      const bounds = `long ${name} = ${at("part")}, ${end} = ${at("(part + 1)")}`;
      const open = `for (${bounds}; ${name} < ${end}; ${name} += ${step}) {`;
      this.block(open, write, { binds: [variable] });
      return;
    }
    const isOnce = typeof from === "number" && typeof to === "number" && from + step >= to;
    const open = isOnce
      ? `{ const long ${name} = ${from};`
      : `for (long ${name} = ${from}; ${name} < ${to}; ${name} += ${step}) {`;
    this.block(open, write, { binds: [variable] });
  }

  /** `write` in nested loops, each over all of its variable. */
  loops(variables: readonly Variable[], write: () => void): void {
    const [first, ...others] = variables;
    if (first) this.loop(first, 0, first.size, 1, () => this.loops(others, write));
    else write();
  }

  /** `write` for `step` values of the variable at a time, and once for the remainder. */
  inSteps(variable: Variable, step: number, write: (count: number) => void): void {
    const rest = variable.size % step;
    this.loop(variable, 0, variable.size - rest, step, () => write(step));
    this.loop(variable, variable.size - rest, variable.size, rest, () => write(rest));
  }

  /** The name of a loop variable. */
  counterOf(variable: Variable): string {
    let name = this.#counters.get(variable);
    if (name === undefined) this.#counters.set(variable, (name = this.fresh("i")));
    return name;
  }

  // What is known

  bindTotal(total: Total, bound: Bound): void {
    this.#open.at(-1)!.binds.add(total);
    this.#totals.set(total, bound);
  }

  totalOf(total: Total): Bound {
    return this.#totals.get(total)!;
  }

  /** The `dependences` that are vectors: totals, with one of its own in each lane. */
  vectorsAmong(dependences: ReadonlySet<Dependence>): readonly Total[] {
    return [...dependences].filter(
      (one): one is Total => one.kind === "total" && (this.#totals.get(one)?.lanes ?? 1) > 1,
    );
  }

  known(thing: unknown, lanes: number): string | undefined {
    for (const { names } of this.#open) {
      const name = names.get(lanes)?.get(thing);
      if (name !== undefined) return name;
    }
    return undefined;
  }

  /** The name of what `write` gives, computed where all `dependences` are known. */
  named(
    thing: unknown,
    lanes: number,
    dependences: ReadonlySet<Dependence>,
    type: string,
    write: () => string,
  ): string {
    const known = this.known(thing, lanes);
    if (known !== undefined) return known;
    const position = this.#open.findLastIndex(
      ({ isBranch, binds }) => isBranch || hasOneOf(binds, dependences),
    );
    const depth = Math.max(position, 0);
    const scope = this.#open[depth]!;
    // Operands are computed in this scope or further out; everything else stays where it is.
    const inner = this.#open.splice(depth + 1);
    const text = write();
    this.#open.push(...inner);
    const name = this.fresh("v");
    scope.lines.push(`const ${type} ${name} = ${text};`);
    keep(scope, thing, lanes, name);
    return name;
  }

  /** Has the name stand for something from here on. */
  know(thing: unknown, lanes: number, name: string): void {
    keep(this.#open.at(-1)!, thing, lanes, name);
  }
}

function keep({ names }: Scope, thing: unknown, lanes: number, name: string): void {
  let known = names.get(lanes);
  if (!known) names.set(lanes, (known = new Map<unknown, string>()));
  known.set(thing, name);
}

function scopeOf(binds: readonly Dependence[], isBranch: boolean): Scope {
  return { lines: [], binds: new Set(binds), isBranch, names: new Map() };
}

function hasOneOf(binds: ReadonlySet<Dependence>, dependences: ReadonlySet<Dependence>): boolean {
  if (binds.size === 0) return false;
  for (const one of dependences) if (binds.has(one)) return true;
  return false;
}
