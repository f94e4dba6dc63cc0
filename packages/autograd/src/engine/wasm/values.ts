// Values of the kernel language as instructions: each is computed once, into a local, in the
// outermost loop that it can be computed in. On one element, or on a vector of elements that follow
// one another along a loop variable.
import { bytesPerElement, type DType, isFloating } from "../../scalar/dtype.ts";
import type { OperatorName } from "../../scalar/operators.ts";
import { approximationOf } from "../kernel/approximations.ts";
import {
  type Dependence,
  dependencesOf,
  dependencesOfIndex,
  operandsOf,
  strideAlong,
} from "../kernel/dependence.ts";
import { expressionValue } from "../kernel/expression.ts";
import {
  addIndices,
  type Buffer,
  constantIndex,
  type Factor,
  type Index,
  type Total,
  term,
  type Value,
  type Variable,
} from "../kernel/language.ts";
import { Substitution } from "../kernel/substitute.ts";
import { addMultiplyAdd, addOperator, addSelect } from "./arithmetic.ts";
import { addCast } from "./casts.ts";
import { Code, type FunctionBody, type Local } from "./encoder.ts";
import type { Instruction } from "./instructions.ts";
import {
  addExtract,
  addLaneByLane,
  addLiteral,
  addReplace,
  addSplat,
  type Lanes,
  registerType,
} from "./lanes.ts";

/** Words at the start of a run's table: the failed check + 1, the index that failed it. */
export const tableHead = 2;

/** Elements that are computed together: those from `variable` on, of which `valid` are wanted. */
export interface Vector {
  readonly variable: Variable;
  readonly lanes: 2 | 4;
  readonly valid: number;
}

/** Where code is added: the body of a loop, or a branch. */
interface Scope {
  readonly code: Code;
  readonly binds: Set<Dependence>;
  /** Code of a branch stays there: what it loads may not exist where the branch is not taken. */
  readonly isBranch: boolean;
  readonly names: Map<unknown, Local>;
  /** Vectors of the values whose keys they are. */
  readonly vectors: Map<unknown, Local>;
}

/** Names a function of the host: an operator on a dtype. */
export type HostFunction = (operator: OperatorName, on: DType, arity: number) => number;

/** What instructions there are beside those that all hosts have. */
export interface Host {
  readonly hostFunction: HostFunction;
  /** Whether a product and its addition may be one instruction, rounded once. */
  readonly isFused: boolean;
}

interface Address {
  readonly local: Local;
  /** In bytes. */
  readonly offset: number;
}

export class ValueWriter {
  readonly body: FunctionBody;
  readonly #table: Local;
  readonly #host: Host;
  readonly #scopes: Scope[];
  readonly #variables = new Map<Variable, Local>();
  readonly #totals = new Map<Dependence, Local>();
  readonly #ids = new Map<object, number>();
  readonly #expanded = new Map<Value, Value>();
  readonly #shifted = new Map<Variable, Map<number, Substitution>>();
  /** Along which variable vectors go at present. */
  vector: Vector | undefined;
  /** The variable whose loops are divided among the parts of a run. */
  shared: Variable | undefined;
  /** Whether a function of the host is called. */
  callsHost = false;

  constructor(body: FunctionBody, host: Host) {
    this.body = body;
    this.#table = body.parameters[0]!;
    this.#host = host;
    this.#scopes = [newScope([], false, body.code)];
  }

  /** Where code goes at present. */
  get code(): Code {
    return this.#scopes.at(-1)!.code;
  }

  /** The code that `write` adds in a scope of its own. */
  scoped(write: () => void, binds: readonly Dependence[] = [], isBranch = false): Code {
    const scope = newScope(binds, isBranch, new Code());
    this.#scopes.push(scope);
    write();
    this.#scopes.pop();
    return scope.code;
  }

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

  /** `write` in nested loops, each over all of its variable. */
  loops(variables: readonly Variable[], write: () => void): void {
    const [first, ...others] = variables;
    if (first) this.loop(first, 0, first.size, 1, () => this.loops(others, write));
    else write();
  }

