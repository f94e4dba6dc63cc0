/** `pnpm figures`: draws the pictures of the guide's pages on a neuron, its cost, and sensitivity. */
import path from "node:path";
import { gradients, manualSeed, oneHot, parameter, sigmoid, tensor } from "@nabla/autograd";
import { costTerms, dense, quadraticCost, sensitivity, sequential, tryNudge } from "@nabla/nn";
import { loadMnist } from "../packages/mnist-demo/src/load.ts";
import { writeFiles } from "../packages/mnist-demo/src/sections/document.ts";
import { digitFigure } from "../packages/mnist-demo/src/sections/figures.ts";
import { less, level, more } from "../packages/mnist-demo/src/sections/palette.ts";
import type { SectionFigure } from "../packages/mnist-demo/src/sections/section.ts";

const guide = path.resolve(import.meta.dirname, "../docs/guide");
const size = { width: 440, height: 260 };

interface Point {
  readonly x: number;
  readonly y: number;
}

const between = (from: number, to: number, count = 101): readonly number[] =>
  Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));

async function write(name: string, title: string, figures: readonly SectionFigure[]) {
  const section = { title, text: () => [], figures };
  const files = { html: undefined, svg: path.join(guide, name) };
  console.log(...(await writeFiles(title, [section], files)));
}

/** The neuron of the first page: its activation, and the slope of its cost along the weight. */
async function neuron(): Promise<void> {
  const [x, weight, bias] = [1.5, 2, -1];
  const sums = between(-6, 6);
  const activations = sigmoid(tensor([...sums])).dataSync();
  const z = weight * x + bias;
  const costAt = (w: number): number => sigmoid(tensor(w).mul(x).add(bias)).square().itemSync();
  const w = parameter(weight);
  const [slope] = gradients(sigmoid(w.mul(x).add(bias)).square(), [w]);
  const tangent = (at: number): number => costAt(weight) + slope.itemSync() * (at - weight);
  await write("neuron.svg", "One neuron", [
    curve("The activation of a weighted sum: σ(2) = 0.88", {
      label: "weighted sum z",
      line: sums.map((sum, i) => ({ x: sum, y: activations[i]! })),
      at: { x: z, y: sigmoid(tensor(z)).itemSync() },
    }),
    curve("The cost against the weight; dashed, its slope of 0.277 at w = 2", {
      label: "weight w",
      line: between(-3, 4).map((at) => ({ x: at, y: costAt(at) })),
      dashed: [1, 3].map((at) => ({ x: at, y: tangent(at) })),
      at: { x: weight, y: costAt(weight) },
    }),
  ]);
}

interface CurveOptions {
  readonly label: string;
  readonly line: readonly Point[];
  readonly dashed?: readonly Point[];
  readonly at: Point;
}

function curve(caption: string, { label, line, dashed = [], at }: CurveOptions): SectionFigure {
  return {
    caption,
    options: (plot) => ({
      ...size,
      x: { label },
      y: { label: null, grid: true },
      marks: [
        plot.ruleY([0], { stroke: level }),
        plot.line(line, { x: "x", y: "y", stroke: "#222", strokeWidth: 2 }),
        plot.line(dashed, { x: "x", y: "y", stroke: more, strokeDasharray: "5 4" }),
        plot.dot([at], { x: "x", y: "y", fill: more, r: 5 }),
      ],
    }),
  };
}

/** The ten terms of the second page, beside the digit. */
async function cost(): Promise<void> {
  manualSeed(1);
  const network = sequential(dense(784, 16), sigmoid, dense(16, 10), sigmoid);
  const { test } = await loadMnist();
  const image = test.images.slice(0, 0, 1).reshape([1, 784]).div(255);
  const label = test.labels.slice(0, 0, 1);
  const outputs = network.forward(image).at(0).arraySync();
  const terms = Array.from(costTerms(network, image, oneHot(label, 10)).at(0).dataSync());
  const seven = label.at(0).itemSync();
  const sum = terms.reduce((a, b) => a + b).toFixed(2);
  const rows = outputs.map((output, digit) => ({ digit, output, term: terms[digit]! }));
  await write("cost.svg", "The cost of one digit", [
    digitFigure(`A ${seven}`, test.images.at(0).flatten().dataSync()),
    {
      caption: `Outputs, targets (rules), and their squared differences: together ${sum}`,
      options: (plot) => ({
        ...size,
        marginRight: 60,
        x: { label: "output", domain: [0, 1] },
        y: { label: null, type: "band" },
        marks: [
          plot.barX(rows, { x: "output", y: "digit", fill: "#777", inset: 2 }),
          plot.tickX(rows, {
            x: ({ digit }: { digit: number }) => (digit === seven ? 1 : 0),
            y: "digit",
            stroke: less,
            strokeWidth: 4,
          }),
          plot.text(rows, {
            x: 1,
            y: "digit",
            text: ({ term }: { term: number }) => term.toFixed(2),
            textAnchor: "start",
            dx: 12,
          }),
        ],
      }),
    },
  ]);
}

/** The two weights of the third page: the cost really, and as its slopes predict. */
async function slopes(): Promise<void> {
  const layer = dense(2, 1);
  layer.weight.assign([[0.5], [0]]);
  const costOf = () => quadraticCost(layer.forward(tensor([[4, 1]])), tensor([[0]]));
  const at = costOf().itemSync();
  const figures: SectionFigure[] = [];
  for (const component of await sensitivity(costOf, layer, { top: 2 })) {
    const line: Point[] = [];
    for (const by of between(-0.25, 0.25, 21)) {
      line.push({ x: by, y: (await tryNudge(costOf, component, by)).after });
    }
    const ends = [-0.25, 0.25].map((by) => ({ x: by, y: at + component.derivative * by }));
    figures.push({
      caption: `${component.name}: slope ${component.derivative}, and the cost really`,
      options: (plot) => ({
        ...size,
        x: { label: "nudge" },
        y: { label: "cost", grid: true, domain: [0, 10] },
        marks: [
          plot.line(ends, { x: "x", y: "y", stroke: more, strokeDasharray: "5 4" }),
          plot.line(line, { x: "x", y: "y", stroke: "#222", strokeWidth: 2 }),
          plot.dot([{ x: 0, y: at }], { x: "x", y: "y", fill: more, r: 5 }),
        ],
      }),
    });
  }
  await write("slopes.svg", "Two weights, nudged alike", figures);
}

await neuron();
await cost();
await slopes();
