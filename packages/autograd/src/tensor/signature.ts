// Signatures of compiled functions: the form of the arguments, and the shapes and dtypes of the
// tensors in them. (Compared field by field: building a key for each call doubled its time.)
import type { Backend } from "../engine/backend.ts";
import type { Node } from "../graph/node.ts";
import { type Shape, shapesEqual } from "../graph/shape.ts";
import type { DType } from "../scalar/dtype.ts";
import { Tensor } from "./tensor.ts";

export interface Signature {
  readonly backend: Backend;
  /** How the arguments are composed of tensors. */
  readonly form: string;
  readonly tensors: readonly { readonly shape: Shape; readonly dtype: DType }[];
}

/** The signature of arguments whose tensors have these nodes. */
export function signatureOf(
  backend: Backend,
  args: readonly unknown[],
  nodes: readonly Node[],
): Signature {
  const tensors = nodes.map(({ shape, dtype }) => ({ shape, dtype }));
  return { backend, form: formOf(args), tensors };
}

/** Whether arguments whose tensors have these nodes have the signature. */
export function hasSignature(
  { backend, form, tensors }: Signature,
  current: Backend,
  args: readonly unknown[],
  nodes: readonly Node[],
): boolean {
  if (backend !== current || nodes.length !== tensors.length) return false;
  for (let i = 0; i < nodes.length; i++) {
    const [node, { shape, dtype }] = [nodes[i]!, tensors[i]!];
    if (node.dtype !== dtype) return false;
    if (node.shape !== shape && !shapesEqual(node.shape, shape)) return false;
  }
  return form === formOf(args);
}

/** Empty if all arguments are tensors. */
function formOf(args: readonly unknown[]): string {
  return args.every(isTensor) ? "" : textOf(args);
}

function isTensor(one: unknown): boolean {
  return one instanceof Tensor;
}

function textOf(tree: unknown): string {
  if (isTensor(tree)) return "tensor";
  if (Array.isArray(tree)) return `(${tree.map(textOf).join()})`;
  const parts = Object.entries(tree as object);
  return `{${parts.map(([name, part]) => `${JSON.stringify(name)}:${textOf(part)}`).join()}}`;
}
