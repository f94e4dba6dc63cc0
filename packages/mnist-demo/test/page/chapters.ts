// Each chapter of the page, driven as a reader would: what is shown is what the library's calls give.
import { concat, gradients, oneHot, sigmoid, tensor } from "@nabla/autograd";
import {
  exampleCosts,
  type LayerNudges,
  measure,
  nudges,
  pairByRatio,
  quadraticCost,
  sensitivity,
  tryNudge,
  tryStep,
} from "@nabla/nn";
import { expect, test } from "vitest";
import { Contender } from "../../page/src/contender.ts";
import { look } from "../../page/src/inspection.ts";
import { learnFrom } from "../../page/src/learning.ts";
import { componentName, plain, signed, thousandths } from "../../page/src/numbers.ts";
import { thereAlready } from "../../page/src/training-digits.ts";
import { datasetOf, firstOf } from "../../src/training.ts";
import { type OpenedPage, usual } from "./opened-page.ts";

/** Waits until something is shown; machines are shared. */
const shown = <Value>(read: () => Value) => expect.poll(read, { timeout: 40_000 });

export function numberTests(the: OpenedPage): void {
  test("shows the numbers that the public calls give here", async () => {
    const page = await the.open();
    await page.getByRole("button", { name: "One step" }).click();
    await page.waitForFunction("document.querySelector('#steps').textContent === '1'");
    await the.show("mistake");

    const contender = new Contender(thereAlready(the.digits.train), the.digits.test, usual);
    await contender.advance();
    const { cost, accuracy: share, answers } = await contender.point();
    const read = await page.locator(".thumbnails label span").allTextContents();
    expect(read.map((text) => Number.parseInt(text, 10))).toEqual(answers);
    const labels = the.digits.test.labels.dataSync();
    expect(read.map((text) => text.includes("✗"))).toEqual(
      answers.map((answer, i) => answer !== labels[i]),
    );
    expect(await page.textContent("#cost")).toBe(cost.toFixed(4));
    expect(await page.textContent("#accuracy")).toBe(`${(share * 100).toFixed(1)} %`);

    const { images } = the.digits.test;
    const targets = oneHot(the.digits.test.labels, 10);
    const costs = exampleCosts(contender.network, images, targets);
    expect(await page.textContent("#own-cost")).toBe(costs.at(0).itemSync().toFixed(4));
    const outputs = Array.from(
      contender.network.forward(the.digits.test.images.slice(0, 0, 1)).dataSync(),
    );
    const terms = await page.locator(".term").allTextContents();
    // The first test digit is a 7.
    expect(terms).toEqual(
      outputs.map((a, digit) =>
        digit === 7
          ? `(${a.toFixed(2)} − 1)² = ${((a - 1) ** 2).toFixed(3)}`
          : `${a.toFixed(2)}² = ${(a ** 2).toFixed(3)}`,
      ),
    );

    await page.getByRole("slider", { name: "Output 7" }).fill("0.25");
    const moved = outputs.map((value, digit) => (digit === 7 ? (0.25 - 1) ** 2 : value ** 2));
    const sum = moved.reduce((x, y) => x + y).toFixed(4);
    await shown(() => page.textContent("#own-cost")).toBe(sum);
    expect(await page.locator(".term").nth(7).textContent()).toBe("(0.25 − 1)² = 0.563");

    await the.show("costs");
    const { train } = the.digits;
    const trained = exampleCosts(contender.network, train.images, oneHot(train.labels, 10));
    const ofAll = trained.mean().itemSync().toFixed(4);
    await shown(() => page.textContent("#mean-cost")).toBe(ofAll);
    const cheapest = Array.from(costs.slice(0, 0, 60).dataSync()).sort((a, b) => a - b);
    await shown(() => page.locator(".costs input").count()).toBe(60);
    const names = await page
      .locator(".costs input")
      .evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")));
    expect(names.map((name) => name!.split(" ").at(-1))).toEqual(
      cheapest.map((one) => one.toFixed(3)),
    );
    const slider = page.getByRole("slider", { name: /^Mean of the first/ });
    await slider.press("Home");
    for (let i = 0; i < 4; i++) await slider.press("ArrowRight");
    const ofTen = trained.slice(0, 0, 10).mean().itemSync().toFixed(4);
    expect(await page.getByLabel(/^Mean of the first 10 digits/).count()).toBe(1);
    expect(await page.textContent("#mean-cost")).toBe(ofTen);
    expect(the.complaints).toEqual([]);
  });
}

