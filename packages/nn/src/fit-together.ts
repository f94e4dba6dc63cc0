// What processes that train together must have in common, before the first step.
import { NablaError, random, type Tensor } from "@nabla/autograd";
import { Checksum } from "./files/checksum.ts";
import type { Course } from "./fit-position.ts";
import { type Model, namedCellsOf } from "./layer.ts";
import type { Team } from "./team.ts";

/**
 * Throws `NablaError`, the same on all ranks, for options that are not supported together with `world`.
 */
export async function checkTogether(
  team: Team,
  model: Model,
  tensors: readonly (readonly [name: string, x: Tensor])[],
  course: Course & { readonly epochs: number },
): Promise<void> {
  const { examples, batchSize, accumulate } = course;
  if (examples === 0) {
    throw new NablaError(
      "fit: the data are a stream of batches, of which ranks have no parts; expected a dataset, " +
        "{ inputs, targets }, where there is a world",
    );
  }
  const cells = namedCellsOf(model);
  const { seed, draws } = random.state();
  const facts: Record<string, string> = {};
  for (const [name, value] of Object.entries(course)) facts[name] = String(value);
  for (const [name, x] of tensors) facts[name] = typeOf(x);
  for (const [name, p] of cells) facts[`"${name}"`] = typeOf(p);
  await team.checkAgreement("fit", facts);
  const values: Record<string, string> = {};
  for (const [name, p] of cells) {
    values[`the value of "${name}" (is the seed the same?)`] = checksumOf(await p.data());
  }
  await team.checkAgreement("fit", {
    ...values,
    "draws so far": `${draws} after seed ${seed}`,
  });
  const batches = Math.ceil(examples / batchSize);
  if (batches >= accumulate) return;
  throw new NablaError(
    `fit: ${examples} examples are ${batches} batches, and ${team.size} ranks take a step with ` +
      `${accumulate}; expected at least as many batches`,
  );
}

function typeOf({ shape, dtype }: Tensor): string {
  return `${dtype} [${shape.join(", ")}]`;
}

function checksumOf({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  const sum = new Checksum();
  sum.add(new Uint8Array(buffer, byteOffset, byteLength));
  return `checksum ${Array.from(sum.bytes(), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
