// Warns about programs that are planned again and again because of how they are written. Called
// where a plan is made, which takes milliseconds; the check may take some microseconds.
import type { Node } from "../../graph/node.ts";
import { warnAbout } from "../../graph/warn.ts";
import { operationNumber } from "../../graph/words.ts";

/** Consecutive repetitions that count as a pattern. */
const often = 16;
/** Kinds of programs whose repetitions are counted. */
const mostKinds = 256;

interface Kind {
  readonly numbers: readonly number[];
  readonly times: number;
}
const kinds = new Map<number, Kind>();

/** Notes that a plan is made for `order`, and warns if very similar ones were planned often. */
export function notePlanned(order: readonly Node[]): void {
  warnOfNumbers(order);
  warnOfUnread(order);
}

/** Warns about the same operations on the same shapes, with another number each time. */
function warnOfNumbers(order: readonly Node[]): void {
  const numbers: number[] = [];
  let key = order.length;
  for (let i = 0; i < order.length; i++) {
    const { family, attributes, operation, shape } = order[i]!;
    if (family === "literal") numbers.push(attributes.value);
    key = Math.imul(key ^ operationNumber(operation), 0x01000193);
    for (let axis = 0; axis < shape.length; axis++) key = Math.imul(key ^ shape[axis]!, 0x01000193);
  }
  const before = kinds.get(key);
  if (!before && kinds.size >= mostKinds) kinds.clear();
  const changed = before?.numbers.findIndex((number, i) => !Object.is(number, numbers[i])) ?? -1;
  const count = changed >= 0 && before ? before.times + 1 : 1;
  kinds.set(key, { numbers, times: count });
  if (count < often || !before) return;
  const literal = order.filter(({ family }) => family === "literal")[changed];
  const user = order.find(({ inputs }) => inputs.some((input) => input === literal));
  if (!user) return;
  const was = `${before.numbers[changed]}, then ${numbers[changed]}`;
  warnAbout(
    user,
    `planned and compiled ${count} times, each time for another number (${was}); give a number that ` +
      "changes as a tensor, or in a compiled function as external(() => number)",
  );
}

/** Warns about a graph that grows, and is computed from its start whenever some of it is read. */
function warnOfUnread(order: readonly Node[]): void {
  let repeated = 0;
  let last: Node | undefined;
  for (let i = 0; i < order.length; i++) {
    const node = order[i]!;
    if (node.inputs.length === 0) continue;
    node.cell.timesPlanned++;
    if (node.cell.timesPlanned < often) continue;
    repeated++;
    last = node;
  }
  if (repeated < often || !last) return;
  warnAbout(
    last,
    `computed ${often} times, by graphs that differ, because its value was never read; ` +
      "realize() what is used again, such as the state that a loop carries on",
  );
}