  /** This part's turns of the loop: of n turns the one from n part / parts up to n (part + 1) / parts. */
  #sharedLoop(counter: Local, from: number, to: number, step: number, inner: Code): void {
    const { code } = this;
    const [, part, parts] = this.body.parameters as [Local, Local, Local];
    const turns = Math.ceil((to - from) / step);
    const end = this.body.local("i32");
    code.get(part).i32(turns).add("i32.mul").get(parts).add("i32.div_u");
    code.i32(step).add("i32.mul").i32(from).add("i32.add").set(counter);
    code.get(part).i32(1).add("i32.add").i32(turns).add("i32.mul").get(parts).add("i32.div_u");
    code.i32(step).add("i32.mul").i32(from).add("i32.add").set(end);
    code.get(counter).get(end).add("i32.lt_s");
    code.block("if", () => {
      code.block("loop", () => {
        code.append(inner);
        code.get(counter).i32(step).add("i32.add").tee(counter).get(end).add("i32.lt_s");
        code.add("br_if", 0);
      });
    });
  }

  /** The local of a loop variable. */
  counterOf(variable: Variable): Local {
    let counter = this.#variables.get(variable);
    if (!counter) this.#variables.set(variable, (counter = this.body.local("i32")));
    return counter;
  }

  /** From now on, in the present scope, `total` is in `local`. */
  bindTotal(total: Dependence, local: Local): void {
    this.#scopes.at(-1)!.binds.add(total);
    this.#totals.set(total, local);
  }

  /** The local that `total` is in. */
  totalOf(total: Dependence): Local {
    return this.#totals.get(total)!;
  }

  /** A value with `variable` moved on by `by`; what is shared stays shared from call to call. */
  shifted(variable: Variable, by: number): Substitution {
    let shifts = this.#shifted.get(variable);
    if (!shifts) this.#shifted.set(variable, (shifts = new Map<number, Substitution>()));
    let shift = shifts.get(by);
    if (!shift) {
      const moved = addIndices(term(variable), constantIndex(by));
      shifts.set(by, (shift = new Substitution(new Map([[variable, moved]]))));
    }
    return shift;
  }

  // Names

  /** The local of what `write` leaves on the stack, computed where all `dependences` are known. */
  #named(
    key: unknown,
    dependences: ReadonlySet<Dependence>,
    type: Local["type"],
    write: (code: Code) => void,
    names: "names" | "vectors" = "names",
  ): Local {
    for (const scope of this.#scopes) {
      const known = scope[names].get(key);
      if (known) return known;
    }
    const position = this.#scopes.findLastIndex(
      ({ binds, isBranch }) => isBranch || [...dependences].some((one) => binds.has(one)),
    );
    const scope = this.#scopes[Math.max(position, 0)]!;
    const local = this.body.local(type);
    // Operands come into being in this scope or further out: all else stays where it is.
    const inner = this.#scopes.splice(Math.max(position, 0) + 1);
    write(scope.code);
    this.#scopes.push(...inner);
    scope.code.set(local);
    scope[names].set(key, local);
    return local;
  }

  #idOf(thing: object): number {
    let id = this.#ids.get(thing);
    if (id === undefined) this.#ids.set(thing, (id = this.#ids.size));
    return id;
  }

  // Indices

  /** An index in a local. */
  index(index: Index): Local {
    return this.#sum(undefined, index, 1, true).local;
  }

  /** The sum of an index's terms, in units of `scale`, and of a buffer's address. */
  #sum(buffer: Buffer | undefined, index: Index, scale: number, isWhole: boolean): Address {
    const isPositive =
      index.constant >= 0 && index.terms.every(({ coefficient }) => coefficient >= 0);
    let key = buffer ? `address ${buffer.id}` : "index";
    let sum = buffer && this.#base(buffer);
    const dependences = new Set<Dependence>();
    for (const { coefficient, factor } of this.#fromOutside(index)) {
      const by = coefficient * scale;
      key += ` + ${by} * ${this.#idOf(factor)}`;
      for (const one of dependencesOf(factor)) dependences.add(one);
      const before = sum;
      sum = this.#named(key, new Set(dependences), "i32", (code) => {
        const part = this.#scaled(factor, by);
        if (before) code.get(before).get(part).add("i32.add");
        else code.get(part);
      });
    }
    const constant = index.constant * scale;
    if (sum && isPositive && !isWhole) return { local: sum, offset: constant };
    const before = sum;
    if (before && constant === 0) return { local: before, offset: 0 };
    const local = this.#named(`${key} + ${constant}`, dependences, "i32", (code) => {
      code.i32(constant);
      if (before) code.get(before).add("i32.add");
    });
    return { local, offset: 0 };
  }

  /** Terms by the loop in which they are known, so that the sum of the outer ones is computed there. */
  #fromOutside(index: Index): Index["terms"] {
    const depthOf = (factor: Factor) =>
      this.#scopes.findLastIndex(({ binds }) =>
        [...dependencesOf(factor)].some((one) => binds.has(one)),
      );
    return [...index.terms].sort((a, b) => depthOf(a.factor) - depthOf(b.factor));
  }

  #scaled(factor: Factor, by: number): Local {
    const local = this.#factor(factor);
    if (by === 1) return local;
    return this.#named(`${by} * ${this.#idOf(factor)}`, dependencesOf(factor), "i32", (code) => {
      const shift = Math.log2(by);
      if (Number.isInteger(shift)) code.get(local).i32(shift).add("i32.shl");
      else code.get(local).i32(by).add("i32.mul");
    });
  }

  #factor(factor: Factor): Local {
    switch (factor.kind) {
      case "variable":
        return this.counterOf(factor);
      case "quotient":
      case "remainder":
        return this.#named(factor, dependencesOf(factor), "i32", (code) => {
          const of = this.index(factor.of);
          code.get(of).i32(factor.by);
          code.add(factor.kind === "quotient" ? "i32.div_u" : "i32.rem_u");
        });
      case "element":
        return this.#named(factor, dependencesOf(factor), "i32", (code) =>
          this.#checkedElement(code, factor),
        );
    }
  }

  /** Leaves the index on the stack; one that is out of range is noted in the table, and is 0. */
  #checkedElement(code: Code, factor: Extract<Factor, { kind: "element" }>): void {
    const given = this.scalar(factor.value);
    const index = this.body.local("i32");
    code.get(given).i32(factor.size).add("i32.add").get(given);
    code.get(given).i32(0).add("i32.lt_s").add("select").tee(index);
    code.i32(factor.size).add("i32.ge_u");
    code.block("if", () => {
      code.get(this.#table).memory("i32.load", 0).add("i32.eqz");
      code.block("if", () => {
        code
          .get(this.#table)
          .i32(factor.check + 1)
          .memory("i32.store", 0);
        code.get(this.#table).get(given).memory("i32.store", 4);
      });
      code.i32(0).set(index);
    });
    code.get(index);
  }

  #base(buffer: Buffer): Local {
    return this.#named(`address ${buffer.id}`, new Set(), "i32", (code) => {
      code.get(this.#table).memory("i32.load", 4 * (tableHead + buffer.id));
    });
  }

  /** Where an element of a buffer is. */
  address(buffer: Buffer, index: Index): Address {
    return this.#sum(buffer, index, bytesPerElement(buffer.dtype), false);
  }

  // One element

  /** The value's one element, in a local. */
  scalar(value: Value): Local {
    this.#operandsFirst(value, "names", (part) => this.#scalar(part));
    return this.#scalar(value);
  }

  /** Computes what a value is made of, from the inside out: chains of values may be long. */
  #operandsFirst(value: Value, names: "names" | "vectors", compute: (part: Value) => void): void {
    const isKnown = (part: Value) =>
      operandsOf(part).length === 0 || this.#scopes.some((scope) => scope[names].has(part));
    if (isKnown(value)) return;
    const path = [value];
    for (let here = path.at(-1); here; here = path.at(-1)) {
      const next = isKnown(here) ? undefined : operandsOf(here).find((part) => !isKnown(part));
      if (next) path.push(next);
      else {
        path.pop();
        if (here !== value) compute(here);
      }
    }
  }

  #scalar(value: Value): Local {
    if (value.kind === "total") return this.#totals.get(value)!;
    // Literals of one number share a local.
    const key = value.kind === "literal" ? `${value.dtype} ${literalKey(value.value)}` : value;
    const type = registerType(value.dtype, 1);
    return this.#named(key, dependencesOf(value), type, (code) => this.#addScalar(code, value));
  }

  #addScalar(code: Code, value: Exclude<Value, { kind: "total" }>): void {
    switch (value.kind) {
      case "literal":
        addLiteral(code, value.value, value.dtype, 1);
        return;
      case "load": {
        const { local, offset } = this.address(value.buffer, value.index);
        code.get(local).memory(loads[value.dtype], offset);
        return;
      }
      case "position":
        code.get(this.index(value.index));
        return;
      case "cast":
        addCast(code, this.scalar(value.operand), value.operand.dtype, value.dtype, 1);
        return;
      case "apply":
        this.#addApply(code, value, 1);
        return;
      case "guard": {
        const condition = this.#within(value);
        const inside = this.scoped(() => this.code.get(this.scalar(value.value)), [], true);
        const outside = this.scoped(() => this.code.get(this.scalar(value.otherwise)), [], true);
        addBranches(code, condition, inside, outside, registerType(value.dtype, 1));
      }
    }
  }

  /** Whether all bounds of a guard hold. */
  #within({ bounds }: Extract<Value, { kind: "guard" }>): Local {
    const indices = bounds.map(({ index }) => this.index(index));
    const holds = this.body.local("i32");
    const { code } = this;
    bounds.forEach(({ from, to }, i) => {
      // from <= index < to, as one comparison of numbers without sign.
      code
        .get(indices[i]!)
        .i32(from)
        .add("i32.sub")
        .i32(to - from)
        .add("i32.lt_u");
      if (i > 0) code.add("i32.and");
    });
    code.set(holds);
    return holds;
  }

  // Operators

  #addApply(code: Code, value: Extract<Value, { kind: "apply" }>, lanes: Lanes): void {
    const element = (operand: Value) => (lanes === 1 ? this.scalar(operand) : this.wide(operand));
    const { operator, operands, on, dtype } = value;
    if (operator === "select") {
      const [condition, a, b] = operands as [Value, Value, Value];
      addSelect(code, element(truthOf(condition)), element(a), element(b), dtype, lanes);
      return;
    }
    const approximation = isFloating(on) ? approximationOf(operator, on) : undefined;
    if (approximation && lanes === 1 && this.#host.isFused) {
      this.#addAsVector(code, value);
      return;
    }
    if (approximation) {
      let expanded = this.#expanded.get(value);
      if (!expanded) {
        expanded = expressionValue(approximation.value, operands, dtype);
        this.#expanded.set(value, expanded);
      }
      const { limit } = approximation;
      if (limit === undefined) code.get(element(expanded));
      else this.#addWithin(code, limit, value, expanded, lanes);
      return;
    }
    const locals = operands.map(element);
    if (operator === "mulAdd") {
      const three = locals as [Local, Local, Local];
      addMultiplyAdd(code, this.body, on, three, lanes, this.#host.isFused);
      return;
    }
    const [, count] = operands;
    const shift = count?.kind === "literal" ? count.value : undefined;
    if (addOperator(code, this.body, { operator, on, operands: locals, lanes, shift })) return;
    if (lanes === 1) this.#addHostCall(code, value, locals);
    else this.#addLaneByLane(code, value, locals);
  }

  /** One element in the first lane of a vector: only vectors round a product and its addition once. */
  #addAsVector(code: Code, value: Extract<Value, { kind: "apply" }>): void {
    const { dtype, operands } = value;
    const [given] = operands as [Value];
    const element = this.scalar(given);
    const operand: Total = { kind: "total", dtype: given.dtype };
    const { vector } = this;
    const inner = this.scoped(() => {
      const first = this.body.local("v128");
      addSplat(this.code, element, given.dtype);
      this.code.set(first);
      this.bindTotal(operand, first);
      const variable: Variable = { kind: "variable", name: "lane", size: 1 };
      this.vector = { variable, lanes: dtype === "float64" ? 2 : 4, valid: 1 };
      addExtract(this.code, this.wide({ ...value, operands: [operand] }), dtype, 0);
    });
    this.vector = vector;
    code.append(inner);
  }

  /** The approximation; what the host computes where an operand is beyond the limit or NaN. */
  #addWithin(
    code: Code,
    limit: number,
    value: Extract<Value, { kind: "apply" }>,
    approximated: Value,
    lanes: Lanes,
  ): void {
    const { on, operands } = value;
    const [x] = operands as [Value];
    const literal: Value = { kind: "literal", dtype: on, value: limit };
    const size: Value = { kind: "apply", dtype: on, on, operator: "abs", operands: [x] };
    const within: Value = {
      kind: "apply",
      dtype: "bool",
      on,
      operator: "lessEqual",
      operands: [size, literal],
    };
    const element = (part: Value) => (lanes === 1 ? this.scalar(part) : this.wide(part));
    const operand = element(x);
    const isWithin = element(within);
    const condition = this.body.local("i32");
    if (lanes === 1) code.get(isWithin).set(condition);
    else {
      // Only lanes that are wanted count: nobody knows what is in the others.
      const wanted = new Uint8Array(16).fill(255, 0, 4 * this.vector!.valid);
      code.get(isWithin).add("v128.not").v128(wanted).add("v128.and");
      code.add("v128.any_true").add("i32.eqz").set(condition);
    }
    const inside = this.scoped(() => this.code.get(element(approximated)), [], true);
    const outside = this.scoped(
      () => {
        if (lanes === 1) this.#addHostCall(this.code, value, [operand]);
        else this.#addHostLanes(value, operand, isWithin, element(approximated));
      },
      [],
      true,
    );
    addBranches(code, condition, inside, outside, registerType(value.dtype, lanes));
  }

  /** Leaves `approximated` on the stack, with what the host computes in the lanes that are not within. */
  #addHostLanes(
    value: Extract<Value, { kind: "apply" }>,
    operand: Local,
    isWithin: Local,
    approximated: Local,
  ): void {
    const { code } = this;
    const { on, dtype } = value;
    const result = this.body.local("v128");
    const given = this.body.local(registerType(on, 1));
    const computed = this.body.local(registerType(dtype, 1));
    code.get(approximated).set(result);
    for (let lane = 0; lane < this.vector!.valid; lane++) {
      addExtract(code, isWithin, "bool", lane);
      code.add("i32.eqz");
      code.block("if", () => {
        addExtract(code, operand, on, lane);
        code.set(given);
        this.#addHostCall(code, value, [given]);
        code.set(computed).get(result);
        addReplace(code, computed, dtype, lane);
        code.set(result);
      });
    }
    code.get(result);
  }

  #addHostCall(
    code: Code,
    value: Extract<Value, { kind: "apply" }>,
    operands: readonly Local[],
  ): void {
    const { operator, on, dtype } = value;
    for (const operand of operands) addCast(code, operand, on, "float64", 1);
    this.callsHost = true;
    code.call(this.#host.hostFunction(operator, on, operands.length));
    const result = this.body.local("f64");
    code.set(result);
    addCast(code, result, "float64", dtype, 1);
  }

  #addLaneByLane(
    code: Code,
    value: Extract<Value, { kind: "apply" }>,
    operands: readonly Local[],
  ): void {
    const { operator, on, dtype } = value;
    addLaneByLane(code, this.body, dtype, this.vector!.valid, (lane) => {
      const elements = operands.map((operand) => {
        const element = this.body.local(registerType(on, 1));
        addExtract(code, operand, on, lane);
        code.set(element);
        return element;
      });
      if (!addOperator(code, this.body, { operator, on, operands: elements, lanes: 1 }))
        this.#addHostCall(code, value, elements);
    });
  }

  // Vectors

  /** The value's elements along the vector's variable, in a local. */
  wide(value: Value): Local {
    this.#operandsFirst(value, "vectors", (part) => this.#wide(part));
    return this.#wide(value);
  }

  #wide(value: Value): Local {
    const { variable } = this.vector!;
    const dependences = dependencesOf(value);
    if (value.kind === "total") {
      const local = this.#totals.get(value)!;
      if (local.type === "v128") return local;
      return this.#splat(value);
    }
    if (
      !dependences.has(variable) &&
      ![...dependences].some((one) => this.#totals.get(one)?.type === "v128")
    )
      return this.#splat(value);
    return this.#named(value, dependences, "v128", (code) => this.#addWide(code, value), "vectors");
  }

  /** One element in all lanes. */
  #splat(value: Value): Local {
    const key = value.kind === "literal" ? `${value.dtype} ${literalKey(value.value)}` : value;
    return this.#named(
      key,
      dependencesOf(value),
      "v128",
      (code) => {
        if (value.kind === "literal") addLiteral(code, value.value, value.dtype, 4);
        else if (value.kind === "load" && splatLoads[value.dtype]) {
          const { local, offset } = this.address(value.buffer, value.index);
          code.get(local).memory(splatLoads[value.dtype]!, offset);
        } else addSplat(code, this.scalar(value), value.dtype);
      },
      "vectors",
    );
  }

  #addWide(code: Code, value: Exclude<Value, { kind: "total" }>): void {
    const { lanes } = this.vector!;
    switch (value.kind) {
      case "literal":
        addLiteral(code, value.value, value.dtype, lanes);
        return;
      case "load":
        if (this.#stride(value.index) === 1) this.#addWideLoad(code, value);
        else this.#addScalars(code, value);
        return;
      case "position": {
        const stride = this.#stride(value.index);
        if (stride === undefined) {
          this.#addScalars(code, value);
          return;
        }
        const steps = Int32Array.from({ length: 4 }, (_, lane) => stride * lane);
        code.get(this.index(value.index)).add("i32x4.splat");
        code.v128(new Uint8Array(steps.buffer)).add("i32x4.add");
        return;
      }
      case "cast":
        addCast(code, this.wide(value.operand), value.operand.dtype, value.dtype, lanes);
        return;
      case "apply":
        this.#addApply(code, value, lanes);
        return;
      case "guard": {
        const isUniform = value.bounds.every(({ index }) => this.#stride(index) === 0);
        if (!isUniform) {
          this.#addScalars(code, value);
          return;
        }
        const condition = this.#within(value);
        const inside = this.scoped(() => this.code.get(this.wide(value.value)), [], true);
        const outside = this.scoped(() => this.code.get(this.wide(value.otherwise)), [], true);
        addBranches(code, condition, inside, outside, "v128");
      }
    }
  }

  /** How far an index moves from lane to lane; undefined if not evenly. */
  #stride(index: Index): number | undefined {
    const isWide = [...dependencesOfIndex(index)].some(
      (one) => this.#totals.get(one)?.type === "v128",
    );
    return isWide ? undefined : strideAlong(index, this.vector!.variable);
  }

  /** Elements that lie side by side. */
  #addWideLoad(code: Code, { buffer, index, dtype }: Extract<Value, { kind: "load" }>): void {
    const { lanes } = this.vector!;
    const { local, offset } = this.address(buffer, index);
    code.get(local);
    if (bytesPerElement(dtype) * lanes === 16) code.memory("v128.load", offset);
    else if (bytesPerElement(dtype) === 4) code.memory("v128.load64_zero", offset);
    else {
      // Bytes; the vector may read one or two beyond those that are wanted.
      code.memory("v128.load32_zero", offset);
      code.add("i16x8.extend_low_i8x16_u").add("i32x4.extend_low_i16x8_u");
      if (dtype === "bool") {
        addLiteral(code, 0, "int32", 4);
        code.add("i32x4.ne");
      }
    }
  }

  /** Lane by lane, where elements do not lie side by side. */
  #addScalars(code: Code, value: Value): void {
    const { variable } = this.vector!;
    const totals = [...dependencesOf(value)].filter(
      (one): one is Total => this.#totals.get(one)?.type === "v128",
    );
    addLaneByLane(code, this.body, value.dtype, this.vector!.valid, (lane) => {
      const own = new Map(totals.map((total) => [total, this.#totalInLane(code, total, lane)]));
      const moved = lane === 0 ? value : this.shifted(variable, lane).value(value);
      const replaced = totals.length === 0 ? moved : new Substitution(new Map(), own).value(moved);
      code.get(this.scalar(replaced));
    });
  }

  /** A total of its own for one lane of one that is a vector. */
  #totalInLane(code: Code, total: Total, lane: number): Total {
    const own: Total = { kind: "total", dtype: total.dtype };
    const local = this.body.local(registerType(total.dtype, 1));
    addExtract(code, this.#totals.get(total)!, total.dtype, lane);
    code.set(local);
    this.bindTotal(own, local);
    return own;
  }

  // Memory

  /** What is stored now, in a local of its own. */
  load(buffer: Buffer, index: Index, lanes: Lanes): Local {
    const { dtype } = buffer;
    const value = { kind: "load", dtype, buffer, index } as const;
    const local = this.body.local(registerType(dtype, lanes));
    if (lanes === 1) this.#addScalar(this.code, value);
    else this.#addWideLoad(this.code, value);
    this.code.set(local);
    return local;
  }

  /** Stores one element. */
  store(buffer: Buffer, index: Index, element: Local): void {
    const { local, offset } = this.address(buffer, index);
    this.code.get(local).get(element).memory(stores[buffer.dtype], offset);
  }

  /** Stores the lanes of a vector that are wanted. */
  storeWide(buffer: Buffer, index: Index, elements: Local): void {
    const { variable, lanes, valid } = this.vector!;
    const { code } = this;
    const { dtype } = buffer;
    if (strideAlong(index, variable) !== 1) {
      for (let lane = 0; lane < valid; lane++) {
        const element = this.body.local(registerType(dtype, 1));
        addExtract(code, elements, dtype, lane);
        code.set(element);
        this.store(buffer, this.shifted(variable, lane).index(index), element);
      }
      return;
    }
    const { local, offset } = this.address(buffer, index);
    const bytes = bytesPerElement(dtype);
    let packed = elements;
    if (bytes === 1) {
      packed = this.body.local("v128");
      code.get(elements);
      if (dtype === "bool") code.add("i32x4.neg");
      code.tee(packed).get(packed).add("i16x8.narrow_i32x4_s");
      code.get(packed).add("i8x16.narrow_i16x8_u").set(packed);
    }
    this.#storeBytes(local, offset, packed, valid * bytes, lanes * bytes === 16 && valid === lanes);
  }

  #storeBytes(
    address: Local,
    offset: number,
    vector: Local,
    bytes: number,
    isWhole: boolean,
  ): void {
    const { code } = this;
    if (isWhole) {
      code.get(address).get(vector).memory("v128.store", offset);
      return;
    }
    let done = 0;
    for (const size of [8, 4, 2, 1]) {
      while (bytes - done >= size) {
        const name = `v128.store${size * 8}_lane` as Instruction;
        code
          .get(address)
          .get(vector)
          .memory(name, offset + done, done / size);
        done += size;
      }
    }
  }
}

