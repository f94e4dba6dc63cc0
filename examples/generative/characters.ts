// Pictures for a terminal.

const shades = " .:-=+*#%@";

/** Images from 0 to 1 side by side, two rows of pixels in a line. */
export function charactersOf(images: readonly (readonly (readonly number[])[])[]): string {
  const shade = (x: number) => shades[Math.min(shades.length - 1, Math.floor(x * shades.length))]!;
  const lines: string[] = [];
  for (let row = 0; row + 1 < images[0]!.length; row += 2) {
    const parts = images.map((image) =>
      image[row]!.map((x, i) => shade((x + image[row + 1]![i]!) / 2)).join(""),
    );
    lines.push(parts.join(" "));
  }
  return lines.join("\n");
}

/** Points in the square from -1.5 to 1.5, in a frame of 48 by 24 characters. */
export function plotted(points: readonly (readonly number[])[]): string {
  const [width, height] = [48, 24];
  const cells = Array.from({ length: height }, () => Array.from({ length: width }, () => " "));
  for (const [x, y] of points) {
    const column = Math.floor(((x! + 1.5) / 3) * width);
    const row = Math.floor(((1.5 - y!) / 3) * height);
    if (cells[row]?.[column] !== undefined) cells[row][column] = "o";
  }
  return cells.map((row) => row.join("").trimEnd()).join("\n");
}
