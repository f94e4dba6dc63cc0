// The walk through one digit: what is written is what the public calls give, on any terminal.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { manualSeed, oneHot, zeros } from "@nabla/autograd";
import {
  nudges,
  pairByRatio,
  quadraticCost,
  sensitivity,
  sgd,
  toSafetensors,
  tryStep,
} from "@nabla/nn";
import { describe, expect, onTestFinished, test } from "vitest";
import { look } from "../page/src/inspection.ts";
import { KnobBoard } from "../page/src/knobs.ts";
import { atNeuron } from "../page/src/neuron.ts";
import { stepBy } from "../page/src/step-by.ts";
import { runExplain } from "../src/explain/explain-command.ts";
import { help } from "../src/explain/explain-options.ts";
import { guide } from "../src/explain/guided.ts";
import type { TriedStep } from "../src/explain/walk.ts";
import { loadMnist } from "../src/load.ts";
import { networkOf } from "../src/network.ts";
import { firstOf, without } from "../src/training.ts";
import { folderWith, mnistFiles } from "./mnist-folder.ts";
import { run } from "./run.ts";

const description = { hidden: [12, 5], activation: "sigmoid", cost: "quadratic" } as const;

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "explain-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

/** A network of its own first weights, and the file of it. */
function modelFile(given: Parameters<typeof networkOf>[0] = description) {
  manualSeed(4);
  const network = networkOf(given);
  const file = join(folder(), "model.safetensors");
  writeFileSync(file, toSafetensors(network, { metadata: { cost: given.cost } }));
  return { network, file };
}

const explain = (args: string, terminal: { isTTY?: boolean; columns?: number } = {}) =>
  run(runExplain, args, { terminal: { ...terminal, getColorDepth: () => 24 } });

test("a network from a file: the numbers are those of the public calls", async () => {
  const [data, { network, file }] = [folderWith(mnistFiles(20, 20)), modelFile()];
  const { code, stdout, stderr } = await explain(
    `--digit 3 --neuron 2:4 --model ${file} --data ${data}`,
  );
  expect([code, stderr]).toEqual([0, ""]);
  const { images, labels } = (await loadMnist({ directory: data })).test;
  const target = oneHot(labels, 10);
  const cost = quadraticCost(network.forward(images.slice(0, 3, 4)), target.slice(0, 3, 4));
  expect(stdout).toContain("number 3 of the test digits, a 3");
  expect(stdout).toContain(`C = ${cost.itemSync().toPrecision(4)}.`);
  const mean = quadraticCost(network.forward(images), target).itemSync();
  expect(stdout.replaceAll("\n", " ")).toContain(`first 20 test digits is ${mean.toPrecision(4)}`);
  const neuron = nudges(network, images.at(3), target.at(3)).layers[1]!.neuron(4);
  const [z, a] = [neuron.weightedSum, neuron.activation].map((x) => x.itemSync().toFixed(3));
  expect(stdout).toContain("Neuron 4 of hidden layer 2: its three avenues");
  expect(stdout).toContain(`Its weighted sum is ${z}, its activation ${a}.`);
  const all = await sensitivity(cost, network, { top: Number.POSITIVE_INFINITY });
  const [strong, weak] = pairByRatio(all, 32);
  const ratio = Math.abs(strong.derivative / weak.derivative).toFixed(0);
  expect(stdout).toContain(`The cost is ${ratio} times as sensitive to`);
  const [inputs, targets] = [images.slice(0, 3, 4), target.slice(0, 3, 4)];
  const others = without({ images, labels }, 3);
  const look = () =>
    quadraticCost(network.forward(others.images), oneHot(others.labels, 10)).item();
  const { before, after } = await tryStep(network, inputs, targets, { learningRate: 3 }, look);
  const step = `${before.toFixed(3)} → ${after.toFixed(3)}`;
  expect(stdout).toMatch(new RegExp(`^this 3 alone .* ${step}`, "m"));
});