/** Of the chapters below, which train for seconds. */
export function chapterTests(the: OpenedPage): void {
  test("a step for one digit ruins the others, and of two knobs one matters 32 times as much", async () => {
    const page = await the.open();
    await page.locator(".thumbnails label").nth(1).click();
    await the.show("obey");
    await page.getByRole("button", { name: "Go to step 130" }).click();
    await page.waitForFunction("document.querySelector('#steps').textContent === '130'");
    const contender = new Contender(thereAlready(the.digits.train), the.digits.test, usual);
    while (contender.step < 130) await contender.advance();
    const { network } = contender;

    // The second test digit is a 2.
    const [image, target] = [
      the.digits.test.images.slice(0, 1, 2),
      oneHot(the.digits.test.labels.slice(0, 1, 2), 10),
    ];
    const others = datasetOf({
      images: concat([the.digits.test.images.slice(0, 0, 1), the.digits.test.images.slice(0, 2)]),
      labels: concat([the.digits.test.labels.slice(0, 0, 1), the.digits.test.labels.slice(0, 2)]),
    });
    const look = async () => {
      const measured = await measure(network, others, { cost: quadraticCost });
      return { own: exampleCosts(network, image, target).itemSync(), cost: measured.cost };
    };
    const steps = [
      { count: 1, name: "this 2 alone" },
      { count: 10, name: "10 digits" },
      { count: 100, name: "100 digits" },
      { count: 3000, name: "all 3,000" },
    ];
    const costs: number[] = [];
    for (const { count, name } of steps) {
      await page.getByRole("radio", { name }).check();
      await page.getByRole("button", { name: "Take the step" }).click();
      const row = page.locator(`.steps-taken [data-count="${count}"]`);
      const { images, labels } = firstOf(the.digits.train, count);
      const [x, y] = count === 1 ? [image, target] : [images, oneHot(labels, 10)];
      const { before, after } = await tryStep(network, x, y, { learningRate: 3 }, look);
      await row.locator("td strong").nth(1).waitFor();
      const told = await row.locator("td strong").allTextContents();
      expect(told).toEqual([after.own, after.cost].map((cost) => plain(cost)));
      costs.push(before.cost, after.cost);
    }
    const [start, byOne, , byTen, , byHundred, , byAll] = costs as [number, ...number[]];
    expect(byOne).toBeGreaterThan(2 * start);
    expect(byTen).toBeLessThan(byOne!);
    expect(byHundred).toBeLessThan(byTen!);
    expect(byAll).toBeLessThan(start);
    await page.getByRole("radio", { name: "this 2 alone" }).check();
    const read = await page.locator(".after-step .thumbnails span").allTextContents();
    expect(new Set(read)).toEqual(new Set(["2", "2 ✗"]));

    await page.getByRole("button", { name: "Ask one digit of each kind" }).click();
    const averages = page.locator(".ten-digits tfoot td span");
    await shown(() => averages.count()).toBe(12);
    const known = Array.from(the.digits.test.labels.dataSync());
    const kinds = [2, 0, 1, 3, 4, 5, 6, 7, 8, 9].map((kind) => known.indexOf(kind));
    const rows = tensor(Int32Array.from(kinds), { shape: [10] });
    const ofTen = quadraticCost(
      network.forward(the.digits.test.images.gather(0, rows)),
      oneHot(the.digits.test.labels.gather(0, rows), 10),
    );
    const parameters = network.parameters();
    const [second, third] = gradients(ofTen, [parameters[2]!, parameters[4]!]);
    const desires = new Map(
      [second, third].flatMap((slopes, i) => {
        const columns = slopes.shape[1]!;
        return Array.from(slopes.dataSync(), (slope, at): [string, string] => {
          const [row, column] = [Math.floor(at / columns), at % columns];
          const name = componentName({ kind: "weight", layer: i + 1, row, column }, 3);
          return [name, thousandths(-slope)];
        });
      }),
    );
    const weights = await page.locator(".ten-digits thead th .unseen").allTextContents();
    expect(await averages.allTextContents()).toEqual(weights.map((name) => desires.get(name)));

    await the.show("knobs");
    await page.getByRole("button", { name: "Pick two knobs" }).click();
    await page.getByRole("button", { name: "This one matters more" }).first().click();
    await page.locator("#times").waitFor();
    const cost = () => quadraticCost(network.forward(image) as typeof target, target);
    const all = await sensitivity(cost, network, { top: Number.POSITIVE_INFINITY });
    const last = network.parameters().at(-2);
    const pair = pairByRatio(
      all.filter(({ parameter }) => parameter === last),
      32,
    );
    const ratio = Math.abs(pair[0].derivative / pair[1].derivative);
    expect(Math.abs(ratio - 32)).toBeLessThan(2);
    const nudged = await Promise.all(pair.toReversed().map((one) => tryNudge(cost, one, 0.1)));
    const texts = (name: string) => page.locator(name).allTextContents();
    expect(await texts(".knob .predicted")).toEqual(nudged.map((one) => signed(one.predicted)));
    expect(await texts(".knob .actual")).toEqual(nudged.map((one) => signed(one.actual)));
    for (const { predicted, actual } of nudged) {
      // What is second order, of a turn of 0.1.
      expect(Math.abs(actual / predicted - 1)).toBeLessThan(0.08);
    }
    expect(await page.textContent(".verdict p")).toMatch(/^It is the other one/);
    expect(await page.locator(".network .lit").count()).toBe(2);
    expect(the.complaints).toEqual([]);
  });

  test("what a digit wants: of outputs, of a neuron by three avenues, and added up of a hidden one", async () => {
    const page = await the.open();
    await page.locator(".thumbnails label").nth(1).click();
    await the.show("wishes");
    const { network } = new Contender(thereAlready(the.digits.train), the.digits.test, usual);
    const { images } = the.digits.test;
    const targets = oneHot(the.digits.test.labels, 10);
    const { layers } = nudges(network, images.at(1), targets.at(1));
    const [first, second, outputs] = layers as [LayerNudges, LayerNudges, LayerNudges];
    const wishes = outputs.wantedActivations.arraySync();
    const texts = (name: string) => page.locator(name).allTextContents();
    const ends = (name: string) => texts(name).then((all) => all.map((one) => one.split(" = ")[1]));
    await shown(() => ends("[aria-labelledby=wishes] .term")).toEqual(wishes.map(signed));
    await page.locator("[aria-labelledby=wishes] input").nth(0).fill("0.9");
    await shown(() => ends("[aria-labelledby=wishes] .term")).toEqual(
      wishes.map((wish, digit) => signed(digit === 0 ? -1.8 : wish)),
    );
    expect(await page.textContent("#strongest-wish")).toContain("output 0 down (−1.800)");

    await the.show("avenues");
    const neuron = outputs.neuron(2);
    await shown(() => page.textContent("#neuron h3")).toBe("Output 2");
    const rows = page.locator(".avenues tbody tr");
    await shown(() => rows.count()).toBe(16);
    const column = (at: number) => texts(`.avenues td:nth-of-type(${at}) span`);
    expect(await column(1)).toEqual(
      outputs.previousActivations.arraySync().map((a) => plain(a, 2)),
    );
    expect(await column(2)).toEqual(neuron.weights.arraySync().map(signed));
    expect(await column(4)).toEqual(neuron.previousActivations.arraySync().map(signed));
    expect(await page.textContent("#difference")).toMatch(/^identical|^equal to [6-9] digits/);
    // A step along the weights alone, to the size of 1.
    for (const name of ["bias", "activations before"]) {
      await page.getByRole("checkbox", { name: new RegExp(`^${name}`) }).uncheck();
    }
    await page.getByRole("slider", { name: /^Step/ }).press("End");
    const after = neuron.weightedSum.add(neuron.effects.weights);
    await shown(() => texts("#avenue-step strong")).toEqual(
      [after, sigmoid(after)].map((one) => plain(one.itemSync())),
    );

    await the.show("desires");
    const strongest = second.wantedActivations.abs().argMax(0).itemSync();
    await shown(() => page.textContent("[aria-labelledby=desires] h3")).toBe(
      `Hidden layer 2, neuron ${strongest}`,
    );
    const parts = outputs.avenues.previousActivations.at(strongest).arraySync();
    const sum = second.wantedActivations.at(strongest).itemSync();
    await shown(() => texts(".sum text")).toEqual([
      ...parts.map((part, k) => `output ${k} ${signed(part)}`),
      `sum ${signed(sum)}`,
    ]);
    expect(await page.textContent("#desire-difference")).toMatch(
      /^identical|^equal to [5-9] digits/,
    );
    await page.getByLabel("Backward pass").press("End");
    const told = await page
      .getByRole("button", { name: /^Hidden layer 1, neuron 3:/ })
      .getAttribute("aria-label");
    expect(told).toContain(`desired change ${signed(first.wantedActivations.at(3).itemSync())}`);
    // Another neuron, and ten digits.
    await page.getByRole("button", { name: /^Hidden layer 1, neuron 3:/ }).click();
    await page.getByLabel("Desires of").selectOption("10");
    const seen = look(network, the.digits.test, { kind: "examples", from: 1, count: 10 });
    await shown(() => page.textContent("#look-cost")).toBe(seen.cost!.toFixed(4));
    await shown(async () => (await texts(".sum text")).at(-1)).toBe(
      `sum ${signed(seen.layers[0]!.wanted[3]!)}`,
    );
    expect(the.complaints).toEqual([]);
  });

  test("two men walk down the real cost in as many steps, one of them by fewer digits; and huge steps end where all slopes are 0", async () => {
    const page = await the.open();
    await the.show("watch");
    // Fewer than the page begins with: the careful man takes seconds for these.
    await page.getByLabel("Training digits").selectOption("1000");
    await the.show("walks");
    await page.getByRole("button", { name: "Let them walk" }).click();
    const cells = page.locator(".walks td");
    await shown(() => cells.count()).toBe(8);
    const [drunkSteps, drunkDigits, drunkWay, , steps, digits, way] = (
      await cells.allTextContents()
    ).map((text) => Number(text.replaceAll(",", "")));
    expect(Math.abs(steps! - drunkSteps!)).toBeLessThan(20);
    expect([drunkDigits, digits]).toEqual([drunkSteps! * 100, steps! * 1000]);
    // 1.5 and 4.0 of 3,000 digits, as `descentStudy` has it.
    expect(way).toBeLessThan(2);
    expect(drunkWay).toBeGreaterThan(3);
    expect(await page.textContent("#walks-told")).toContain(
      `${Math.round(digits! / drunkDigits!)} times as many digits`,
    );
    const seen = page.locator(".surface-map");
    expect(await seen.first().getAttribute("aria-label")).toContain(
      `${drunkSteps} steps of the drunk man, ${steps} of the careful man`,
    );
    await page.getByRole("slider", { name: /^After/ }).press("Home");
    await shown(() => seen.first().getAttribute("aria-label")).toContain(
      "1 steps of the drunk man, 0 of the careful man",
    );

    // From where the start is put on the map, or by its numbers: near the end, so that it is not far.
    const across = page.getByRole("spinbutton", { name: "across" });
    expect(await across.inputValue()).toBe("0");
    const { width, height } = (await seen.first().boundingBox())!;
    await seen.first().click({ position: { x: width * 0.9, y: height * 0.9 } });
    const put = Number(await across.inputValue());
    expect(put).toBeGreaterThan(1);
    await across.fill(String(put - 0.5));
    await across.press("Enter");
    await page.getByRole("button", { name: "Walk from there" }).click();
    await shown(() => across.inputValue()).toBe("0");
    expect(await page.textContent(".walks td:nth-of-type(2)")).not.toBe(
      drunkDigits!.toLocaleString("en"),
    );
    await page.getByText("In numbers: both paths").click();
    expect(await page.locator(".numbers[open] tbody tr").count()).toBe(10);

    await the.show("minima");
    await page.getByLabel("Learning rate").first().selectOption("100");
    await page.getByRole("button", { name: "Start from five places" }).click();
    await shown(() => page.locator("#minima-told").textContent()).toContain("Every slope is 0");
    const costs = await page.locator(".ends td:nth-of-type(1)").allTextContents();
    expect(costs).toEqual(["1.000", "1.000", "1.000", "1.000", "1.000"]);
    expect(the.complaints).toEqual([]);
  });

  test("few digits are learnt by heart, ten can be labelled by the reader, and code runs", async () => {
    const page = await the.open();
    await the.show("data");
    await page.getByRole("slider", { name: /^Learn from/ }).press("Home");
    await page.getByRole("button", { name: "Train on these" }).click();
    const told = page.locator("#data-told strong");
    await shown(() => told.count()).toBe(2);
    const ten = firstOf(the.digits.train, 10);
    const { own, unseen } = await learnFrom(ten, the.digits.test, usual);
    const texts = [own, unseen].map((share) => `${(share * 100).toFixed(1)} %`);
    expect(await told.allTextContents()).toEqual(texts);
    expect(own).toBeGreaterThan(unseen + 0.2);
    const labels = the.digits.train.labels.slice(0, 0, 10).arraySync();
    for (const [i, label] of labels.entries()) {
      await page.getByLabel(`Digit ${i + 1} is`, { exact: true }).selectOption(String(label));
    }
    await page.getByRole("button", { name: "Learn from my labels" }).click();
    await shown(() => page.locator("#own-told strong").first().textContent()).toBe("100.0 %");

    await the.show("code");
    const run = page.getByRole("button", { name: "Run" });
    await page.getByLabel("Code").fill("console.log(train.images.shape, dense(2, 3).weight.size)");
    await run.click();
    await shown(() => page.locator(".output").textContent()).toBe("[3000,28,28] 6");
    await page.getByLabel("Code").fill("zeros([2, 3]).matmul(zeros([2, 3]))");
    await run.click();
    await shown(() => page.locator("[aria-labelledby=code] [role=alert]").textContent()).toBe(
      "ShapeError: matmul: [2, 3] x [2, 3]: inner dimensions 3 and 2 differ",
    );
    await page.getByLabel("Code").fill("for (;;);");
    await run.click();
    await page.getByRole("button", { name: "Stop" }).click();
    await run.waitFor();
    expect(the.complaints).toEqual([]);
  });
}
