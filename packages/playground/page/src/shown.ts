// What a program has shown so far, as the page lists it.
import type { Figure, Shown, Told } from "./output.ts";

/** Lines together, or a figure. */
export type Entry =
  | { readonly kind: "text"; readonly id: number; readonly lines: readonly Line[] }
  | { readonly kind: "figure"; readonly id: number; readonly key: string; readonly figure: Figure };

export interface Line {
  readonly text: string;
  readonly isError: boolean;
}

export interface Listing {
  readonly entries: readonly Entry[];
  /** Items before these, which were too many. */
  readonly leftOut: number;
  readonly next: number;
}

export const nothing: Listing = { entries: [], leftOut: 0, next: 0 };

const mostLines = 500;
const mostFigures = 24;

/** The listing with what a program has shown since. */
export function listed(
  listing: Listing,
  { items, leftOut }: Extract<Told, { kind: "shown" }>,
): Listing {
  const entries = [...listing.entries];
  let { next } = listing;
  for (const item of items) {
    const at = item.kind === "figure" ? entries.findIndex((one) => isSame(one, item)) : -1;
    const last = entries.at(-1);
    if (item.kind === "figure" && at >= 0) entries[at] = { ...item, id: entries[at]!.id };
    else if (item.kind === "figure") entries.push({ ...item, id: next++ });
    else if (last?.kind === "text") {
      entries[entries.length - 1] = { ...last, lines: [...last.lines, item] };
    } else entries.push({ kind: "text", id: next++, lines: [item] });
  }
  return cut(entries, listing.leftOut + leftOut, next);
}

function isSame(entry: Entry, item: Shown): boolean {
  return entry.kind === "figure" && item.kind === "figure" && entry.key === item.key;
}

/** The last lines and figures, as many as a page can take. */
function cut(entries: readonly Entry[], leftOut: number, next: number): Listing {
  const kept: Entry[] = [];
  let [lines, figures, more] = [0, 0, leftOut];
  for (const entry of entries.toReversed()) {
    if (entry.kind === "figure") {
      if (++figures <= mostFigures) kept.push(entry);
      else more++;
      continue;
    }
    const room = Math.max(mostLines - lines, 0);
    const last = entry.lines.slice(Math.max(entry.lines.length - room, 0));
    if (last.length > 0) kept.push({ ...entry, lines: last });
    lines += last.length;
    more += entry.lines.length - last.length;
  }
  return { entries: kept.reverse(), leftOut: more, next };
}
