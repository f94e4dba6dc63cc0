// What a training came to, as one page: curves of cost and accuracy, which digits were taken for
// which, the weights of the first neurons as pictures, and the worst mistakes.

import { writeFile } from "node:fs/promises";
import { NablaError } from "@nabla/autograd";
import type { Layer, Report } from "@nabla/nn";
import type { Digits } from "./digits.ts";
import { confusionTable } from "./evaluate/confusion-table.ts";
import { type Judged, judge } from "./evaluate/judged.ts";
import { htmlOf } from "./sections/document.ts";
import { digitFigure, pictureFigure, rounded } from "./sections/figures.ts";
import type { Section, SectionFigure } from "./sections/section.ts";

/** More points than these make a curve no clearer, and a file larger. */
const mostPoints = 400;
const shownNeurons = 16;
const shownMistakes = 12;

/** A point of the curves. */
interface Point {
  /** In epochs: 1.5 is the middle of the second. */
  readonly epoch: number;
  readonly cost: number;
  readonly accuracy: number | undefined;
}

/** Gathers what the page shows of a training's course. */
export class Course {
  readonly #points: Point[] = [];
  readonly #stepsInEpoch: number;
  readonly #every: number;

  constructor(steps: number, epochs: number) {
    this.#stepsInEpoch = steps / epochs;
    this.#every = Math.ceil(steps / mostPoints);
  }

  see({ step, cost, metrics }: Report): void {
    if (!metrics && step % this.#every !== 0) return;
    this.#points.push({
      epoch: rounded(step / this.#stepsInEpoch),
      cost: rounded(cost),
      accuracy: metrics?.["accuracy"],
    });
  }

  get points(): readonly Point[] {
    return this.#points;
  }
}

/** Writes the page. Throws `NablaError` where that cannot be done. */
export async function writeReport(
  path: string,
  title: string,
  { network, course, test }: Reported,
): Promise<void> {
  const judged = await judge(network, test, shownMistakes);
  const page = await htmlOf(title, [
    courseSection(course.points, judged),
    confusionSection(judged),
    ...weightsSections(network),
    mistakesSection(judged),
  ]);
  try {
    await writeFile(path, page);
  } catch (error) {
    throw new NablaError(`--report: ${JSON.stringify(path)}: ${(error as Error).message}`);
  }
}

export interface Reported {
  readonly network: Layer;
  readonly course: Course;
  readonly test: Digits;
}

function courseSection(points: readonly Point[], { digits, right }: Judged): Section {
  const measured = points.filter(({ accuracy }) => accuracy !== undefined);
  const curve = (caption: string, of: readonly Point[], y: "cost" | "accuracy"): SectionFigure => ({
    caption,
    options: (plot) => ({
      width: 640,
      height: 260,
      marginLeft: 60,
      x: { label: "epochs" },
      y: { label: y, grid: true },
      marks: [
        plot.lineY(of, { x: "epoch", y, stroke: "#0072b2" }),
        ...(y === "accuracy" ? [plot.dot(of, { x: "epoch", y, fill: "#0072b2" })] : []),
      ],
    }),
  });
  return {
    title: "How it was learnt",
    text: () => [`${right} of ${digits} test digits are right: ${(right / digits).toFixed(4)}.`],
    figures: [
      curve("The mean cost of each epoch's digits so far, before their own steps", points, "cost"),
      curve("The share of test digits that are right after each epoch", measured, "accuracy"),
    ],
  };
}

function confusionSection({ counts }: Judged): Section {
  const cells = counts.flatMap((row, label) =>
    row.map((count, answer) => ({
      label,
      answer,
      count,
      // Shades tell mistakes apart, of which there are few.
      shade: Math.sqrt(count / Math.max(...row, 1)),
    })),
  );
  return {
    title: "Which digits were taken for which",
    text: () => confusionTable(counts).trimEnd().split("\n"),
    figures: [
      {
        caption: "A row for each label, a column for each answer",
        options: (plot) => ({
          width: 480,
          height: 440,
          marginTop: 36,
          x: { type: "band", axis: "top", label: "answer", tickSize: 0 },
          y: { type: "band", label: "label", tickSize: 0 },
          color: { scheme: "blues", domain: [0, 1.4] },
          marks: [
            plot.cell(cells, { x: "answer", y: "label", fill: "shade", inset: 0.5 }),
            plot.text(
              cells.filter(({ count }) => count > 0),
              { x: "answer", y: "label", text: "count", fontSize: 11 },
            ),
          ],
        }),
      },
    ],
  };
}

/** Of networks whose first neurons see all pixels, or whose first kernels see some. */
function weightsSections(network: Layer): readonly Section[] {
  const first = network.parameters()[0];
  if (!first) return [];
  const isDense = first.rank === 2;
  // [784, neurons] or [kernels, 1, height, width].
  const count = first.shape[isDense ? 1 : 0]!;
  const size = first.size / count;
  const values = first.dataSync();
  const shown = Math.min(count, shownNeurons);
  const [unit, step] = isDense ? (["Neuron", count] as const) : (["Kernel", 1] as const);
  const figures = Array.from({ length: shown }, (_, j) => {
    const start = isDense ? j : j * size;
    const weights = Array.from({ length: size }, (__, i) => rounded(values[start + i * step]!));
    return pictureFigure(`${unit} ${j}`, weights);
  });
  const text = isDense
    ? `The weights of ${shown} of ${count} neurons, each where the pixel is that it weighs.`
    : `The weights of ${shown} of ${count} kernels, which go over the whole image.`;
  const title = `What the first ${unit.toLowerCase()}s look for`;
  return [{ title, text: () => [text], figures }];
}

function mistakesSection({ worst }: Judged): Section {
  const figures = worst.map(({ pixels, answer, label }) =>
    digitFigure(`A ${label}, taken for a ${answer}`, pixels),
  );
  const text = "The wrong answers that the network was surest of.";
  return { title: "The worst mistakes", text: () => [text], figures };
}
