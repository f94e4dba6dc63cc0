// A line search for the strong Wolfe conditions. J. Nocedal and S. J. Wright, "Numerical
// Optimization", 2006, algorithms 3.5 and 3.6. Where rounding hides how much lower a value is, slopes
// decide: W. W. Hager and H. Zhang, "A New Conjugate Gradient Method with Guaranteed Descent and an
// Efficient Line Search", 2005, formula 4.1.

/** A point on the line: how far it is, the function's value there, and its slope along the line. */
export interface Trial {
  readonly t: number;
  readonly value: number;
  readonly slope: number;
}

/** How much of the decrease that the slope promises is enough. */
const enough = 1e-4;
/** How much of the slope may be left. */
const steep = 0.9;
/**
 * A point with a sufficiently low value and flat slope, tried first at `first`; or, when no interval is
 * left to search or `most` points have been tried (at most 50), a point that is lower than `start`, if
 * there is one. `resolution` is the smallest relative difference that exceeds rounding. Non-finite values
 * count as too far.
 */
export async function lineSearch<T extends Trial>(
  start: Trial,
  first: number,
  { resolution, most }: { readonly resolution: number; readonly most: number },
  at: (t: number) => Promise<T>,
): Promise<T | undefined> {
  let left = Math.min(most, 50);
  /** Whether only rounding may tell the values apart. */
  const isLike = (a: number, b: number): boolean =>
    Math.abs(a - b) <= resolution * Math.max(Math.abs(a), Math.abs(b));
  const isLow = ({ t, value, slope }: Trial): boolean =>
    value <= start.value + enough * t * start.slope ||
    (isLike(value, start.value) && slope <= (2 * enough - 1) * start.slope);
  const isHigher = (a: Trial, b: Trial): boolean => a.value >= b.value && !isLike(a.value, b.value);
  const isFlat = ({ slope }: Trial): boolean => Math.abs(slope) <= -steep * start.slope;
  const isLower = (one: Trial | T): one is T => one.t > 0 && one.value < start.value;

  /** Looks between a low point and one beyond which there is nothing to look for. */
  const between = async (low: Trial | T, high: Trial): Promise<T | undefined> => {
    let [lower, higher] = [low, high];
    while (left-- > 0 && Math.abs(higher.t - lower.t) > 1e-10 * lower.t) {
      const trial = await at(inner(lower, higher));
      if (!isKnown(trial) || !isLow(trial) || isHigher(trial, lower)) {
        higher = trial;
        continue;
      }
      if (isFlat(trial)) return trial;
      if (trial.slope * (higher.t - lower.t) >= 0) higher = lower;
      lower = trial;
    }
    return isLower(lower) ? lower : undefined;
  };

  let before: Trial | T = start;
  let t = first;
  while (left-- > 0) {
    const trial: T = await at(t);
    const isBeyond = before.t > 0 && isHigher(trial, before);
    if (!isKnown(trial) || !isLow(trial) || isBeyond) return between(before, trial);
    if (isFlat(trial)) return trial;
    if (trial.slope >= 0) return between(trial, before);
    const next = minimum(before, trial);
    const [least, furthest] = [t + 0.01 * (t - before.t), 10 * t];
    before = trial;
    t = Number.isFinite(next) ? Math.min(furthest, Math.max(least, next)) : furthest;
  }
  return isLower(before) ? before : undefined;
}

function isKnown({ value, slope }: Trial): boolean {
  return Number.isFinite(value) && Number.isFinite(slope);
}

/** Where to look between two points: at the cubic's minimum, not too close to either. */
function inner(lower: Trial, higher: Trial): number {
  const width = higher.t - lower.t;
  if (!isKnown(higher)) return lower.t + width / 4;
  const part = (minimum(lower, higher) - lower.t) / width;
  return lower.t + width * (part > 0.1 && part < 0.9 ? part : 0.5);
}

/** The minimum of the cubic with the values and slopes of two points; NaN where it has none. */
function minimum(a: Trial, b: Trial): number {
  const d1 = a.slope + b.slope - (3 * (a.value - b.value)) / (a.t - b.t);
  const d2 = Math.sign(b.t - a.t) * Math.sqrt(d1 ** 2 - a.slope * b.slope);
  return b.t - ((b.t - a.t) * (b.slope + d2 - d1)) / (b.slope - a.slope + 2 * d2);
}
