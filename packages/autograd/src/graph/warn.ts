// Warnings: what is right, but much slower than it need be. Once for each line of a user's program.
import type { Node } from "./node.ts";
import type { Site } from "./site.ts";

const host = globalThis as {
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
};

/** Test runners say that they are some: what is done there again and again is meant so. */
let areOn = host.process?.env?.["NODE_ENV"] !== "test";
const said = new Set<string>();
/** Who has been told so much listens no more. */
const most = 16;

/** Whether warnings are given from now on; for tests. */
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
