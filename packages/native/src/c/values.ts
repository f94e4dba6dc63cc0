// Values of the kernel language as C: one element, or a vector of consecutive ones along a loop
// variable. (../../../autograd/src/engine/wasm/values.ts does the same in instructions.)
import {
  addIndices,
  approximationOf,
  type Bound,
  type Buffer,
  computedDType,
  constantIndex,
  dependencesOf,
  dependencesOfIndex,
  exactText,
  expressionValue,
  type Factor,
  type Index,
  isFloating,
  isHalf,
  operandsFirst,
  operandsOf,
  Substitution,
  strideAlong,
  type Total,
  tableWords,
  term,
  type KernelValue as Value,
  type Variable,
} from "@nabla/autograd/backend";
import {
  castText,
  elementType,
  literalText,
  operatorText,
  registerType,
  selectText,
  storedText,
  storedType,
} from "./operators.ts";
import { canBeShuffled } from "./prelude.ts";
import type { Scopes } from "./scopes.ts";
import type { Vector } from "./vector.ts";
import { windowsOf, writeWoven } from "./woven.ts";

/** The word of the run table that says whether a number was beyond what C computes. */
export const beyondWord: number = tableWords.totals;

type Application = Extract<Value, { kind: "apply" }>;
type Load = Extract<Value, { kind: "load" }>;
type Element = Extract<Factor, { kind: "element" }>;

export class Values {
  readonly scopes: Scopes;
  vector: Vector | undefined;
  /** The kernel's arguments as C declares them, by their numbers. */
  readonly parameters: Map<number, string> = new Map<number, string>();
  readonly #approximated = new Map<Application, Value>();
  readonly #shifted = new Map<Variable, Map<number, Substitution>>();

  constructor(scopes: Scopes) {
    this.scopes = scopes;
  }

  /** How many elements are currently computed at a time. */
  get lanes(): number {
    return this.vector?.lanes ?? 1;
  }

  /** The name of a value, one element or as many as a vector has. */
  inLanes(value: Value, lanes: number): string {
    const isKnown = (part: Value) =>
      operandsOf(part).length === 0 || this.scopes.known(nameOf(part), lanes) !== undefined;
    operandsFirst(value, isKnown, (part) => this.#name(part, lanes));
    return this.#name(value, lanes);
  }

  #name(value: Value, lanes: number): string {
    const known = this.scopes.known(nameOf(value), lanes);
    if (known !== undefined) return known;
    if (value.kind === "literal") return literalText(value.value, value.dtype, lanes);
    if (lanes > 1 && !this.#varies(value)) return this.#splat(value, lanes);
    if (value.kind === "total") return this.scopes.totalOf(value).name;
    const type = registerType(value.dtype, lanes);
    return this.scopes.named(nameOf(value), lanes, dependencesOf(value), type, () =>
      this.#text(value, lanes),
    );
  }

  /** Whether the value differs from lane to lane. */
  #varies(value: Value): boolean {
    const dependences = dependencesOf(value);
    return (
      dependences.has(this.vector!.variable) || this.scopes.vectorsAmong(dependences).length > 0
    );
  }

