// Operators applied to values: as an instruction, as an approximation, or else by the host, element
// by element.
import { isFloating } from "../../scalar/dtype.ts";
import type { Approximation } from "../kernel/approximations/approximation.ts";
import { approximationOf } from "../kernel/approximations.ts";
import { expressionValue } from "../kernel/expression.ts";
import type { Total, Value, Variable } from "../kernel/language.ts";
import { addMultiplyAdd, addOperator, addSelect } from "./arithmetic.ts";
import { addCast } from "./casts.ts";
import type { Local } from "./encoder.ts";
import {
  addExtract,
  addLaneByLane,
  addReplace,
  addSplat,
  type Lanes,
  registerType,
} from "./lanes.ts";
import type { ValueWriter, Vector } from "./value-writer.ts";

/** An operator with its operands. */
type Application = Extract<Value, { kind: "apply" }>;

/** Generates applications of operators, for one kernel. */
export class Applications {
  readonly #values: ValueWriter;
  /** The approximations of applications. */
  readonly #approximated = new Map<Application, Value>();

  constructor(values: ValueWriter) {
    this.#values = values;
  }

  /** Leaves the operator's result on the stack. */
  add(value: Application, lanes: Lanes): void {
    const { scopes, host } = this.#values;
    const { code, body } = scopes;
    const { operator, operands, on, dtype } = value;
    const local = (operand: Value) => this.#values.inLanes(operand, lanes);
    if (operator === "select") {
      const [condition, a, b] = operands as readonly [Value, Value, Value];
      addSelect(code, local(truthOf(condition)), local(a), local(b), dtype, lanes);
      return;
    }
    const approximation = isFloating(on) ? approximationOf(operator, on) : undefined;
    if (approximation && lanes === 1 && host.isFused) {
      this.#addAsVector(value);
      return;
    }
    if (approximation) {
      this.#addApproximated(value, approximation, lanes);
      return;
    }
    const locals = operands.map(local);
    if (operator === "mulAdd") {
      const three = locals as [Local, Local, Local];
      addMultiplyAdd(code, body, on, three, lanes, host.isFused);
      return;
    }
    const [, second] = operands;
    const literal = second?.kind === "literal" ? second.value : undefined;
    if (addOperator(code, body, { operator, on, operands: locals, lanes, literal })) return;
    if (lanes === 1) this.#addHostCall(value, locals);
    else this.#addElementByElement(value, locals);
  }

  /** Computes each lane separately, if vectors lack the instruction. */
  #addElementByElement(value: Application, operands: readonly Local[]): void {
    const { scopes, vector } = this.#values;
    const { code, body } = scopes;
    const { operator, on, dtype } = value;
    addLaneByLane(code, body, dtype, vector!.valid, (lane) => {
      const elements = operands.map((operand) => {
        const element = body.local(registerType(on, 1));
        addExtract(code, operand, on, lane);
        code.set(element);
        return element;
      });
      if (!addOperator(code, body, { operator, on, operands: elements, lanes: 1 }))
        this.#addHostCall(value, elements);
    });
  }

  #addHostCall({ operator, on, dtype }: Application, operands: readonly Local[]): void {
    const { scopes, host } = this.#values;
    const { code, body } = scopes;
    for (const operand of operands) addCast(code, operand, on, "float64", 1);
    code.call(host.hostFunction(operator, on, operands.length));
    const result = body.local("f64");
    code.set(result);
    addCast(code, result, "float64", dtype, 1);
  }

  // Approximations

  /** Computes one element in the first lane of a vector: only vectors have fused multiply-add. */
  #addAsVector(value: Application): void {
    const values = this.#values;
    const { scopes } = values;
    const { dtype, operands } = value;
    const elements = operands.map((operand) => values.scalar(operand));
    const totals = operands.map((operand): Total => ({ kind: "total", dtype: operand.dtype }));
    const inner = scopes.scoped(() => {
      totals.forEach((total, i) => {
        const first = scopes.body.local("v128");
        addSplat(scopes.code, elements[i]!, total.dtype);
        scopes.code.set(first);
        scopes.bindTotal(total, first);
      });
      const variable: Variable = { kind: "variable", name: "lane", size: 1 };
      const vector: Vector = { variable, lanes: dtype === "float64" ? 2 : 4, valid: 1 };
      const wide = values.along(vector, () => values.wide({ ...value, operands: totals }));
      addExtract(scopes.code, wide, dtype, 0);
    });
    scopes.code.append(inner);
  }

  #addApproximated(
    value: Application,
    { value: expression, limit }: Approximation,
    lanes: Lanes,
  ): void {
    let approximated = this.#approximated.get(value);
    if (!approximated) {
      approximated = expressionValue(expression, value.operands, value.dtype);
      this.#approximated.set(value, approximated);
    }
    if (limit !== undefined) this.#addWithin(limit, value, approximated, lanes);
    else this.#values.scopes.code.get(this.#values.inLanes(approximated, lanes));
  }

  /** The approximation; the host's result where the operand is beyond the limit or NaN. */
  #addWithin(limit: number, value: Application, approximated: Value, lanes: Lanes): void {
    const values = this.#values;
    const { scopes } = values;
    const { code, body } = scopes;
    const [x] = value.operands as readonly [Value];
    const operand = values.inLanes(x, lanes);
    const isWithin = values.inLanes(isAtMost(x, limit), lanes);
    const condition = body.local("i32");
    if (lanes === 1) code.get(isWithin).set(condition);
    else {
      // Only valid lanes count: the others contain garbage.
      const wanted = new Uint8Array(16).fill(255, 0, 4 * values.vector!.valid);
      code.get(isWithin).add("v128.not").v128(wanted).add("v128.and");
      code.add("v128.any_true").add("i32.eqz").set(condition);
    }
    scopes.branch(
      condition,
      registerType(value.dtype, lanes),
      () => scopes.code.get(values.inLanes(approximated, lanes)),
      () => {
        if (lanes === 1) this.#addHostCall(value, [operand]);
        else this.#addHostLanes(value, operand, isWithin, values.wide(approximated));
      },
    );
  }

  /** Leaves `approximated` on the stack, with the host's result in lanes beyond the limit. */
  #addHostLanes(value: Application, operand: Local, isWithin: Local, approximated: Local): void {
    const { scopes, vector } = this.#values;
    const { code, body } = scopes;
    const { on, dtype } = value;
    const result = body.local("v128");
    const given = body.local(registerType(on, 1));
    const computed = body.local(registerType(dtype, 1));
    code.get(approximated).set(result);
    for (let lane = 0; lane < vector!.valid; lane++) {
      addExtract(code, isWithin, "bool", lane);
      code.add("i32.eqz");
      code.block("if", () => {
        addExtract(code, operand, on, lane);
        code.set(given);
        this.#addHostCall(value, [given]);
        code.set(computed).get(result);
        addReplace(code, computed, dtype, lane);
        code.set(result);
      });
    }
    code.get(result);
  }
}

/** Converts a condition to bool. */
function truthOf(condition: Value): Value {
  return condition.dtype === "bool"
    ? condition
    : { kind: "cast", dtype: "bool", operand: condition };
}

/** |x| <= limit. */
function isAtMost(x: Value, limit: number): Value {
  const on = x.dtype;
  const size: Value = { kind: "apply", dtype: on, on, operator: "abs", operands: [x] };
  const literal: Value = { kind: "literal", dtype: on, value: limit };
  return { kind: "apply", dtype: "bool", on, operator: "lessEqual", operands: [size, literal] };
}
