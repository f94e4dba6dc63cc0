// Warnings about code that is right but needlessly slow, once per line of a user's program.
import type { Node } from "./node.ts";
import type { Site } from "./site.ts";

const host = globalThis as {
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
};

/** Off in tests, whose repetition is intended. */
let areOn = host.process?.env?.["NODE_ENV"] !== "test";
const said = new Set<string>();
/** The most warnings given. */
const most = 16;

/** Turns warnings on or off; for tests. */
export function setWarnings(on: boolean): void {
  areOn = on;
  said.clear();
}

/** Warns about `node`, with the line where it was written. */
export function warnAbout(node: Node, text: string): void {
  if (!areOn || said.size >= most) return;
  const at = placeOf(node.cell.site);
  const where = at === undefined ? "" : ` at ${at}`;
  const key = `${node.operation.name}${where}`;
  if (said.has(key)) return;
  said.add(key);
  console.warn(`nabla: ${node.operation.name}${where}: ${text}`);
}

function placeOf(site: Site | undefined): string | undefined {
  if (!site) return undefined;
  return site.places[0]?.at ?? placeOf(site.gradientOf?.site);
}
