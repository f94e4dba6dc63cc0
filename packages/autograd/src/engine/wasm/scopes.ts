// Scopes: where code is written, bodies of loops and branches, nested, with the values computed in
// each. Anything with a name is computed once, into a local, hoisted to the outermost possible
// scope.
import type { Dependence } from "../kernel/dependence.ts";
import type { Total, Variable } from "../kernel/language.ts";
import { Code, type FunctionBody, type Local, type ValueType } from "./encoder.ts";
import { parametersOf } from "./run-table.ts";
import { addFirstTurn } from "./shares.ts";

/** The body of a loop, or a branch. */
interface Scope {
  readonly code: Code;
  /** What is known from here on. */
  readonly binds: Set<Dependence>;
  /** Code of a branch stays there: what it loads may not exist if the branch is not taken. */
  readonly isBranch: boolean;
  /** Locals by name: one element or index each, and vectors. */
  readonly elements: Map<unknown, Local>;
  readonly vectors: Map<unknown, Local>;
}

function scopeOf(code: Code, binds: readonly Dependence[], isBranch: boolean): Scope {
  return { code, binds: new Set(binds), isBranch, elements: new Map(), vectors: new Map() };
}

function bindsOneOf({ binds }: Scope, dependences: ReadonlySet<Dependence>): boolean {
  if (binds.size === 0) return false;
  for (const one of dependences) if (binds.has(one)) return true;
  return false;
}

function namesIn(scope: Scope, type: ValueType): Map<unknown, Local> {
  return type === "v128" ? scope.vectors : scope.elements;
}

export class Scopes {
  readonly body: FunctionBody;
  /** The variable whose loops are divided among the parts of a run. */
  shared: Variable | undefined;
  /** From the outermost to the current scope. */
  readonly #open: Scope[];
  readonly #counters = new Map<Variable, Local>();
  readonly #totals = new Map<Total, Local>();

  constructor(body: FunctionBody) {
    this.body = body;
    this.#open = [scopeOf(body.code, [], false)];
  }

  /** The current scope's code. */
  get code(): Code {
    return this.#open.at(-1)!.code;
  }

  /** The code that `write` adds in a new scope, in which `binds` are known. */
  scoped(write: () => void, binds: readonly Dependence[] = []): Code {
    return this.#within(scopeOf(new Code(), binds, false), write);
  }

