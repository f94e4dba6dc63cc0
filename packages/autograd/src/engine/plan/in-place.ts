// Kernels that can run in place: each element is read where it is written, for the last time, and
// nothing else is stored in between.
import { loadsOf } from "../kernel/dependence.ts";
import { sameIndex } from "../kernel/index-arithmetic.ts";
import {
  type Buffer,
  bytesOf,
  type Index,
  type Kernel,
  type Statement,
} from "../kernel/language.ts";

type Store = Extract<Statement, { kind: "store" }>;

const known = new WeakMap<Kernel, readonly Buffer[]>();

/** The buffers that the kernel reads and whose memory its result can take. */
export function replaceable(kernel: Kernel): readonly Buffer[] {
  let buffers = known.get(kernel);
  if (!buffers) known.set(kernel, (buffers = found(kernel)));
  return buffers;
}

function found(kernel: Kernel): readonly Buffer[] {
  const store = onlyStore(kernel.body);
  if (!store) return [];
  const places = new Map<Buffer, Index[]>();
  for (const { buffer, index } of loadsOf(store.value)) {
    places.set(buffer, [...(places.get(buffer) ?? []), index]);
  }
  return [...places].flatMap(([buffer, indices]) =>
    hasSameLayout(buffer, store.buffer) && indices.every((index) => sameIndex(index, store.index))
      ? [buffer]
      : [],
  );
}

/** The store of loops that do nothing else. */
function onlyStore(body: readonly Statement[]): Store | undefined {
  const [statement, ...others] = body;
  if (!statement || others.length > 0) return undefined;
  if (statement.kind === "for") return onlyStore(statement.body);
  return statement.kind === "store" ? statement : undefined;
}

function hasSameLayout(a: Buffer, b: Buffer): boolean {
  return a.size === b.size && bytesOf(a) === bytesOf(b);
}
