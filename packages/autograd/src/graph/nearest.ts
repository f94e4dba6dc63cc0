// Which of some names was meant by one that is not among them.

/**
 * The name with the fewest letters to replace, insert or delete, whatever their case: V. I. Levenshtein's
 * distance ("Binary codes capable of correcting deletions, insertions, and reversals", 1966). Undefined
 * if they are more than three, or more than half of the letters.
 */
export function nearest(given: string, names: readonly string[]): string | undefined {
  for (let mistakes = 0; mistakes <= Math.min(3, given.length / 2); mistakes++) {
    const isNear = (name: string) => areNear(given.toLowerCase(), name.toLowerCase(), mistakes);
    const found = names.find(isNear);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether `to` differs from `from` by at most this many typing errors. */
function areNear(from: string, to: string, mistakes: number): boolean {
  if (from === to) return true;
  const [rest, left] = [from.slice(1), to.slice(1)];
  if (from[0] === to[0]) return areNear(rest, left, mistakes);
  return (
    mistakes > 0 &&
    (areNear(rest, left, mistakes - 1) ||
      areNear(rest, to, mistakes - 1) ||
      areNear(from, left, mistakes - 1))
  );
}