function newScope(binds: readonly Dependence[], isBranch: boolean, code: Code): Scope {
  return { code, binds: new Set(binds), isBranch, names: new Map(), vectors: new Map() };
}

function addBranches(
  code: Code,
  condition: Local,
  inside: Code,
  outside: Code,
  result: Local["type"],
): void {
  code.get(condition).block(
    "if",
    () => {
      code.append(inside).add("else").append(outside);
    },
    result,
  );
}

/** As a bool, which conditions are. */
function truthOf(condition: Value): Value {
  return condition.dtype === "bool"
    ? condition
    : { kind: "cast", dtype: "bool", operand: condition };
}

function literalKey(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

const loads: Readonly<Record<DType, Instruction>> = {
  bool: "i32.load8_u",
  uint8: "i32.load8_u",
  int32: "i32.load",
  float32: "f32.load",
  float64: "f64.load",
};

const splatLoads: Readonly<Partial<Record<DType, Instruction>>> = {
  int32: "v128.load32_splat",
  float32: "v128.load32_splat",
  float64: "v128.load64_splat",
};

const stores: Readonly<Record<DType, Instruction>> = {
  bool: "i32.store8",
  uint8: "i32.store8",
  int32: "i32.store",
  float32: "f32.store",
  float64: "f64.store",
};
