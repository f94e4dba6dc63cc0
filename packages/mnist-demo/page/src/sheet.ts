// A sheet to draw on, and a drawing as MNIST would have it. Source: Y. LeCun, C. Cortes, C. J. C.
// Burges, "The MNIST database of handwritten digits": size-normalised to fit in 20 x 20 pixels with
// the aspect ratio kept, and put into 28 x 28 with the centre of mass in the middle.

/** Pixels along a side of the sheet. */
const sheetSide = 168;
/** Half the width of the pen, in pixels of the sheet. */
const penRadius = 6.5;

export class Sheet {
  readonly side = sheetSide;
  /** 0 to 1, row by row. */
  readonly ink = new Float32Array(sheetSide * sheetSide);

  get isEmpty(): boolean {
    return this.ink.every((value) => value === 0);
  }

  clear(): void {
    this.ink.fill(0);
  }

  /** A stroke from one place to another, in shares of the side. */
  line(fromX: number, fromY: number, toX: number, toY: number): void {
    const [x0, y0, x1, y1] = [fromX, fromY, toX, toY].map((share) => share * sheetSide) as [
      number,
      number,
      number,
      number,
    ];
    const square = (x1 - x0) ** 2 + (y1 - y0) ** 2;
    const reach = penRadius + 1;
    const [left, right] = [Math.min(x0, x1) - reach, Math.max(x0, x1) + reach];
    const [above, below] = [Math.min(y0, y1) - reach, Math.max(y0, y1) + reach];
    const inside = (value: number): number =>
      Math.min(Math.max(Math.round(value), 0), sheetSide - 1);
    for (let y = inside(above); y <= inside(below); y++) {
      for (let x = inside(left); x <= inside(right); x++) {
        const along = square === 0 ? 0 : ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / square;
        const t = Math.min(Math.max(along, 0), 1);
        const distance = Math.hypot(x - x0 - t * (x1 - x0), y - y0 - t * (y1 - y0));
        const value = Math.min(Math.max(penRadius + 0.5 - distance, 0), 1);
        const place = y * sheetSide + x;
        this.ink[place] = Math.max(this.ink[place]!, value);
      }
    }
  }
}

const [field, box] = [28, 20];

/**
 * Ink on a square sheet as 28 x 28 bytes: what is drawn scaled into 20 x 20, its centre of mass in
 * the middle. A sheet without ink gives zeros.
 */
export function centred(ink: ArrayLike<number>, side: number): Uint8Array {
  const result = new Uint8Array(field * field);
  const bounds = boundsOf(ink, side);
  if (bounds === undefined) return result;
  const { left, top, width, height } = bounds;
  const scale = box / Math.max(width, height);
  // The centre of mass of the sheet, in its pixels.
  let [mass, sumX, sumY] = [0, 0, 0];
  for (let i = 0; i < side * side; i++) {
    const value = ink[i]!;
    mass += value;
    sumX += value * ((i % side) + 0.5);
    sumY += value * (Math.floor(i / side) + 0.5);
  }
  // Where the drawing's corner comes to stand, so that its centre is in the middle; all stays
  // inside.
  const corner = (sum: number, from: number, size: number): number => {
    const wanted = field / 2 - (sum / mass - from) * scale;
    return Math.min(Math.max(wanted, 0), field - size * scale);
  };
  const [x0, y0] = [corner(sumX, left, width), corner(sumY, top, height)];
  for (let y = 0; y < field; y++) {
    for (let x = 0; x < field; x++) {
      const area = meanInk(ink, side, {
        left: left + (x - x0) / scale,
        top: top + (y - y0) / scale,
        size: 1 / scale,
      });
      result[y * field + x] = Math.round(255 * area);
    }
  }
  return result;
}

interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The smallest rectangle with all ink in it; undefined if there is none. */
function boundsOf(ink: ArrayLike<number>, side: number): Bounds | undefined {
  let [left, top, right, bottom] = [side, side, -1, -1];
  for (let i = 0; i < side * side; i++) {
    if (ink[i] === 0) continue;
    const [x, y] = [i % side, Math.floor(i / side)];
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  return right < 0 ? undefined : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/**
 * The mean ink of a square that need not lie on whole pixels; outside of the sheet there is none.
 */
function meanInk(
  ink: ArrayLike<number>,
  side: number,
  { left, top, size }: { readonly left: number; readonly top: number; readonly size: number },
): number {
  let total = 0;
  for (let y = Math.max(Math.floor(top), 0); y < Math.min(top + size, side); y++) {
    const high = Math.min(y + 1, top + size) - Math.max(y, top);
    for (let x = Math.max(Math.floor(left), 0); x < Math.min(left + size, side); x++) {
      const wide = Math.min(x + 1, left + size) - Math.max(x, left);
      total += ink[y * side + x]! * wide * high;
    }
  }
  return total / size ** 2;
}
