// The gradient that `backward` leaves in a parameter; and in a traced function, how the function
// reads, leaves and takes it.
import { finishBackground } from "../engine/background.ts";
import { TracingError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import { shapesEqual } from "../graph/shape.ts";
import { placeholder } from "../ops/creation.ts";
import { add } from "../ops/elementwise.ts";
import { areUsed, hasFailed, newPass, noPasses, type Pass, type Passes, use } from "./passes.ts";
import { Tensor, tensorOf } from "./tensor.ts";
import { currentTrace, type GradientUse, replayedTrace, type Trace } from "./trace.ts";

const nothing = { value: null, passes: noPasses };

/**
 * The state of a gradient when it was read. Stored on the tensor: a `WeakMap` would keep the graph
 * of its cost until the next major garbage collection.
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

/** The gradient of one parameter. */
export class GradientCell {
  #value: Tensor | null = null;
  /** The calls of `backward` that it is from. */
  #passes: Passes = noPasses;
  /** The gradient before the last of them. */
  #before: { readonly value: Tensor | null; readonly passes: Passes } = nothing;
  #isFrozen = false;

  /** Whether it stays empty. In a function that `compile` traces, a guard of the trace. */
  get isFrozen(): boolean {
    const trace = replayedTrace();
    if (trace) this.#decideIn(trace);
    return this.#isFrozen;
  }

  /** Freezes it, and drops the gradient; or lets it take gradients again. */
  setFrozen(isFrozen: boolean): void {
    if (currentTrace()) {
      throw new TracingError(
        "isFrozen: set in a function that is traced, which calls would not repeat",
      );
    }
    if (isFrozen) this.write(null);
    else finishBackground("isFrozen");
    this.#isFrozen = isFrozen;
  }

  #decideIn({ frozen, guards }: Trace): void {
    if (frozen.size === 0) {
      guards.push(() => [...frozen].every(([cell, was]) => (cell as this).#isFrozen === was));
    }
    frozen.set(this, this.#isFrozen);
  }

  /**
   * Reads the gradient. In a function that `compile` traces it is a stand-in for the gradient at
   * each call; whether there is one is a guard of the trace.
   */
  read(): Tensor | null {
    const trace = replayedTrace();
    if (trace) this.#find(trace);
    else this.#dropFailed();
    if (!trace && this.#value) this.#noteOn(this.#value);
    return this.#value;
  }

  /**
   * Drops a contribution whose cost cannot be computed, with all that was added to it: the gradient
   * before it is restored, or cleared if others were added since.
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

  /** Restores a gradient that was read here before, with the state that it had then. */
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
   * Adds a contribution of `pass`, or replaces a used gradient. A traced function starts from none,
   * and each call adds what the function leaves.
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

  /** Sets the gradient that a compiled function leaves, in place of the old one. */
  leave(value: Tensor, pass: Pass, isOfFound: boolean): void {
    this.#value = value;
    this.#passes = isOfFound ? [...this.#passes, pass] : [pass];
  }

  /** Whether the gradient that a traced function found is part of the one that it leaves. */
  isOf({ pass }: GradientUse): boolean {
    return pass !== undefined && this.#passes.includes(pass);
  }

  /** The calls that it is from. */
  get passes(): Passes {
    const trace = replayedTrace();
    if (trace) this.#find(trace);
    return this.#passes;
  }

  /** Whether an optimiser has left it over; in a traced function, one inside the function. */
  get isLeftOver(): boolean {
    return areUsed(this.#passes);
  }

  /** Marks the calls that it is from as used. */
  take(): void {
    use(this.#passes);
  }

  /** The node of the gradient itself, even while a function is traced. */
  get node(): Node | null {
    return this.#value && Tensor.nodeOf(this.#value);
  }

  /** The gradient that the next contribution is added to. */
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
    // As it is at each call, and as it was before the trace.
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
