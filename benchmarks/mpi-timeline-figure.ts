// The timeline of a step by several ranks, as a picture and a table for docs/distributed.md.

/** A part of an exchange, as the diagnostics channel "@nabla/mpi" tells it; in milliseconds. */
export interface Span {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** A step of one rank. */
export interface Step {
  readonly start: number;
  readonly end: number;
  readonly spans: readonly Span[];
}

/** The same step of all ranks. */
export interface Timeline {
  readonly title: string;
  /** By rank. */
  readonly ranks: readonly Step[];
}

/** Of the steps of all ranks the fastest, which other work on the machine has disturbed least. */
export function fastest(title: string, ranks: readonly (readonly Step[])[]): Timeline {
  const steps = ranks[0]!.map((_, i) => ranks.map((own) => own[i]!));
  const [first, ...others] = steps;
  const best = others.reduce((a, b) => (timesOf(b).end < timesOf(a).end ? b : a), first!);
  return { title, ranks: best };
}

/** From the first rank's beginning to the last one's end. */
function timesOf(ranks: readonly Step[]): { readonly begin: number; readonly end: number } {
  const begin = Math.min(...ranks.map(({ start }) => start));
  return { begin, end: Math.max(...ranks.map(({ end }) => end)) - begin };
}

/** A table of how long each rank computed, began exchanges and waited, in Markdown. */
export function timelineTable(timelines: readonly Timeline[]): string {
  const rows = timelines.flatMap(({ title, ranks }) =>
    ranks.map((step, rank) => {
      const total = step.end - step.start;
      const waits = sum(step.spans.map(({ start, end }) => end - start));
      const ms = (time: number) => `${time.toFixed(1)} ms`;
      return `| ${title} | ${rank} | ${ms(total)} | ${ms(total - waits)} | ${ms(waits)} |`;
    }),
  );
  return [
    "| gradients | rank | step | computes | exchanges |",
    "|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

const [left, top, width] = [64, 28, 620];
/** Heights of a rank's bar, and of each line of what is under way. */
const [bar, lane] = [18, 5];

const colors = { computes: "#0072b2", exchanges: "#d55e00", underWay: "#5fb8ae" } as const;

/** A picture of timelines, one below the other, to one scale. */
export function timelinePicture(timelines: readonly Timeline[]): string {
  const longest = Math.max(...timelines.map(({ ranks }) => timesOf(ranks).end));
  const scale = width / longest;
  const parts: string[] = [];
  let y = top;
  for (const { title, ranks } of timelines) {
    const { begin, end } = timesOf(ranks);
    parts.push(text(left, y, `${title}: ${end.toFixed(0)} ms`, 'font-weight="600"'));
    y += 10;
    ranks.forEach((step, rank) => {
      const x = (time: number) => left + scale * (time - begin);
      const box = (from: number, to: number, at: number, height: number, color: string) =>
        `<rect x="${x(from).toFixed(1)}" y="${at}" width="${(scale * (to - from)).toFixed(1)}" ` +
        `height="${height}" fill="${color}"/>`;
      parts.push(text(8, y + 13, `rank ${rank}`));
      parts.push(box(step.start, step.end, y, bar, colors.computes));
      for (const { start, end: until } of step.spans) {
        parts.push(box(start, until, y, bar, colors.exchanges));
      }
      y += bar + 2;
      const lanes = underWay(step.spans);
      for (const exchanges of lanes) {
        for (const [from, to] of exchanges) parts.push(box(from, to, y, lane - 1, colors.underWay));
        y += lane;
      }
      y += 10;
    });
    y += 22;
  }
  const every = [5, 10, 20, 50, 100, 200, 500].find((step) => longest / step <= 12) ?? 1000;
  for (let time = 0; time <= longest; time += every) {
    const x = (left + scale * time).toFixed(1);
    parts.unshift(`<path d="M${x} ${top + 4}V${y - 16}" stroke="#ddd"/>`);
    parts.push(text(Number(x), y, `${time}`, 'text-anchor="middle"'));
  }
  parts.push(text(left + width + 14, y, "ms"));
  y += 26;
  let x = left;
  for (const [color, what] of [
    [colors.computes, "computes"],
    [colors.exchanges, "begins an exchange, or waits"],
    [colors.underWay, "a bucket is under way, and its sum"],
  ] as const) {
    parts.push(`<rect x="${x}" y="${y - 10}" width="12" height="12" fill="${color}"/>`);
    parts.push(text(x + 18, y, what));
    x += 60 + 6.4 * what.length;
  }
  const size = `width="${left + width + 40}" height="${y + 12}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="system-ui, sans-serif" font-size="12">`,
    "<title>What ranks do in a step, with gradients exchanged at once and in buckets</title>",
    '<rect width="100%" height="100%" fill="#fff"/>',
    ...parts,
    "</svg>\n",
  ].join("\n");
}

function text(x: number, y: number, words: string, more = ""): string {
  return `<text x="${x}" y="${y}" fill="#333" ${more}>${words}</text>`;
}

/** For each bucket from when to when its elements were under way, and then its sums. */
function underWay(spans: readonly Span[]): readonly (readonly (readonly [number, number])[])[] {
  const named = (name: string) => spans.filter((span) => span.name === name);
  const [parts, sums] = [named("allToAll begins"), named("allGather begins")];
  const [partsEnd, [sumsEnd]] = [named("allToAll ends"), named("allGather ends")];
  return parts.map(({ end }, i) => [
    [end, partsEnd[i]!.end],
    [sums[i]!.end, sumsEnd!.end],
  ]);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
