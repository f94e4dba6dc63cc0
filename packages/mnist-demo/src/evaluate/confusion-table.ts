// The confusion matrix, as text.

/** A row for each label, a column for each answer; what never happened is a dot. */
export function confusionTable(counts: readonly (readonly number[])[]): string {
  const width = Math.max(...counts.flat().map((count) => String(count).length)) + 2;
  const line = (first: string, cells: readonly string[]) =>
    `${first.padStart(7)} ${cells.map((cell) => cell.padStart(width)).join("")}`;
  const classes = counts.map((_, i) => String(i));
  return [
    line("answer", classes),
    ...counts.map((row, label) =>
      line(
        `${label === 0 ? "label " : ""}${label}`,
        row.map((count) => (count === 0 ? "." : String(count))),
      ),
    ),
    "",
  ].join("\n");
}
