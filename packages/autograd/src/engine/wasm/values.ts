// Values of the kernel language as instructions: one element, or a vector of consecutive ones along
// a loop variable.
import { computedDType } from "../../scalar/dtype.ts";
import { exactText } from "../../scalar/number-text.ts";
import {
  dependencesOf,
  dependencesOfIndex,
  operandsFirst,
  operandsOf,
  strideAlong,
} from "../kernel/dependence.ts";
import { addIndices, constantIndex, term } from "../kernel/index-arithmetic.ts";
import type { Bound, Buffer, Index, Total, Value, Variable } from "../kernel/language.ts";
import { Substitution } from "../kernel/substitute.ts";
import { Addresses } from "./addresses.ts";
import { Applications } from "./applications.ts";
import { addCast } from "./casts.ts";
import type { Local } from "./encoder.ts";
import type { Literal } from "./extents.ts";
import {
  addExtract,
  addLaneByLane,
  addLiteral,
  addSplat,
  type Lanes,
  registerType,
} from "./lanes.ts";
import { addLoad, splatLoadOf, storeElement, storeVector } from "./loads-and-stores.ts";
import type { Scopes } from "./scopes.ts";
import type { Host, ValueWriter, Vector } from "./value-writer.ts";

/** Writes the values of one kernel. */
export class Values implements ValueWriter {
  readonly scopes: Scopes;
  readonly host: Host;
  #vector: Vector | undefined;
  readonly #addresses: Addresses;
  readonly #applications: Applications = new Applications(this);
  readonly #shifted = new Map<Variable, Map<number, Substitution>>();

  constructor(scopes: Scopes, host: Host) {
    this.scopes = scopes;
    this.host = host;
    this.#addresses = new Addresses(scopes, (value) => this.scalar(value));
  }

  get vector(): Vector | undefined {
    return this.#vector;
  }

  along<Result>(vector: Vector | undefined, write: () => Result): Result {
    const outer = this.#vector;
    this.#vector = vector;
    const result = write();
    this.#vector = outer;
    return result;
  }

  scalar(value: Value): Local {
    return this.inLanes(value, 1);
  }

  wide(value: Value): Local {
    return this.inLanes(value, this.vector!.lanes);
  }

