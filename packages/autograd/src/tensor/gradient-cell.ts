// The gradient that `backward` leaves at a parameter; and while a function is traced, what the
// function finds, leaves and takes away there.
import { finishBackground } from "../engine/background.ts";
import type { Node } from "../graph/node.ts";
import { shapesEqual } from "../graph/shape.ts";
import { placeholder } from "../ops/creation.ts";
import { add } from "../ops/elementwise.ts";
import { areUsed, hasFailed, newPass, noPasses, type Pass, type Passes, use } from "./passes.ts";
import { Tensor, tensorOf } from "./tensor.ts";
import { currentTrace, type GradientUse, replayedTrace, type Trace } from "./trace.ts";

const nothing = { value: null, passes: noPasses };

/**
 * What a gradient that was read says of itself. It stands on the tensor: a `WeakMap` would keep the
 * graph of its cost until old garbage is collected.
 */
interface Note {
  readonly cell: GradientCell;
  /** The calls of `backward` that it is from. */
  readonly passes: Passes;
  /** Whether they had been used by then. */
  readonly isLeftOver: boolean;
}

function notesOn(value: Tensor): readonly Note[] {
  return Tensor.notesOn(value) as readonly Note[];
}

/** Of one parameter. */
export class GradientCell {
  #value: Tensor | null = null;
  /** The calls of `backward` that it is from. */
  #passes: Passes = noPasses;
  /** What was there before the last of them. */
  #before: { readonly value: Tensor | null; readonly passes: Passes } = nothing;
  /**
   * What is there. To a function that `compile` traces it is a stand-in: each call finds what is
   * there then; whether there is anything is a reason to trace again.
   */
  read(): Tensor | null {
    const trace = replayedTrace();
    if (trace) this.#find(trace);
    else this.#dropFailed();
    if (!trace && this.#value) this.#noteOn(this.#value);
    return this.#value;
  }

  /**
   * A contribution whose cost cannot be computed spoils all that is added to it: what was there
   * before is there again, or nothing if others were added since.
   */
  #dropFailed(): void {
    const first = this.#passes.findIndex(hasFailed);
    if (first < 0) return;
    const before = first === this.#passes.length - 1 ? this.#before : nothing;
    this.#value = before.value;
    this.#passes = before.passes;
    this.#before = nothing;
  }

  write(value: Tensor | null): void {
    const trace = currentTrace();
    if (!trace) finishBackground("grad");
    if (trace) this.#useIn(trace).isWhole = true;
    this.#value = value;
    if (!value) this.#passes = noPasses;
    else if (!trace) this.#putBack(value);
  }

  /** What was read here before is from the calls that it was from then, and left over if it was. */
  #putBack(value: Tensor): void {
    const note = notesOn(value).find(({ cell }) => cell === this);
    if (note && (note.isLeftOver || !areUsed(note.passes))) this.#passes = note.passes;
  }

  #noteOn(value: Tensor): void {
    const note: Note = { cell: this, passes: this.#passes, isLeftOver: this.isLeftOver };
    const others = notesOn(value).filter(({ cell }) => cell !== this);
    Tensor.setNotes(value, [note, ...others]);
  }

  /**
   * Adds what `pass` leaves, or starts afresh. A function that is traced starts from nothing, and
   * each call adds what it leaves.
   */
  add(contribution: Tensor, pass: Pass): void {
    const trace = currentTrace();
    if (!trace) finishBackground("backward");
    if (trace && !trace.gradients.has(this)) {
      this.#useIn(trace);
      this.#value = null;
      this.#passes = noPasses;
    }
    if (!trace) this.#dropFailed();
    const node = Tensor.nodeOf(contribution);
    if (this.#passes.at(-1) !== pass) this.#before = { value: this.#value, passes: this.#passes };
    const before = this.#unused;
    this.#passes = before ? [...this.#passes, pass] : [pass];
    this.#value = tensorOf(before ? add(before, node) : node);
  }

  /** Takes what a compiled function leaves in place of all that was there, or of what it found. */
  leave(value: Tensor, pass: Pass, isOfFound: boolean): void {
    this.#value = value;
    this.#passes = isOfFound ? [...this.#passes, pass] : [pass];
  }

  /** Of what a traced function leaves: whether what it found is part of it. */
  isOf({ pass }: GradientUse): boolean {
    return pass !== undefined && this.#passes.includes(pass);
  }

  /** The calls that it is from. */
  get passes(): Passes {
    const trace = replayedTrace();
    if (trace) this.#find(trace);
    return this.#passes;
  }

  /** Whether an optimiser has left it over; of what a traced function leaves, one in it. */
  get isLeftOver(): boolean {
    return areUsed(this.#passes);
  }

  /** Whoever takes it has used the calls that it is from. */
  take(): void {
    use(this.#passes);
  }

  /** The node of what is there, whatever is traced. */
  get node(): Node | null {
    return this.#value && Tensor.nodeOf(this.#value);
  }

  /** What the next contribution is added to. */
  get #unused(): Node | null {
    return areUsed(this.#passes) ? null : this.node;
  }

  #useIn(trace: Trace): GradientUse {
    let found = trace.gradients.get(this);
    if (!found) {
      const [value, passes] = [this.#value, this.#passes];
      found = { isWhole: false, stand: undefined, pass: undefined, wasUsed: false };
      trace.gradients.set(this, found);
      trace.differentiated.set(this, () => {
        this.#value = value;
        this.#passes = passes;
      });
    }
    return found;
  }

  #find(trace: Trace): void {
    const added = trace.gradients.has(this) ? { node: this.node, passes: this.#passes } : undefined;
    const found = this.#useIn(trace);
    if (found.isWhole) return;
    found.isWhole = true;
    // As it is at each call, and was before the trace.
    const restore = trace.differentiated.get(this)!;
    restore();
    const isUsed = areUsed(this.#passes);
    const before = added ? this.#unused : this.node;
    trace.guards.push(
      added
        ? () => isLike(this.#unused, before)
        : () => isLike(this.node, before) && areUsed(this.#passes) === isUsed,
    );
    if (before) {
      found.stand = placeholder(before.shape, before.dtype, "gradient");
      found.pass = newPass();
      found.pass.isUsed = isUsed;
      found.wasUsed = isUsed;
      trace.found.set(found.stand, () => this.node!);
    }
    const passes = found.pass ? [found.pass] : noPasses;
    this.#passes = added ? [...passes, ...added.passes] : passes;
    const all = [found.stand, added?.node].filter((one) => one !== undefined && one !== null);
    this.#value = all.length > 0 ? tensorOf(all.reduce((a, b) => add(a, b))) : null;
  }
}

function isLike(a: Node | null, b: Node | null): boolean {
  if (!a || !b) return a === b;
  return a.dtype === b.dtype && (a.shape === b.shape || shapesEqual(a.shape, b.shape));
}
