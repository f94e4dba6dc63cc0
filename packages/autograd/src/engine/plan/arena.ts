// Lays out the arena: buffers that are not needed at the same time share memory.
import { type Buffer, bytesOf, givenBuffer } from "../kernel/language.ts";
import type { Target } from "../target.ts";
import { replaceable } from "./in-place.ts";
import { isCalledOnce, type Layout, type Step } from "./steps.ts";

/** Bytes that a buffer takes in the arena. */
export function arenaBytesOf(buffer: Buffer, { alignment, slack }: Target): number {
  return Math.ceil((bytesOf(buffer) + slack) / alignment) * alignment;
}

/** The first and last step that need the buffers which share memory, one after another. */
export interface Lifetime {
  readonly buffers: readonly Buffer[];
  readonly first: number;
  readonly last: number;
}

/** Buffers that are fitted exactly; smaller ones go in rows after them. */
const mostFitted = 1000;

/**
 * Assigns offsets so that no two buffers needed at the same time overlap: largest first, lowest
 * fit.
 */
export function layOut(lifetimes: readonly Lifetime[], target: Target): Layout {
  const sizeOf = (buffer: Buffer) => arenaBytesOf(buffer, target);
  const bySize = lifetimes
    .map((life) => ({ life, size: Math.max(...life.buffers.map(sizeOf)) }))
    .sort((a, b) => b.size - a.size);
  /** In ascending order of offset. */
  const placed: Placed[] = [];
  for (const { life, size } of bySize.slice(0, mostFitted)) {
    let from = 0;
    for (const other of placed) {
      if (other.life.first > life.last || life.first > other.life.last) continue;
      if (from + size <= other.from) break;
      from = Math.max(from, other.to);
    }
    placed.splice(positionOf(placed, from), 0, { life, from, to: from + size });
  }
  const end = placed.reduce((most, { to }) => Math.max(most, to), 0);
  const all = [...placed, ...inRows(bySize.slice(mostFitted), end)];
  const offsets = new Map(
    all.flatMap(({ life, from }) => life.buffers.map((buffer) => [buffer, from] as const)),
  );
  return { offsets, bytes: all.reduce((most, { to }) => Math.max(most, to), end) };
}

/** Places buffers in rows from `start` on: slots of each size, reused by buffers of that size. */
function inRows(
  sized: readonly { readonly life: Lifetime; readonly size: number }[],
  start: number,
): readonly Placed[] {
  const free = new Map(sized.map(({ size }) => [size, [] as number[]]));
  /** Placed buffers, by the last step that needs them. */
  const ending: Placed[][] = [];
  let [end, now] = [start, 0];
  return [...sized]
    .sort((a, b) => a.life.first - b.life.first)
    .map(({ life, size }) => {
      for (; now < life.first; now++) {
        for (const { from, to } of ending[now] ?? []) free.get(to - from)!.push(from);
      }
      const from = free.get(size)!.pop() ?? end;
      end = Math.max(end, from + size);
      const placed: Placed = { life, from, to: from + size };
      (ending[life.last] ??= []).push(placed);
      return placed;
    });
}

/** Bytes that are taken during a lifetime. */
interface Placed {
  readonly life: Lifetime;
  readonly from: number;
  readonly to: number;
}

/** The position in `placed` of one that begins at `from`, by bisection. */
function positionOf(placed: readonly Placed[], from: number): number {
  let [low, high] = [0, placed.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (placed[middle]!.from <= from) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A lifetime that others may still follow. */
interface OpenLifetime extends Lifetime {
  readonly buffers: Buffer[];
  last: number;
}

/**
 * The lifetimes of all memory: from the step that writes a buffer to the last that reads it, and on
 * if that step's result is computed in place. `kept` are needed to the end; what host functions write
 * has its memory for the whole run.
 */
export function lifetimesOf(
  steps: readonly Step[],
  kept: ReadonlySet<Buffer>,
): readonly Lifetime[] {
  const lifetimes: OpenLifetime[] = [];
  /** By the buffers' numbers. */
  const lifetimeOf: OpenLifetime[] = [];
  const lastRead: number[] = [];
  steps.forEach(({ reads }, i) => {
    for (const { id } of reads) lastRead[id] = i;
  });
  for (const { id } of kept) lastRead[id] = steps.length;
  steps.forEach((step, i) => {
    // What is written once must be there when a run starts again.
    const isOnce = isCalledOnce(step);
    for (const buffer of step.writes) {
      if (isOnce) lastRead[buffer.id] = steps.length;
      const last = lastRead[buffer.id] ?? i;
      const own = lifetimeOf[buffer.id];
      if (own) {
        // Another kernel has written part of it.
        own.last = Math.max(own.last, last);
        continue;
      }
      const before = predecessor(
        step,
        ({ id }) => lastRead[id] === i && lifetimeOf[id] !== undefined,
      );
      let lifetime = before && lifetimeOf[before.id];
      if (lifetime) lifetime.last = last;
      else lifetimes.push((lifetime = { buffers: [], first: isOnce ? 0 : i, last }));
      lifetime.buffers.push(buffer);
      lifetimeOf[buffer.id] = lifetime;
    }
  });
  return lifetimes;
}

/** A free buffer whose memory the step's result can take. */
function predecessor(step: Step, isFree: (buffer: Buffer) => boolean): Buffer | undefined {
  if (step.kind !== "kernel") return undefined;
  return replaceable(step.kernel)
    .map((buffer) => givenBuffer(step.given, buffer))
    .find(isFree);
}
