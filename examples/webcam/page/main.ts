// The page: camera and files go to the worker, thumbnails, costs and answers come back.
import { proxy, transfer, wrap } from "comlink";
import { frameOf, turnOff, turnOn } from "./camera.ts";
import { Card, found } from "./card.ts";
import type { Progress } from "./lesson.ts";
import type { Picture, Service } from "./worker.ts";

const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
worker.addEventListener("error", ({ message }) => tell(`The worker failed: ${message}`));
const service = wrap<Service>(worker);

const video = found(document, "#video", HTMLVideoElement);
const cameraButton = found(document, "#camera", HTMLButtonElement);
const trainButton = found(document, "#train", HTMLButtonElement);
const status = found(document, "#status", HTMLElement);
const progress = found(document, "#progress", HTMLProgressElement);
const seen = found(document, "#seen", HTMLCanvasElement);
const bars = found(document, "#bars", HTMLElement);

/** Says what is the matter; nothing takes the words away. */
function tell(failure: string): void {
  found(document, "#failure", HTMLElement).textContent = failure;
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** Does what may fail, and tells that it did. */
async function trying<R>(act: () => Promise<R>, subject = ""): Promise<R | undefined> {
  try {
    return await act();
  } catch (error) {
    tell(subject + messageOf(error));
    return undefined;
  }
}

const handedOver = (picture: Picture): Picture =>
  transfer(picture, [picture instanceof Uint8Array ? (picture.buffer as ArrayBuffer) : picture]);

const bytesOf = async (file: File): Promise<Uint8Array> => new Uint8Array(await file.arrayBuffer());

const cards = ["One thing", "Another thing", "A third thing"].map((name, label) => {
  const add = async (picture: Picture): Promise<void> => {
    // Only the camera's: there one looks as into a mirror.
    const isMirrored = picture instanceof ImageBitmap;
    card.show(await service.add(label, handedOver(picture)), isMirrored);
    countPictures();
  };
  const card: Card = new Card(found(document, "#card", HTMLTemplateElement), name, {
    record: () =>
      trying(async () => {
        const frame = await frameOf(video);
        if (frame) await add(frame);
      }),
    async addFiles(files) {
      tell("");
      for (const file of files) {
        await trying(async () => add(await bytesOf(file)), `${file.name}: `);
      }
    },
    forget: () => {
      void trying(() => service.forget(label));
      countPictures();
    },
    rename: () => {
      drawBars(answers);
      if (!hasLearnt) countPictures();
    },
  });
  return card;
});
found(document, "#cards", HTMLElement).append(...cards.map(({ element }) => element));

let isTraining = false;
/** Whether the status says so. */
let hasLearnt = false;

function countPictures(): void {
  const known = cards.filter(({ count }) => count > 0);
  trainButton.disabled = known.length < 2 && !isTraining;
  if (isTraining) return;
  hasLearnt = false;
  status.textContent =
    known.length < 2
      ? "It needs pictures of two things."
      : `Ready to learn ${known.map(({ name, count }) => `${name} (${count})`).join(", ")}.`;
}

// Camera

cameraButton.addEventListener("click", () => void (video.srcObject ? stopCamera() : startCamera()));

async function startCamera(): Promise<void> {
  tell("");
  cameraButton.disabled = true;
  await trying(() =>
    turnOn(video, (message) => {
      stopCamera();
      tell(message);
    }),
  );
  cameraButton.disabled = false;
  showCamera();
  if (video.srcObject) void watch();
}

function stopCamera(): void {
  turnOff(video);
  showCamera();
}

function showCamera(): void {
  const isOn = video.srcObject !== null;
  cameraButton.textContent = isOn ? "Turn the camera off" : "Turn the camera on";
  found(document, "#no-video", HTMLElement).hidden = isOn;
  video.hidden = !isOn;
  for (const card of cards) card.hasCamera = isOn;
}

/** Asks about what the camera sees, as often as answers come, but not more than some ten times a second. */
async function watch(): Promise<void> {
  const stream = video.srcObject;
  const isOn = (): boolean => stream !== null && video.srcObject === stream;
  while (isOn()) {
    const pause = new Promise((resolve) => setTimeout(resolve, 90));
    const frame = document.hidden ? undefined : await frameOf(video);
    if (frame && (await trying(() => ask(frame))) === undefined) return stopCamera();
    await pause;
  }
}

// Answers

const offscreen = seen.transferControlToOffscreen();
void service.drawOn(transfer(offscreen, [offscreen]));

async function ask(picture: Picture): Promise<true> {
  const isMirrored = picture instanceof ImageBitmap;
  const probabilities = await service.look(handedOver(picture));
  seen.classList.toggle("mirrored", isMirrored);
  drawBars(probabilities);
  return true;
}

const askInput = found(document, "#ask", HTMLInputElement);
askInput.addEventListener("change", () => {
  const file = askInput.files?.[0];
  askInput.value = "";
  if (!file) return;
  tell("");
  stopCamera();
  void trying(async () => ask(await bytesOf(file)), `${file.name}: `);
});

/** What the bars show. */
let answers: ReadonlyMap<number, number> | undefined;

function drawBars(probabilities: ReadonlyMap<number, number> | undefined): void {
  answers = probabilities;
  const most = probabilities && Math.max(...probabilities.values());
  bars.replaceChildren(
    ...cards.map(({ name }, label) => {
      const probability = probabilities?.get(label);
      const percent = probability === undefined ? undefined : `${(100 * probability).toFixed(0)} %`;
      const row = document.createElement("li");
      row.classList.toggle("best", probability !== undefined && probability === most);
      row.innerHTML = `<div class="words"><span></span><span></span></div><div class="bar"><i></i></div>`;
      const [words, number] = row.querySelectorAll("span");
      words!.textContent = name;
      number!.textContent = percent ?? "–";
      found(row, "i", HTMLElement).style.width = percent?.replace(" ", "") ?? "0";
      return row;
    }),
  );
}

// Training

trainButton.addEventListener("click", () => void (isTraining ? service.stop() : train()));

async function train(): Promise<void> {
  tell("");
  isTraining = true;
  trainButton.textContent = "Stop";
  status.textContent = "It learns …";
  const costs: number[] = [];
  const onProgress = ({ step, steps, cost }: Progress): void => {
    costs.push(cost);
    [progress.value, progress.max] = [step, steps];
    found(document, "#cost", HTMLElement).textContent = cost.toFixed(3);
    drawCurve(costs, steps);
  };
  await trying(() => service.train(proxy(onProgress)));
  isTraining = false;
  trainButton.textContent = "Train again";
  countPictures();
  const [first, last] = [costs[0], costs.at(-1)];
  if (first === undefined || last === undefined) return;
  hasLearnt = true;
  status.textContent = `Learnt in ${costs.length} steps: the cost went from ${first.toFixed(2)} to ${last.toFixed(3)}.`;
}

function drawCurve(costs: readonly number[], steps: number): void {
  const most = Math.max(...costs);
  const points = costs.map((cost, i) => {
    const x = (300 * (i + 1)) / steps;
    const y = 88 - (84 * cost) / most;
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  found(document, "#curve polyline", SVGPolylineElement).setAttribute("points", points.join(" "));
}

showCamera();
countPictures();
drawBars(undefined);