test("trains a network first if it has none, and says so on stderr", async () => {
  const { code, stdout, stderr } = await explain(`--data ${folderWith(mnistFiles(200, 20))}`);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^A 784-16-16-10 network after 1 epoch: test accuracy 0\.\d{4}\n/);
  expect(stderr).toMatch(/^training a network for 1 epoch; to use your own: --model\nepoch 1\/1/);
  expect(stdout).not.toContain("\x1b");
});

test("fits into a narrow terminal, and is coloured only in one", async () => {
  const args = `--model ${modelFile().file} --data ${folderWith(mnistFiles(20, 20))}`;
  for (const columns of [40, 80, 200]) {
    const plain = await explain(args, { columns });
    const long = plain.stdout
      .split("\n")
      .slice(1)
      .filter((line) => line.length > columns);
    expect(long).toEqual([]);
    expect(plain.stdout).not.toContain("\x1b");
  }
  const colored = await explain(args, { columns: 80, isTTY: true });
  expect(colored.stdout).toContain("\x1b[36m");
});

test("softmax outputs cost -log of the right one's probability", async () => {
  const { file } = modelFile({ ...description, cost: "cross-entropy" });
  const { stdout } = await explain(`--model ${file} --data ${folderWith(mnistFiles(20, 20))}`);
  expect(stdout).toContain("-y log a");
  const [, a, term] = /^0 +(0\.\d{4}) +1 +(\d\.\d{6})$/m.exec(stdout)!;
  expect(Number(term)).toBeCloseTo(-Math.log(Number(a)), 2);
});

test("writes a page and an image that need nothing else", async () => {
  const [html, svg] = ["digit.html", "digit.svg"].map((name) => join(folder(), name));
  const data = folderWith(mnistFiles(20, 20));
  const { stderr } = await explain(
    `--neuron 1:0 --model ${modelFile().file} --data ${data} --html ${html} --svg ${svg}`,
  );
  expect(stderr).toBe(`wrote ${html}\nwrote ${svg}\n`);
  const [page, image] = [readFileSync(html!, "utf8"), readFileSync(svg!, "utf8")];
  expect(page.match(/<section>/g)).toHaveLength(9);
  expect(page.match(/<figure>/g)!.length).toBeGreaterThan(8);
  expect(image).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="9\d\d" height="\d+"/);
  // Only places are rounded to hundredths.
  expect(/>-?0\.\d{3,}</.test(image)).toBe(true);
  expect(/="\d+\.\d{3}/.test(image)).toBe(false);
  for (const text of [page, image]) {
    expect(text).not.toMatch(/\b(href|src)=|@import|NaN|undefined/);
    expect(text.replaceAll("http://www.w3.org/", "")).not.toContain("http");
  }
});

test("--help goes to stdout", async () => {
  expect(await explain("--help")).toEqual({ code: 0, stdout: help, stderr: "" });
  for (const line of help.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
});

describe("one line on stderr and exit code 1", () => {
  const data = () => folderWith(mnistFiles(20, 20));
  test.each([
    ["--neuron 3", '--neuron: got "3", expected a layer from 1 and a neuron from 0, such as 2:5'],
    ["--digit 10", '--digit: got "10", expected a digit, 0 to 9'],
    ["--digit 1 --example 2", "--digit: got --example as well, expected one of them"],
    ["--example 20", "--example: got 20, there are 20 test digits"],
    ["--modle x", 'explain: there is no option "--modle"; did you mean --model?'],
    ["--neuron 3:10", "--neuron: got 3:10, the layers 1 to 3 have 12, 5, 10 neurons"],
    ["--html no/such/folder.html", '--html: "no/such/folder.html": there is no folder "no/such"'],
  ])("%s", async (args, message) => {
    const { code, stderr } = await explain(`${args} --model ${modelFile().file} --data ${data()}`);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });

  test("files that are no network's", async () => {
    const file = join(folder(), "x.safetensors");
    writeFileSync(file, "not a model at all");
    const { code, stderr } = await explain(`--model ${file} --data ${data()}`);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^--model: .*x\.safetensors: the header has \d+ bytes/);
    const other = join(folder(), "other.safetensors");
    writeFileSync(other, toSafetensors({ "1.weight": zeros([784, 10]) }));
    const short = await explain(`--model ${other} --data ${data()}`);
    expect(short.stderr).toMatch(/^--model: .*"1.bias".*\n$/);
    const none = await explain(`--model ${file}.not --data ${data()}`);
    expect(none.stderr).toMatch(/^--model: .*\.not: .*\n$/);
  });

  test("a single test digit, beside which there are no others", async () => {
    const { code, stderr } = await explain(`--data ${folderWith(mnistFiles(20, 1))}`);
    expect([code, stderr]).toEqual([
      1,
      "--data: test digits are 1, expected 2 or more: steps by one are measured on the others\n",
    ]);
  });
});

