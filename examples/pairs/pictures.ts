// Attention, drawn: a row for each character that was written, a column for each that was read.

const shades = " ░▒▓█";

/** What was read, what was written, and how much each written character looked at each read one. */
export interface Attention {
  readonly given: string;
  readonly written: string;
  readonly weights: readonly (readonly number[])[];
}

/** For a terminal: the darker, the more. */
export function shaded({ given, written, weights }: Attention): string {
  const rows = Array.from(written, (character, i) => {
    const cells = Array.from(given, (_, j) => {
      const shade = shades[Math.min(4, Math.round(weights[i]![j]! * 4))]!;
      return shade + shade;
    });
    return `${character} ${cells.join("")}`.trimEnd();
  });
  return [
    `  ${Array.from(given, (character) => `${character} `).join("")}`.trimEnd(),
    ...rows,
  ].join("\n");
}

/** As an SVG image. */
export function svgOf({ given, written, weights }: Attention): string {
  const size = 24;
  const [width, height] = [given, written].map((text) => (text.length + 2) * size);
  const letter = (character: string, column: number, row: number) =>
    `<text x="${(column + 0.5) * size}" y="${(row + 0.7) * size}">${character}</text>`;
  const cells = weights.flatMap((row, i) =>
    Array.from(given, (_, j) => {
      const place = `x="${(j + 1.5) * size}" y="${(i + 1.5) * size}"`;
      return `<rect ${place} width="${size}" height="${size}" fill-opacity="${row[j]!.toFixed(3)}"/>`;
    }),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}">`,
    '<rect width="100%" height="100%" fill="white"/>',
    '<g font-family="monospace" font-size="16" text-anchor="middle" fill="#333">',
    ...Array.from(given, (character, j) => letter(character, j + 1.5, 0.4)),
    ...Array.from(written, (character, i) => letter(character, 0.4, i + 1.5)),
    `</g><g fill="#1f5fa8" stroke="#ddd" stroke-width="0.5">${cells.join("")}</g></svg>`,
    "",
  ].join("\n");
}
