// A drawing becomes what MNIST's makers would have made of it.
import fc from "fast-check";
import { expect, test } from "vitest";
import { centred, Sheet } from "../page/src/sheet.ts";

/** The rectangle of ink in 28 x 28 pixels, and its centre of mass. */
function inkOf(pixels: Uint8Array) {
  let [mass, x, y] = [0, 0, 0];
  const [columns, rows] = [new Set<number>(), new Set<number>()];
  for (const [i, value] of pixels.entries()) {
    if (value === 0) continue;
    mass += value;
    x += value * ((i % 28) + 0.5);
    y += value * (Math.floor(i / 28) + 0.5);
    columns.add(i % 28);
    rows.add(Math.floor(i / 28));
  }
  const extent = (places: Set<number>): number => Math.max(...places) - Math.min(...places) + 1;
  return { x: x / mass, y: y / mass, width: extent(columns), height: extent(rows) };
}

const share = fc.double({ min: 0.1, max: 0.9, noNaN: true });
const strokes = fc.array(fc.tuple(share, share, share, share), { minLength: 1, maxLength: 4 });

test("what is drawn fills 20 pixels one way", () => {
  fc.assert(
    fc.property(strokes, (lines) => {
      const sheet = new Sheet();
      for (const line of lines) sheet.line(...line);
      const { width, height } = inkOf(centred(sheet.ink, sheet.side));
      // One pixel more on each side where the rectangle lies between pixels.
      expect(Math.max(width, height)).toBeGreaterThanOrEqual(20);
      expect(Math.max(width, height)).toBeLessThanOrEqual(21);
    }),
    { numRuns: 20 },
  );
});

test("the centre of mass of a lopsided drawing is in the middle, to a tenth of a pixel", () => {
  const sheet = new Sheet();
  sheet.line(0.4, 0.2, 0.4, 0.8);
  sheet.line(0.4, 0.2, 0.6, 0.2);
  const { x, y } = inkOf(centred(sheet.ink, sheet.side));
  expect(x).toBeCloseTo(14, 1);
  expect(y).toBeCloseTo(14, 1);
});

test("where on the sheet, and how large, it is drawn changes little", () => {
  const drawn = (scale: number, x: number, y: number): Uint8Array => {
    const sheet = new Sheet();
    sheet.line(x, y, x + scale * 0.3, y + scale * 0.8);
    sheet.line(x, y, x + scale * 0.3, y);
    return centred(sheet.ink, sheet.side);
  };
  const [one, moved] = [drawn(0.8, 0.1, 0.1), drawn(0.8, 0.5, 0.25)];
  const difference = one.reduce((sum, value, i) => sum + Math.abs(value - moved[i]!), 0);
  const ink = one.reduce((sum, value) => sum + value, 0);
  expect(difference / ink).toBeLessThan(0.1);
});

test("an empty sheet gives paper", () => {
  const sheet = new Sheet();
  expect(sheet.isEmpty).toBe(true);
  expect(centred(sheet.ink, sheet.side)).toEqual(new Uint8Array(784));
});
