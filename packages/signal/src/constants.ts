// Constants of transforms, made once for each length and dtype. The latest ones are kept.
import { type Tensor, tensor } from "@nabla/autograd";

/** What transforms compute in; other dtypes become float32. */
export type Precision = "float32" | "float64";

/** Bytes of constants that are kept: those of a transform of 2^20 take 17 MB in float32. */
const mostBytes = 128 * 2 ** 20;

const kept = new Map<string, Tensor>();
let keptBytes = 0;

/** The constant `name` in that dtype; `make` gives its elements if it is not there. */
export function constant(
  name: string,
  dtype: Precision,
  shape: readonly number[],
  make: () => Float64Array,
): Tensor {
  const key = `${name} ${dtype}`;
  const before = kept.get(key);
  kept.delete(key);
  const found: Tensor = before ?? tensor(make(), { shape: [...shape], dtype });
  kept.set(key, found);
  if (before) return found;
  keptBytes += bytesOf(found);
  for (const [oldest, one] of kept) {
    if (keptBytes <= mostBytes || one === found) break;
    kept.delete(oldest);
    keptBytes -= bytesOf(one);
  }
  return found;
}

/** Bytes of constants that are kept now. */
export function constantBytes(): number {
  return keptBytes;
}

function bytesOf({ size, dtype }: Tensor): number {
  return size * (dtype === "float64" ? 8 : 4);
}