  /** One element in all lanes. */
  #splat(value: Value, lanes: number): string {
    const type = registerType(value.dtype, lanes);
    return this.scopes.named(nameOf(value), lanes, dependencesOf(value), type, () => {
      const element = this.inLanes(value, 1);
      const one = value.dtype === "bool" ? `-${element}` : element;
      return `splat_${elementType(value.dtype)}_${lanes}(${one})`;
    });
  }

  #text(value: Exclude<Value, Total>, lanes: number): string {
    if (lanes > 1 && !this.#goesInVectors(value)) {
      const woven = value.kind === "load" ? this.#woven(value, lanes) : undefined;
      return woven ?? this.#elementByElement(value, lanes);
    }
    switch (value.kind) {
      case "literal":
        return literalText(value.value, value.dtype, lanes);
      case "load":
        return this.loaded(value.buffer, value.index, lanes);
      case "position":
        return this.#position(value.index, lanes);
      case "cast": {
        const { operand, dtype } = value;
        return castText(this.inLanes(operand, lanes), operand.dtype, dtype, lanes);
      }
      case "apply":
        return this.#applied(value, lanes);
      case "guard":
        return this.#guarded(value, lanes);
    }
  }

  #position(index: Index, lanes: number): string {
    const first = `(i32)(${this.index(index)})`;
    if (lanes === 1) return first;
    const stride = strideAlong(index, this.vector!.variable)!;
    const steps = Array.from({ length: lanes }, (_, lane) => lane * stride).join(", ");
    return `splat_i32_${lanes}(${first}) + (i32x${lanes}){${steps}}`;
  }

  #guarded(value: Extract<Value, { kind: "guard" }>, lanes: number): string {
    const { scopes } = this;
    const conditions = value.bounds.map(({ index, from, to }) => this.#isWithin(index, from, to));
    const result = scopes.fresh("g");
    scopes.line(`${registerType(value.dtype, lanes)} ${result};`);
    const branch = (open: string, chosen: Value) =>
      scopes.block(open, () => scopes.line(`${result} = ${this.inLanes(chosen, lanes)};`), {
        isBranch: true,
      });
    branch(`if (${conditions.join(" && ")}) {`, value.value);
    branch("else {", value.otherwise);
    return result;
  }

  #isWithin(index: Index, from: number, to: number): string {
    const text = this.index(index);
    return `${text} >= ${from} && ${text} < ${to}`;
  }

  #applied(value: Application, lanes: number): string {
    const { operator, operands, on, dtype } = value;
    const nameIn = (operand: Value) => this.inLanes(operand, lanes);
    if (operator === "select") {
      const [condition, a, b] = operands as readonly [Value, Value, Value];
      return selectText([nameIn(truthOf(condition)), nameIn(a), nameIn(b)], dtype, lanes);
    }
    const approximation = isFloating(on) ? approximationOf(operator, on) : undefined;
    if (approximation) {
      let approximated = this.#approximated.get(value);
      if (!approximated) {
        approximated = expressionValue(approximation.value, operands, dtype);
        this.#approximated.set(value, approximated);
      }
      if (approximation.limit !== undefined) this.#checkLimit(value, approximation.limit, lanes);
      return nameIn(approximated);
    }
    const [, second] = operands;
    const literal = second?.kind === "literal" ? second.value : undefined;
    return operatorText({ operator, on, operands: operands.map(nameIn), lanes, literal })!;
  }

  /** Says in the run table where an operand, |x|, is beyond the limit, so the host has to compute. */
  #checkLimit({ operands, on }: Application, limit: number, lanes: number): void {
    const [x] = operands as readonly [Value];
    const size: Value = { kind: "apply", dtype: on, on, operator: "abs", operands: [x] };
    const most: Value = { kind: "literal", dtype: on, value: limit };
    const beyond = this.inLanes(
      { kind: "apply", dtype: "bool", on, operator: "less", operands: [most, size] },
      lanes,
    );
    const isAny = lanes === 1 ? beyond : `any_${lanes}(${beyond}, ${this.vector!.valid})`;
    this.scopes.line(`if (${isAny}) table[${beyondWord}] = 1;`);
  }

  // Vectors

  /** Whether a vector's elements are computed together: loads have to be contiguous. */
  #goesInVectors(value: Exclude<Value, Total>): boolean {
    switch (value.kind) {
      case "load":
        return this.#stride(value.index) === 1;
      case "position":
        return this.#stride(value.index) !== undefined;
      case "guard":
        return value.bounds.every(({ index }: Bound) => this.#stride(index) === 0);
      default:
        return true;
    }
  }

  /** How far an index moves from lane to lane; undefined if unevenly. */
  #stride(index: Index): number | undefined {
    const isWide = this.scopes.vectorsAmong(dependencesOfIndex(index)).length > 0;
    return isWide ? undefined : strideAlong(index, this.vector!.variable);
  }

  /** Whole vectors of which each lane takes an element, if it is known which; else undefined. */
  #woven({ buffer, index, dtype }: Load, lanes: number): string | undefined {
    const isPlain = storedType(buffer.dtype) === elementType(dtype) && canBeShuffled(dtype, lanes);
    const isWide = this.scopes.vectorsAmong(dependencesOfIndex(index)).length > 0;
    const windows = isPlain && !isWide ? windowsOf(index, this.vector!) : undefined;
    if (!windows) return undefined;
    const type = registerType(dtype, lanes);
    const loaded = (by: number) => this.loaded(buffer, addIndices(index, constantIndex(by)), lanes);
    return writeWoven(windows, { type, lanes, loaded }, this.scopes);
  }

  /** Lane by lane, if elements are not contiguous. */
  #elementByElement(value: Value, lanes: number): string {
    const { scopes } = this;
    const { valid } = this.vector!;
    const type = elementType(value.dtype);
    const array = scopes.fresh("a");
    scopes.line(`${type} ${array}[${lanes}]${valid < lanes ? " = {0}" : ""};`);
    this.#eachLane(valid, dependencesOf(value), (here, lane) => {
      const element = this.inLanes(here.value(value), 1);
      scopes.line(`${array}[${lane}] = ${value.dtype === "bool" ? `-${element}` : element};`);
    });
    return `*(const ${type}x${lanes}_at *)${array}`;
  }

  /** A loop over valid lanes, in which values are of one lane. */
  #eachLane(
    valid: number,
    dependences: ReturnType<typeof dependencesOf>,
    write: (here: Substitution, lane: string) => void,
  ): void {
    const { scopes } = this;
    const vector = this.vector!;
    const { variable } = vector;
    const lane: Variable = { kind: "variable", name: "lane", size: valid };
    const own: Variable = { ...variable };
    const name = scopes.counterOf(lane);
    this.vector = undefined;
    scopes.loop(lane, 0, valid, 1, () => {
      scopes.block(
        `{ const long ${scopes.counterOf(own)} = ${scopes.counterOf(variable)} + ${name};`,
        () => {
          const totals = scopes.vectorsAmong(dependences).map((total) => {
            const one: Total = { kind: "total", dtype: total.dtype };
            scopes.bindTotal(one, { name: `${scopes.totalOf(total).name}[${name}]`, lanes: 1 });
            return [total, one] as const;
          });
          const here = new Map([[variable, onlyTerm(own)]]);
          write(new Substitution(here, { totals: new Map(totals) }), name);
        },
        { binds: [own] },
      );
    });
    this.vector = vector;
  }

  /** Substitutes `variable` + `by`; shared values stay shared between calls. */
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

  // Memory

  #pointer(buffer: Buffer): string {
    const name = `b${buffer.id}`;
    this.parameters.set(buffer.id, `${storedType(buffer.dtype)} *${name}`);
    return name;
  }

  /** The address of what is loaded. */
  address({ buffer, index }: Extract<Value, { kind: "load" }>): string {
    return `&${this.#pointer(buffer)}[${this.index(index)}]`;
  }

  /** The current elements at an index. */
  loaded(buffer: Buffer, index: Index, lanes: number): string {
    const { dtype } = buffer;
    const element = `${this.#pointer(buffer)}[${this.index(index)}]`;
    const vector = `*(const ${storedType(dtype)}x${lanes}_at *)&${element}`;
    if (isHalf(dtype)) return `of_${dtype}_${lanes}(${lanes === 1 ? element : vector})`;
    if (lanes === 1) return element;
    if (storedType(dtype) !== "u8") return vector;
    const whole = `of_bytes_${lanes}(${vector})`;
    return dtype === "bool" ? `${whole} != 0` : whole;
  }

  /** Stores one element, or the valid lanes of a vector. */
  store(buffer: Buffer, index: Index, value: Value): void {
    this.storeName(buffer, index, this.inLanes(value, this.lanes));
  }

  /** Stores what has been computed. */
  storeName(buffer: Buffer, index: Index, name: string): void {
    const { scopes, vector } = this;
    const pointer = this.#pointer(buffer);
    const type = storedType(buffer.dtype);
    if (!vector) {
      scopes.line(`${pointer}[${this.index(index)}] = ${storedText(name, buffer.dtype, 1)};`);
      return;
    }
    const { variable, lanes, valid } = vector;
    const number = buffer.dtype === "bool" ? `(-${name})` : name;
    if (strideAlong(index, variable) !== 1) {
      this.#storeLanes(buffer, index, number, valid);
      return;
    }
    const whole = type === "u8" ? `bytes_${lanes}(${number})` : number;
    const stored = storedText(whole, buffer.dtype, lanes);
    const to = `&${pointer}[${this.index(index)}]`;
    if (valid === lanes) {
      scopes.line(`*(${type}x${lanes}_at *)${to} = ${stored};`);
      return;
    }
    const all = scopes.fresh("s");
    scopes.line(`const ${type}x${lanes} ${all} = ${stored};`);
    scopes.line(`__builtin_memcpy(${to}, &${all}, ${valid} * sizeof(${type}));`);
  }

  #storeLanes(buffer: Buffer, index: Index, name: string, valid: number): void {
    const { scopes } = this;
    const whole = scopes.fresh("s");
    const type = registerType(computedDType(buffer.dtype), this.lanes);
    scopes.line(`const ${type} ${whole} = ${name};`);
    this.#eachLane(valid, new Set(), (here, lane) => {
      const to = `${this.#pointer(buffer)}[${this.index(here.index(index))}]`;
      scopes.line(`${to} = ${storedText(`${whole}[${lane}]`, buffer.dtype, 1)};`);
    });
  }

  // Indices

  /** An index as a C expression, of type long. */
  index({ constant, terms }: Index): string {
    const parts = terms.map(({ coefficient, factor }) => {
      const name = this.#factor(factor);
      return coefficient === 1 ? name : `${coefficient} * ${name}`;
    });
    if (constant !== 0 || parts.length === 0) parts.push(String(constant));
    return parts.length === 1 ? parts[0]! : `(${parts.join(" + ")})`;
  }

  #factor(factor: Factor): string {
    switch (factor.kind) {
      case "variable":
        return this.scopes.counterOf(factor);
      case "given":
        this.parameters.set(factor.position, `long n${factor.position}`);
        return `n${factor.position}`;
      case "element":
        return this.#checked(factor);
      default: {
        const sign = factor.kind === "quotient" ? "/" : "%";
        return this.scopes.named(factor, 1, dependencesOf(factor), "long", () => {
          return `(uint32_t)(${this.index(factor.of)}) ${sign} ${factor.by}u`;
        });
      }
    }
  }

  /** An index from the data; one that is out of range is recorded, and becomes 0. */
  #checked(factor: Element): string {
    return this.scopes.named(factor, 1, dependencesOf(factor), "long", () => {
      const given = this.inLanes(factor.value, 1);
      return `at(table, ${given}, ${factor.size}, ${factor.check})`;
    });
  }
}

/** The index of a variable, even of one that is always 0. */
function onlyTerm(factor: Variable): Index {
  return { constant: 0, terms: [{ coefficient: 1, factor }] };
}

/** Converts a condition to bool. */
function truthOf(condition: Value): Value {
  return condition.dtype === "bool"
    ? condition
    : { kind: "cast", dtype: "bool", operand: condition };
}

/** The identity of a value: itself, except that equal literals are one. */
function nameOf(value: Value): unknown {
  if (value.kind !== "literal") return value;
  return `${value.dtype} ${exactText(value.value)}`;
}
