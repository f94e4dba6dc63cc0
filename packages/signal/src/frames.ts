// Overlapping frames of a signal, and the sum of overlapping frames, along the last axis.
import { concat, type Tensor } from "@nabla/autograd";

/** Frames [..., count, size], one every `hop` elements of x [..., length]; what is left over is cut. */
export function framed(x: Tensor, size: number, hop: number): Tensor {
  const length = x.shape.at(-1)!;
  const count = Math.floor((length - size) / hop) + 1;
  // However far away the next one would be.
  if (count === 1) return x.slice(x.rank - 1, 0, size).expandDims(-2);
  const pieces = Math.ceil(size / hop);
  const before = x.shape.slice(0, -1);
  const last = x.rank - 1;
  const padded = sizedEnd(x, (count + pieces - 1) * hop);
  const columns = Array.from({ length: pieces }, (_, j) =>
    padded.slice(last, j * hop, (j + count) * hop).reshape([...before, count, hop]),
  );
  const whole: Tensor = concat(columns, -1);
  return whole.slice(last + 1, 0, size);
}

/** The sum of frames [..., count, size] that begin `hop` apart: [..., (count - 1) hop + size]. */
export function overlapped(frames: Tensor, hop: number): Tensor {
  const [count, size] = frames.shape.slice(-2) as [number, number];
  if (count === 1) return frames.squeeze(-2);
  const pieces = Math.ceil(size / hop);
  const before = frames.shape.slice(0, -2);
  const last = frames.rank - 1;
  const padded = sizedEnd(frames, pieces * hop);
  const rows = Array.from({ length: pieces }, (_, j) => {
    const piece = padded.slice(last, j * hop, (j + 1) * hop);
    const widths = piece.shape.map((_size, i): [number, number] =>
      i === last - 1 ? [j, pieces - 1 - j] : [0, 0],
    );
    return piece.pad(widths);
  });
  const sum = rows.reduce((a, b) => a.add(b));
  const flat = sum.reshape([...before, (count + pieces - 1) * hop]);
  return flat.slice(last - 1, 0, (count - 1) * hop + size);
}

/** Cut, or padded with zeros, at the end of the last axis. */
function sizedEnd(x: Tensor, size: number): Tensor {
  const found = x.shape.at(-1)!;
  if (found >= size) return x.slice(x.rank - 1, 0, size);
  const widths = x.shape.map((_, i): [number, number] => [0, i === x.rank - 1 ? size - found : 0]);
  return x.pad(widths);
}