test("in a terminal chapters come one at a time, of another neuron or digit where asked", async () => {
  const [data, { file }] = [folderWith(mnistFiles(20, 20)), modelFile()];
  const { code, stdout } = await run(runExplain, `--digit 3 --model ${file} --data ${data}`, {
    terminal: { isTTY: true, columns: 80 },
    keys: ["5", "n", "d", "1", "q"],
  });
  expect(code).toBe(0);
  const screens = stdout.split("\x1b[H").slice(1);
  expect(screens.map((screen) => screen.split("\n")[0])).toEqual([
    expect.stringMatching(/^1\/9 /),
    "5/9 Neuron 3 of the outputs: its three avenues",
    "5/9 Neuron 4 of the outputs: its three avenues",
    // Of the next digit, the output that should light up.
    "5/9 Neuron 4 of the outputs: its three avenues",
    expect.stringMatching(/^1\/9 /),
  ]);
  expect(screens.at(0)).toContain("number 3 of the test digits, a 3");
  expect(screens.at(-1)).toContain("number 4 of the test digits, a 4");
});

test("a step is taken as the reader asks for it, and the walk goes on after it", async () => {
  const [data, { network, file }] = [folderWith(mnistFiles(20, 20)), modelFile()];
  const { stdout } = await run(runExplain, `--digit 3 --model ${file} --data ${data}`, {
    terminal: { isTTY: true, columns: 80 },
    keys: ["3", "t", "a", "q"],
  });
  const screens = stdout.split("\x1b[H").slice(2);
  const { train, test: unseen } = await loadMnist({ directory: data });
  const image = unseen.images.slice(0, 3, 4);
  const target = oneHot(unseen.labels.slice(0, 3, 4), 10);
  const costNow = () => quadraticCost(network.forward(image), target);
  const costs = [costNow().itemSync()];
  const optimizer = sgd(network.parameters(), { learningRate: 3 });
  costNow().backward();
  optimizer.step();
  costs.push(costNow().itemSync());
  quadraticCost(network.forward(train.images), oneHot(train.labels, 10)).backward();
  optimizer.step();
  costs.push(costNow().itemSync());
  expect(screens.map((screen) => /C = (\S+)\./.exec(screen)?.[1])).toEqual(
    costs.map((cost) => cost.toPrecision(4)),
  );
  expect(screens[2]!.replaceAll("\n", " ")).toContain(
    "a step by this 3 alone; a step by 20 digits",
  );
});