  #within(scope: Scope, write: () => void): Code {
    this.#open.push(scope);
    write();
    this.#open.pop();
    return scope.code;
  }

  /**
   * Leaves the result of `inside` on the stack if the condition holds, else that of `otherwise`.
   */
  branch(condition: Local, type: ValueType, inside: () => void, otherwise: () => void): void {
    const [taken, other] = [inside, otherwise].map((write) =>
      this.#within(scopeOf(new Code(), [], true), write),
    ) as [Code, Code];
    this.code.get(condition);
    this.code.block("if", () => this.code.append(taken).add("else").append(other), type);
  }

  // Loops

  /** `write` for each `variable` from `from` up to `to`, in steps. */
  loop(variable: Variable, from: number, to: number, step: number, write: () => void): void {
    if (from >= to) return;
    const counter = this.counterOf(variable);
    const inner = this.scoped(write, [variable]);
    const { code } = this;
    if (variable === this.shared) {
      this.#sharedLoop(counter, from, to, step, inner);
      return;
    }
    code.i32(from).set(counter);
    if (from + step >= to) {
      code.append(inner);
      return;
    }
    code.block("loop", () => {
      code.append(inner);
      code.get(counter).i32(step).add("i32.add").tee(counter).i32(to).add("i32.lt_s");
      code.add("br_if", 0);
    });
  }

  /**
   * `write` for each `variable` from 0 up to `to`, in steps; `between` before each `block` of its
   * values but the first.
   */
  loopInBlocks(
    variable: Variable,
    to: number,
    step: number,
    block: number,
    between: () => void,
    write: () => void,
  ): void {
    const counter = this.counterOf(variable);
    const end = this.body.local("i32");
    const [next, inner] = [this.scoped(between), this.scoped(write, [variable])];
    const { code } = this;
    code.i32(0).set(counter);
    code.block("loop", () => {
      code.get(counter).i32(block).add("i32.add").tee(end).i32(to);
      code.get(end).i32(to).add("i32.lt_s").add("select").set(end);
      code.block("loop", () => {
        code.append(inner);
        code.get(counter).i32(step).add("i32.add").tee(counter).get(end).add("i32.lt_s");
        code.add("br_if", 0);
      });
      code.get(counter).i32(to).add("i32.lt_s");
      code.block("if", () => code.append(next).add("br", 1));
    });
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

  /** This part's iterations of the loop. */
  #sharedLoop(counter: Local, from: number, to: number, step: number, inner: Code): void {
    const { code } = this;
    const { part, parts } = parametersOf(this.body);
    const turns = Math.ceil((to - from) / step);
    const end = this.body.local("i32");
    addFirstTurn(code, turns, { part, parts, later: 0 });
    code.i32(step).add("i32.mul").i32(from).add("i32.add").set(counter);
    addFirstTurn(code, turns, { part, parts, later: 1 });
    code.i32(step).add("i32.mul").i32(from).add("i32.add").set(end);
    // Unsigned: if the last step goes beyond `to`, the end may be just beyond 2^31.
    code.get(counter).get(end).add("i32.lt_u");
    code.block("if", () => {
      code.block("loop", () => {
        code.append(inner);
        code.get(counter).i32(step).add("i32.add").tee(counter).get(end).add("i32.lt_u");
        code.add("br_if", 0);
      });
    });
  }

  /** The local of a loop variable. */
  counterOf(variable: Variable): Local {
    let counter = this.#counters.get(variable);
    if (!counter) this.#counters.set(variable, (counter = this.body.local("i32")));
    return counter;
  }

  // What is known

  /** Binds `total` to `local` in the current scope. */
  bindTotal(total: Total, local: Local): void {
    this.#open.at(-1)!.binds.add(total);
    this.#totals.set(total, local);
  }

  /** The local of `total`. */
  totalOf(total: Total): Local {
    return this.#totals.get(total)!;
  }

  /** The `dependences` that are vectors: totals, with one of its own in each lane. */
  vectorsAmong(dependences: ReadonlySet<Dependence>): readonly Total[] {
    const vectors: Total[] = [];
    for (const one of dependences) {
      if (one.kind === "total" && this.#totals.get(one)?.type === "v128") vectors.push(one);
    }
    return vectors;
  }

  /** The local of this type with the name. */
  known(name: unknown, type: ValueType): Local | undefined {
    for (const scope of this.#open) {
      const local = namesIn(scope, type).get(name);
      if (local) return local;
    }
    return undefined;
  }

  /** The local of what `write` leaves on the stack, computed where all `dependences` are known. */
  named(
    name: unknown,
    dependences: ReadonlySet<Dependence>,
    type: ValueType,
    write: () => void,
  ): Local {
    const known = this.known(name, type);
    if (known) return known;
    const position = this.#open.findLastIndex(
      (scope) => scope.isBranch || bindsOneOf(scope, dependences),
    );
    const scope = this.#open[Math.max(position, 0)]!;
    const local = this.body.local(type);
    // Operands are computed in this scope or further out; everything else stays where it is.
    const inner = this.#open.splice(Math.max(position, 0) + 1);
    write();
    this.#open.push(...inner);
    scope.code.set(local);
    namesIn(scope, type).set(name, local);
    return local;
  }

  /** The depth of the innermost scope that binds one of `dependences`. */
  depthOf(dependences: ReadonlySet<Dependence>): number {
    return this.#open.findLastIndex((scope) => bindsOneOf(scope, dependences));
  }
}
