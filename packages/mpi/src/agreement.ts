// Values that ranks exchange besides numbers: facts that must be equal, and bytes of the first rank.
import { NablaError, type Tensor, tensor } from "@nabla/autograd";
import type { Collectives } from "./collectives.ts";

/** Throws the same `NablaError` on all ranks unless all have the same value for each of these. */
export async function checkAgreement(
  { allGather }: Pick<Collectives, "allGather">,
  operation: string,
  facts: Readonly<Record<string, string>>,
): Promise<void> {
  const own = new TextEncoder().encode(JSON.stringify(facts));
  const lengths = await allGather(tensor([own.length], { dtype: "int32" })).data();
  const longest = Math.max(...lengths);
  const padded = new Uint8Array(longest);
  padded.set(own);
  const all = await allGather(tensor(padded, { dtype: "uint8" })).data("uint8");
  const [first, ...others] = Array.from(lengths, (length, rank) => {
    const bytes = all.subarray(rank * longest, rank * longest + length);
    return JSON.parse(new TextDecoder().decode(bytes)) as Readonly<Record<string, string>>;
  });
  others.forEach((other, i) => {
    for (const name of new Set([...Object.keys(first!), ...Object.keys(other)])) {
      const [a, b] = [first![name] ?? "none", other[name] ?? "none"];
      if (a === b) continue;
      throw new NablaError(
        `${operation}: ranks differ in ${name}: rank 0 has ${a}, rank ${i + 1} has ${b}`,
      );
    }
  });
}

/** The bytes that rank 0 gives; undefined if it gives none. */
export async function bytesOfFirst(
  { broadcast }: Pick<Collectives, "broadcast">,
  rank: number,
  own: Uint8Array | undefined,
): Promise<Uint8Array | undefined> {
  const length: Tensor = tensor([own?.length ?? -1], { dtype: "int32" });
  const count = (await broadcast(length, 0).data())[0]!;
  if (count < 0) return undefined;
  const bytes = rank === 0 ? own! : new Uint8Array(count);
  return count === 0 ? bytes : broadcast(tensor(bytes, { dtype: "uint8" }), 0).data("uint8");
}