  inLanes(value: Value, lanes: Lanes): Local {
    const isKnown = (part: Value) =>
      operandsOf(part).length === 0 ||
      this.scopes.known(part, registerType(part.dtype, lanes)) !== undefined;
    operandsFirst(value, isKnown, (part) => this.#local(part, lanes));
    return this.#local(value, lanes);
  }

  #local(value: Value, lanes: Lanes): Local {
    const type = registerType(value.dtype, lanes);
    const name = this.#nameOf(value);
    // Usually it exists, and its dependences need not be computed.
    const known = this.scopes.known(name, type);
    if (known) return known;
    if (lanes > 1 && !this.#varies(value)) return this.#splat(value);
    if (value.kind === "total") return this.scopes.totalOf(value);
    return this.scopes.define(name, dependencesOf(value), type, () => this.#add(value, lanes));
  }

  /** Whether the value differs from lane to lane. */
  #varies(value: Value): boolean {
    const dependences = dependencesOf(value);
    return (
      dependences.has(this.vector!.variable) || this.scopes.vectorsAmong(dependences).length > 0
    );
  }

  /** One element in all lanes. */
  #splat(value: Value): Local {
    return this.scopes.define(this.#nameOf(value), dependencesOf(value), "v128", () => {
      const { code } = this.scopes;
      const splatLoad = value.kind === "load" ? splatLoadOf(value.buffer.dtype) : undefined;
      if (value.kind === "literal" && this.#isArgument(value)) {
        addSplat(code, this.scalar(value), value.dtype);
      } else if (value.kind === "literal") addLiteral(code, value.value, value.dtype, 4);
      else if (value.kind === "load" && splatLoad) {
        const { local, offset } = this.#addresses.address(value.buffer, value.index);
        code.get(local).memory(splatLoad, offset);
      } else addSplat(code, this.scalar(value), value.dtype);
    });
  }

  /** Leaves the value on the stack. */
  #add(value: Exclude<Value, Total>, lanes: Lanes): void {
    if (lanes > 1 && !this.#goesInVectors(value)) {
      this.#addElementByElement(value);
      return;
    }
    const { code } = this.scopes;
    switch (value.kind) {
      case "literal":
        if (this.#isArgument(value)) this.#addArgument(value);
        else addLiteral(code, value.value, value.dtype, lanes);
        return;
      case "load":
        this.#addLoad(value.buffer, value.index, lanes);
        return;
      case "position":
        code.get(this.#addresses.index(value.index));
        if (lanes > 1) this.#addSteps(this.#stride(value.index)!);
        return;
      case "cast":
        addCast(code, this.inLanes(value.operand, lanes), value.operand.dtype, value.dtype, lanes);
        return;
      case "apply":
        this.#applications.add(value, lanes);
        return;
      case "guard":
        this.scopes.branch(
          this.#areWithin(value.bounds),
          registerType(value.dtype, lanes),
          () => this.scopes.code.get(this.inLanes(value.value, lanes)),
          () => this.scopes.code.get(this.inLanes(value.otherwise, lanes)),
        );
    }
  }

  #isArgument(literal: Literal): boolean {
    return this.scopes.numbers.has(literal);
  }

  /** Leaves a literal that is an argument on the stack. */
  #addArgument(literal: Literal): void {
    const { list, numbers, code, body } = this.scopes;
    const local = list;
    const address = { local, offset: 4 * numbers.get(literal)! };
    addLoad(code, body, address, literal.dtype, 1);
  }

  /** The identity of a value: itself, except that equal literals are one. */
  #nameOf(value: Value): unknown {
    if (value.kind !== "literal" || this.#isArgument(value)) return value;
    const { dtype, value: number } = value;
    return `${dtype} ${exactText(number)}`;
  }

  /** Whether all indices are within their bounds. */
  #areWithin(bounds: readonly Bound[]): Local {
    const indices = bounds.map(({ index }) => this.#addresses.index(index));
    const { code, body } = this.scopes;
    const holds = body.local("i32");
    bounds.forEach(({ from, to }, i) => {
      // from <= index < to, as one unsigned comparison.
      code.get(indices[i]!).i32(from).add("i32.sub");
      code.i32(to - from).add("i32.lt_u");
      if (i > 0) code.add("i32.and");
    });
    code.set(holds);
    return holds;
  }

  // Vectors

  /** How far an index moves from lane to lane; undefined if unevenly. */
  #stride(index: Index): number | undefined {
    const isWide = this.scopes.vectorsAmong(dependencesOfIndex(index)).length > 0;
    return isWide ? undefined : strideAlong(index, this.vector!.variable);
  }

  /** Whether a vector's elements are computed together: loads have to be contiguous. */
  #goesInVectors(value: Exclude<Value, Total>): boolean {
    switch (value.kind) {
      case "load":
        return this.#stride(value.index) === 1;
      case "position":
        return this.#stride(value.index) !== undefined;
      case "guard":
        return value.bounds.every(({ index }) => this.#stride(index) === 0);
      default:
        return true;
    }
  }

  /**
   * Adds, from the number on the stack, a vector in which each lane is `stride` more than the last.
   */
  #addSteps(stride: number): void {
    const steps = Int32Array.from({ length: 4 }, (_, lane) => stride * lane);
    const { code } = this.scopes;
    code.add("i32x4.splat").v128(new Uint8Array(steps.buffer)).add("i32x4.add");
  }

  /** Lane by lane, if elements are not contiguous. */
  #addElementByElement(value: Value): void {
    const { code, body } = this.scopes;
    const { variable, valid } = this.vector!;
    const totals = this.scopes.vectorsAmong(dependencesOf(value));
    addLaneByLane(code, body, value.dtype, valid, (lane) => {
      const own = new Map(totals.map((total) => [total, this.#totalInLane(total, lane)]));
      const moved = lane === 0 ? value : this.shifted(variable, lane).value(value);
      const element =
        own.size === 0 ? moved : new Substitution(new Map(), { totals: own }).value(moved);
      code.get(this.scalar(element));
    });
  }

  /** A separate total for one lane of one that is a vector. */
  #totalInLane(total: Total, lane: number): Total {
    const { code, body } = this.scopes;
    const own: Total = { kind: "total", dtype: total.dtype };
    const local = body.local(registerType(total.dtype, 1));
    addExtract(code, this.scopes.totalOf(total), total.dtype, lane);
    code.set(local);
    this.scopes.bindTotal(own, local);
    return own;
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

  /** Loads the current contents into a new local: they may change between loads. */
  load(buffer: Buffer, index: Index, lanes: Lanes): Local {
    const { code, body } = this.scopes;
    const local = body.local(registerType(buffer.dtype, lanes));
    this.#addLoad(buffer, index, lanes);
    code.set(local);
    return local;
  }

  #addLoad(buffer: Buffer, index: Index, lanes: Lanes): void {
    const { code, body } = this.scopes;
    addLoad(code, body, this.#addresses.address(buffer, index), buffer.dtype, lanes);
  }

  /** Stores one element, or the valid lanes of a vector. */
  store(buffer: Buffer, index: Index, elements: Local): void {
    const { code, body } = this.scopes;
    const { dtype } = buffer;
    const address = () => this.#addresses.address(buffer, index);
    if (elements.type !== "v128") {
      storeElement(code, body, address(), elements, dtype);
      return;
    }
    const { variable, lanes, valid } = this.vector!;
    if (strideAlong(index, variable) === 1) {
      storeVector(code, body, address(), elements, dtype, lanes, valid);
      return;
    }
    const computed = computedDType(dtype);
    for (let lane = 0; lane < valid; lane++) {
      const element = body.local(registerType(computed, 1));
      addExtract(code, elements, computed, lane);
      code.set(element);
      this.store(buffer, this.shifted(variable, lane).index(index), element);
    }
  }
}
