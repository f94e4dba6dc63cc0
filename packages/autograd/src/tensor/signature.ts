// Signatures of compiled functions: the form of the arguments, the shapes and dtypes of the tensors
// in them, which parameters are among them, and which are the same. (Compared field by field:
// building a key for each call doubled its time.)
import type { Backend } from "../engine/backend.ts";
import type { Node } from "../graph/node.ts";
import { type Shape, shapesEqual } from "../graph/shape.ts";
import type { DType } from "../scalar/dtype.ts";
import { Parameter } from "./parameter.ts";
import { Tensor } from "./tensor.ts";

export interface Signature {
  readonly backend: Backend;
  /** How the arguments are composed of different tensors and of which parameters. */
  readonly form: string;
  readonly tensors: readonly { readonly shape: Shape; readonly dtype: DType }[];
}

/** The signature of arguments of this form whose tensors have these nodes. */
export function signatureOf(backend: Backend, form: string, nodes: readonly Node[]): Signature {
  const tensors = nodes.map(({ shape, dtype }) => ({ shape, dtype }));
  return { backend, form, tensors };
}

/** Whether arguments of this form whose tensors have these nodes have the signature. */
export function hasSignature(
  { backend, form, tensors }: Signature,
  current: Backend,
  given: string,
  nodes: readonly Node[],
): boolean {
  if (backend !== current || form !== given || nodes.length !== tensors.length) return false;
  for (let i = 0; i < nodes.length; i++) {
    const [node, { shape, dtype }] = [nodes[i]!, tensors[i]!];
    if (node.dtype !== dtype) return false;
    if (node.shape !== shape && !shapesEqual(node.shape, shape)) return false;
  }
  return true;
}

/** How arguments are composed; empty if all are different tensors that are no parameters. */
export function formOf(args: readonly unknown[]): string {
  const isUsual = args.every((one, i) => isPlain(one) && args.indexOf(one) === i);
  return isUsual ? "" : textOf(args, new Map());
}

function isPlain(one: unknown): boolean {
  return one instanceof Tensor && !(one instanceof Parameter);
}

const numbers = new WeakMap<Parameter, number>();
let parameters = 0;

/** The number of a parameter, of which a signature keeps no more. */
function numberOf(parameter: Parameter): number {
  let number = numbers.get(parameter);
  if (number === undefined) {
    number = parameters++;
    numbers.set(parameter, number);
  }
  return number;
}

/** `seen` has the tensors so far, with their positions. */
function textOf(tree: unknown, seen: Map<Tensor, number>): string {
  if (tree instanceof Parameter) return `parameter ${numberOf(tree)}`;
  if (tree instanceof Tensor) {
    const position = seen.get(tree);
    if (position !== undefined) return `tensor ${position}`;
    seen.set(tree, seen.size);
    return "tensor";
  }
  const below = (part: unknown) => textOf(part, seen);
  if (Array.isArray(tree)) return `(${tree.map(below).join()})`;
  const parts = Object.entries(tree as object);
  return `{${parts.map(([name, part]) => `${JSON.stringify(name)}:${below(part)}`).join()}}`;
}
