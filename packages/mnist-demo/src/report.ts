// The result of a training as one page: training curves, confusion matrix, the weights of the first
// neurons as pictures, and the worst mistakes.

import { writeFile } from "node:fs/promises";
import { NablaError } from "@nabla/autograd";
import type { Layer, Report } from "@nabla/nn";
import type { Digits } from "./digits.ts";
import { confusionTable } from "./evaluate/confusion-table.ts";
import { type Judged, judge } from "./evaluate/judged.ts";
import { wrapped } from "./sections/bars.ts";
import { htmlOf } from "./sections/document.ts";
import { digitFigure, pictureFigure, rounded } from "./sections/figures.ts";
import { more } from "./sections/palette.ts";
import type { Section, SectionFigure } from "./sections/section.ts";

/** More points than these make a curve no clearer, and a file larger. */
const mostPoints = 400;
const shownNeurons = 16;
const shownMistakes = 12;

/** A point of the curves. */
interface Point {
  /** In epochs: 1.5 is the middle of the second. */
  readonly epoch: number;
  /** The mean cost of the mini-batches since the point before. */
  readonly cost: number;
  readonly accuracy: number | undefined;
}

/** Gathers the points of the training curves. */
export class Course {
  readonly #points: Point[] = [];
  readonly #stepsInEpoch: number;
  readonly #every: number;
  /** The costs of the mini-batches since the last point. */
  #costs: number[] = [];

  constructor(steps: number, epochs: number) {
    this.#stepsInEpoch = steps / epochs;
    this.#every = Math.ceil(steps / mostPoints);
  }

  see({ step, batchCost, metrics }: Report): void {
    this.#costs.push(batchCost);
    if (!metrics && step % this.#every !== 0) return;
    this.#points.push({
      epoch: rounded(step / this.#stepsInEpoch),
      cost: rounded(this.#costs.reduce((sum, cost) => sum + cost) / this.#costs.length),
      accuracy: metrics?.["accuracy"],
    });
    this.#costs = [];
  }

  get points(): readonly Point[] {
    return this.#points;
  }
}

/** Writes the page. Throws `NablaError` where that cannot be done. */
export async function writeReport(
  path: string,
  { network, course, test, description, epochs }: Reported,
): Promise<void> {
  const judged = await judge(network, test, shownMistakes);
  const accuracy = (100 * judged.right) / judged.digits;
  const title = `${accuracy.toFixed(1)} % after ${epochs} ${epochs === 1 ? "epoch" : "epochs"}`;
  const page = await htmlOf(title, [
    courseSection(course.points, judged, description),
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
  /** The network and how it was trained, in words. */
  readonly description: string;
  readonly epochs: number;
}

function courseSection(
  points: readonly Point[],
  { digits, right }: Judged,
  description: string,
): Section {
  const measured = points.filter(({ accuracy }) => accuracy !== undefined);
  const curve = (caption: string, of: readonly Point[], y: "cost" | "accuracy"): SectionFigure => ({
    caption,
    options: (plot) => ({
      width: 640,
      height: 260,
      marginLeft: 60,
      x: { label: "epochs" },
      y: { label: y, grid: true, ...(y === "accuracy" ? { domain: [0, 1] } : { zero: true }) },
      marks: [
        plot.lineY(of, { x: "epoch", y, stroke: more }),
        ...(y === "accuracy" ? [plot.dot(of, { x: "epoch", y, fill: more })] : []),
      ],
    }),
  });
  return {
    title: "Training curves",
    text: (terminal) => [
      ...wrapped(description, terminal),
      `${right} of ${digits} test digits are right: ${(right / digits).toFixed(4)}.`,
    ],
    figures: [
      curve("Moving average of the mini-batch cost", points, "cost"),
      curve("Test accuracy after each epoch", measured, "accuracy"),
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
    title: "Confusion matrix",
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
              {
                x: "answer",
                y: "label",
                text: "count",
                fontSize: 11,
                fill: ({ shade }: { readonly shade: number }) => (shade > 0.7 ? "white" : "black"),
              },
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
    digitFigure(`${label} read as ${answer}`, pixels),
  );
  const text = "The wrong answers that the network was surest of.";
  return { title: "The worst mistakes", text: () => [text], figures };
}
