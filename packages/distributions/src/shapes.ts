// Shapes of parameters, draws and densities.
import { formatShape, type Shape, ShapeError, type Tensor } from "@nabla/autograd";

/** The common shape of tensors by name. Throws `ShapeError` where they do not broadcast. */
export function broadcastShapes(
  operation: string,
  named: readonly (readonly [name: string, x: { readonly shape: Shape }])[],
): Shape {
  let shape: Shape = [];
  for (const [, x] of named) {
    const next = broadcast(shape, x.shape);
    if (next === undefined) {
      const given = named.map(([name, one]) => `${name} ${formatShape(one.shape)}`).join(", ");
      throw new ShapeError(`${operation}: ${given}: these shapes do not broadcast`);
    }
    shape = next;
  }
  return shape;
}

function broadcast(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length);
  const sizeAt = (shape: Shape, axis: number) => shape[shape.length - rank + axis] ?? 1;
  const result: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const [m, n] = [sizeAt(a, axis), sizeAt(b, axis)];
    if (m !== n && m !== 1 && n !== 1) return undefined;
    result.push(m === 1 ? n : m);
  }
  return result;
}

/** `x` with the axes of its batch repeated to `shape`; axes of events are left as they are. */
export function batchedTo(x: Tensor, shape: Shape, eventRank = 0): Tensor {
  const event = x.shape.slice(x.shape.length - eventRank);
  return x.broadcastTo([...shape, ...event] as never);
}

/** The product of the sizes. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}