test("keys go through chapters to the end", async () => {
  const sections = ["a", "b", "c"].map((title) => ({ title, text: () => [], figures: [] }));
  const terminal = { isLive: true, columns: 80, colors: "none" } as const;
  const walk = async (...keys: string[]) => {
    let text = "";
    const stdout = { write: (more: string) => (text += more) };
    const pressed = Readable.from(keys)[Symbol.asyncIterator]() as AsyncIterator<string>;
    const given = { stdout, terminal, keys: pressed, at: 0, what: "A network" };
    const left = await guide(sections, given);
    return [
      text
        .split("\x1b[H")
        .slice(1)
        .map((screen) => screen[4])
        .join(""),
      left.because,
    ];
  };
  expect(await walk("\r", " ", "b", "\x1b[D", "b", "3", "x", "9", "\r", "1")).toEqual([
    "abcbac",
    "done",
  ]);
  expect(await walk("\x1b[C", "q", "3")).toEqual(["ab", "done"]);
  expect(await walk("\x03")).toEqual(["a", "interrupted"]);
  expect(await walk("2", "d")).toEqual(["ab", "otherDigit"]);
  expect(await walk("3", "t")).toEqual(["ac", "stepByOne"]);
  expect(await walk("a")).toEqual(["a", "stepByAll"]);
  expect(await walk()).toEqual(["a", "done"]);
});

test("the numbers as JSON are those of the public calls, and the network may be untrained", async () => {
  const [data, { network, file }] = [folderWith(mnistFiles(20, 20)), modelFile()];
  const { stdout } = await explain(`--digit 3 --json --model ${file} --data ${data}`);
  const told = JSON.parse(stdout) as Record<string, unknown> & {
    layers: Record<string, number[]>[];
  };
  const { images, labels } = (await loadMnist({ directory: data })).test;
  const { layers, cost } = nudges(network, images.at(3), oneHot(labels, 10).at(3));
  expect([told["label"], told["cost"]]).toEqual([3, cost.itemSync()]);
  expect(told.layers.map((layer) => layer["wantedActivations"])).toEqual(
    layers.map((layer) => layer.wantedActivations.arraySync()),
  );
  const untrained = await explain(`--epochs 0 --data ${data}`);
  expect(untrained.stdout).toContain("A 784-16-16-10 network before training");
});

test("the terminal tells of a digit what the page tells of it", async () => {
  const [data, { network, file }] = [folderWith(mnistFiles(20, 20)), modelFile()];
  const { stdout } = await explain(`--digit 3 --json --model ${file} --data ${data}`);
  const told = JSON.parse(stdout) as {
    cost: number;
    outputs: number[];
    layers: Record<string, number[]>[];
    components: { derivative: number }[];
    steps: TriedStep[];
    unseen: number;
  };
  const { train, test: unseen } = await loadMnist({ directory: data });
  const source = { kind: "examples", from: 3, count: 1 } as const;
  const neuron = { layer: 1, index: 4 };
  const shown = look(network, unseen, source, atNeuron(neuron));
  const last = told.layers.at(-1)!;
  const near = (wanted: ArrayLike<number>) => Array.from(wanted, (one) => expect.closeTo(one, 6));
  expect(told.cost).toBeCloseTo(shown.cost!, 6);
  expect(told.outputs).toEqual(near(shown.layers.at(-1)!.activations));
  for (const [i, { activations, wanted }] of shown.layers.entries()) {
    expect(told.layers[i]!["activations"]).toEqual(near(activations));
    expect(told.layers[i]!["wantedActivations"]).toEqual(near(wanted));
  }
  expect(last["wantedOfPrevious"]![4]).toBeCloseTo(shown.neuron!.wantedActivation, 6);
  expect(told.layers[1]!["weightedSums"]![4]).toBeCloseTo(shown.neuron!.weightedSum, 6);
  expect(told.steps.map(({ digits }) => digits)).toEqual([1, 10, 20]);
  for (const { digits, before, after } of told.steps) {
    const by = digits === 1 ? undefined : firstOf(train, digits);
    const step = await stepBy(network, unseen, source, by, 3);
    const seen = ({ own, cost, accuracy }: TriedStep["after"]) => [own, cost, accuracy];
    expect(seen(before)).toEqual(near(seen(step.before)));
    expect(seen(after)).toEqual(near(seen(step.after)));
    expect(told.unseen).toBe(step.others);
  }
  const { sizes } = await new KnobBoard(network, unseen, source).find();
  const derivatives = told.components.map(({ derivative }) => Math.abs(derivative));
  expect(derivatives).toEqual(near(sizes.subarray(0, derivatives.length)));
});
