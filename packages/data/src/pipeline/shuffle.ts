// Another order, by a buffer: what comes next is any of its elements, whose place the next one takes.
import { NablaError, random, type Seed, type Tensor } from "@nabla/autograd";
import type { Cell, Cells, Stage } from "./cells.ts";

/** "shuf": other draws than those of a function that folds the same key with the epoch and an index. */
const own = 0x73687566;

/** Draws are made so many at a time. */
const block = 1024;

/** The cells in another order, which is that of the key and the epoch. */
export function shuffled<T>(stage: Stage<T>, size: number, key: Seed): Stage<T> {
  return async function* (epoch, skip, endings) {
    const draw = drawsOf(random.foldIn(random.foldIn(key, own), epoch));
    let left = skip;
    for await (const cell of inOrderOf(draw, stage(epoch, 0, endings), size)) {
      if (left-- <= 0) yield cell;
    }
  };
}

async function* inOrderOf<T>(
  draw: (below: number) => Promise<number>,
  cells: Cells<T>,
  size: number,
): Cells<T> {
  const buffer: Cell<T>[] = [];
  try {
    for await (const cell of cells) {
      if (buffer.length < size) {
        buffer.push(cell);
        continue;
      }
      const at = await draw(size);
      yield buffer[at]!;
      buffer[at] = cell;
    }
    while (buffer.length > 0) {
      const at = await draw(buffer.length);
      yield buffer[at]!;
      buffer[at] = buffer.at(-1)!;
      buffer.pop();
    }
  } finally {
    await cells.return();
  }
}

/** Random integers from 0 up to a limit, by a key. */
function drawsOf(key: Tensor): (below: number) => Promise<number> {
  let drawn: ArrayLike<number> = [];
  let at = 0;
  let blocks = 0;
  return async (below) => {
    if (at === drawn.length) {
      const seed = random.foldIn(key, blocks++);
      drawn = await random.uniform([block], { seed, dtype: "float64" }).data();
      at = 0;
    }
    const index = Math.floor(drawn[at++]! * below);
    if (!(index >= 0 && index < below)) throw new NablaError(`shuffle: drew ${index} of ${below}`);
    return index;
  };
}
