// Times a work on all contenders that can do it, interleaved, so that noise affects them equally.
import type { Contender } from "./contender.ts";

/** The middle one of a sample. */
export function median(sample: readonly number[]): number {
  const sorted = [...sample].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

/** With three digits, in µs below 0.1 ms. */
export function inTime(milliseconds: number): string {
  const [value, unit] = milliseconds < 0.1 ? [milliseconds * 1e3, "µs"] : [milliseconds, "ms"];
  return `${Number(value.toPrecision(3))} ${unit}`;
}

/** Throws where contenders do not compute the same. */
function compare(work: string, firsts: ReadonlyMap<string, number>): void {
  const [reference] = firsts.values();
  for (const [name, first] of firsts) {
    // Sums of a million float32 numbers differ by their order: tfjs, which adds them one by one, loses digits.
    if (Math.abs(first - reference!) <= 2e-3 * Math.abs(reference!)) continue;
    throw new Error(`${work}: ${name} gives ${first}, others ${reference}`);
  }
}

/** The median time of each contender that can do the work. */
export async function timed(
  work: string,
  all: readonly Contender[],
  repeats: number,
): Promise<ReadonlyMap<Contender, number>> {
  const samples = new Map<Contender, number[]>();
  const firsts = new Map<string, number>();
  for (const contender of all) {
    const answer = await contender.ask({ command: "prepare", work });
    if (answer.failed !== undefined) console.log(`  ${contender.name} cannot: ${answer.failed}`);
    if (answer.failed !== undefined || answer.missing === true) continue;
    samples.set(contender, []);
    if (typeof answer.first === "number") firsts.set(contender.name, answer.first);
  }
  compare(work, firsts);
  for (let i = 0; i < repeats; i++) {
    for (const [contender, sample] of samples) {
      const { milliseconds } = await contender.ask({ command: "time", work });
      sample.push(milliseconds!);
    }
  }
  return new Map([...samples].map(([contender, sample]) => [contender, median(sample)]));
}
