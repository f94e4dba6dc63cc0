// A sheet's ink on a canvas of as many pixels, in the colour of the canvas's text.
import type { Sheet } from "./sheet.ts";

export function showInk({ ink, side }: Sheet, canvas: HTMLCanvasElement): void {
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(side, side);
  const [r, g, b] = getComputedStyle(canvas)
    .color.match(/[\d.]+/g)!
    .map(Number);
  for (const [i, value] of ink.entries()) {
    image.data.set([r!, g!, b!, Math.round(255 * value)], 4 * i);
  }
  context.putImageData(image, 0, 0);
}
