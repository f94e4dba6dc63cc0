// What programs in the playground have without importing it.
import type { Tensor } from "@nabla/autograd";

/** Numbers of a curve: a list, a typed array or a tensor with one axis. */
type Numbers = ArrayLike<number> | Tensor;

declare global {
  /** Writes values beside the program, tensors with their elements once they are known. */
  const console: {
    log(...values: unknown[]): void;
    info(...values: unknown[]): void;
    debug(...values: unknown[]): void;
    warn(...values: unknown[]): void;
    error(...values: unknown[]): void;
  };

  /** Pictures beside the program. */
  const show: {
    /**
     * Draws the graph below tensors, inputs first. Nothing is computed.
     *
     * @example
     * show.graph(cost);
     */
    graph(...tensors: readonly Tensor[]): void;
    /**
     * Draws curves by their names, over `x` or over 0, 1, 2, …; those named in `points` as points.
     * A plot takes the place of an earlier one with the same title, which is the names of its
     * curves unless another is given.
     *
     * @example
     * show.plot({ cost: costs });
     * show.plot({ data: y, line: fitted }, { x, points: ["data"], title: "A line" });
     */
    plot(
      curves: Readonly<Record<string, Numbers>>,
      options?: {
        readonly x?: Numbers;
        readonly points?: readonly string[];
        readonly title?: string;
      },
    ): void;
    /**
     * Draws a matrix in grey: its least element black, its greatest white. An image takes the place
     * of an earlier one with the same title.
     *
     * @example
     * show.image(weights, { title: "Weights" });
     */
    image(matrix: Tensor, options?: { readonly title?: string }): void;
  };

  const performance: {
    /** Milliseconds since the program's worker was started. */
    now(): number;
  };

  function setTimeout(f: (...given: never[]) => void, milliseconds?: number): number;
  function clearTimeout(id: number | undefined): void;
  function setInterval(f: (...given: never[]) => void, milliseconds?: number): number;
  function clearInterval(id: number | undefined): void;
  function queueMicrotask(f: () => void): void;
  function structuredClone<T>(value: T): T;

  interface AbortSignal {
    readonly aborted: boolean;
    readonly reason: unknown;
  }
  const AbortSignal: { timeout(milliseconds: number): AbortSignal };
  const AbortController: new () => {
    readonly signal: AbortSignal;
    abort(reason?: unknown): void;
  };
}
