// The card of a thing: its name, its pictures, and the buttons to record more.
import type { Thumbnail } from "./worker.ts";

/** What a card asks of the page. */
export interface CardEvents {
  /** One picture of the camera. */
  readonly record: () => Promise<unknown>;
  readonly addFiles: (files: readonly File[]) => Promise<unknown>;
  readonly forget: () => unknown;
  readonly rename: () => unknown;
}

/** While a button is held, a picture is recorded so often. */
const millisecondsBetween = 120;

/** Thumbnails beyond are not seen. */
const mostThumbnails = 40;

/** An element of this kind that the page has. */
export function found<E extends Element>(
  within: ParentNode,
  selector: string,
  kind: new () => E,
): E {
  const element = within.querySelector(selector);
  if (!(element instanceof kind)) throw new Error(`the page has no ${selector}`);
  return element;
}

export class Card {
  readonly element: HTMLElement;
  readonly #name: HTMLInputElement;
  readonly #record: HTMLButtonElement;
  readonly #forget: HTMLButtonElement;
  readonly #usualName: string;
  #count = 0;
  #held = 0;

  constructor(template: HTMLTemplateElement, usualName: string, events: CardEvents) {
    const copy = template.content.cloneNode(true) as DocumentFragment;
    this.element = found(copy, ".card", HTMLElement);
    this.#name = found(copy, ".name", HTMLInputElement);
    this.#record = found(copy, ".record", HTMLButtonElement);
    this.#forget = found(copy, ".forget", HTMLButtonElement);
    this.#usualName = usualName;
    this.#name.value = usualName;
    this.#name.setAttribute("aria-label", `Name of ${usualName.toLowerCase()}`);
    this.#name.addEventListener("input", () => {
      this.#labelButtons();
      events.rename();
    });
    this.#forget.addEventListener("click", () => {
      this.empty();
      events.forget();
    });
    this.#records(events.record);
    this.#takesFiles(events.addFiles);
    this.#labelButtons();
  }

  get name(): string {
    return this.#name.value.trim() || this.#usualName;
  }

  get count(): number {
    return this.#count;
  }

  set hasCamera(isOn: boolean) {
    this.#record.disabled = !isOn;
    if (!isOn) this.#release();
  }

  /** One picture more. */
  show(thumbnail: Thumbnail, isMirrored: boolean): void {
    const canvas = document.createElement("canvas");
    canvas.classList.toggle("mirrored", isMirrored);
    [canvas.width, canvas.height] = [thumbnail.width, thumbnail.height];
    canvas
      .getContext("2d")!
      .putImageData(new ImageData(thumbnail.data, thumbnail.width, thumbnail.height), 0, 0);
    const thumbnails = found(this.element, ".thumbnails", HTMLElement);
    thumbnails.prepend(canvas);
    if (thumbnails.childElementCount > mostThumbnails) thumbnails.lastElementChild!.remove();
    this.#counted(this.#count + 1);
  }

  empty(): void {
    found(this.element, ".thumbnails", HTMLElement).replaceChildren();
    this.#counted(0);
  }

  #counted(count: number): void {
    this.#count = count;
    const words = count === 0 ? "no pictures" : count === 1 ? "1 picture" : `${count} pictures`;
    found(this.element, ".count", HTMLElement).textContent = words;
    this.#forget.disabled = count === 0;
  }

  #labelButtons(): void {
    this.#record.setAttribute("aria-label", `Record ${this.name}`);
    this.#forget.setAttribute("aria-label", `Forget ${this.name}`);
    found(this.element, ".files", HTMLInputElement).setAttribute(
      "aria-label",
      `Add files of ${this.name}`,
    );
  }

  /** Held by pointer or key it goes on; a click by other means, as of a screen reader, is one picture. */
  #records(record: () => Promise<unknown>): void {
    const hold = async (): Promise<void> => {
      const own = ++this.#held;
      this.element.classList.add("recording");
      do {
        await record();
        await new Promise((resolve) => setTimeout(resolve, millisecondsBetween));
      } while (this.#held === own);
    };
    const release = (): void => this.#release();
    const button = this.#record;
    button.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      button.setPointerCapture(event.pointerId);
      void hold();
    });
    button.addEventListener("keydown", (event) => {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      if (!event.repeat) void hold();
    });
    for (const name of ["pointerup", "pointercancel", "lostpointercapture", "keyup", "blur"]) {
      button.addEventListener(name, release);
    }
    button.addEventListener("contextmenu", (event) => event.preventDefault());
    button.addEventListener("click", (event) => {
      if (event.detail === 0) void record();
    });
  }

  #release(): void {
    this.#held++;
    this.element.classList.remove("recording");
  }

  #takesFiles(add: (files: readonly File[]) => Promise<unknown>): void {
    const input = found(this.element, ".files", HTMLInputElement);
    input.addEventListener("change", () => {
      void add([...(input.files ?? [])]);
      input.value = "";
    });
    const { element } = this;
    element.addEventListener("dragover", (event) => {
      event.preventDefault();
      element.classList.add("over");
    });
    element.addEventListener("dragleave", () => element.classList.remove("over"));
    element.addEventListener("drop", (event) => {
      event.preventDefault();
      element.classList.remove("over");
      void add([...(event.dataTransfer?.files ?? [])]);
    });
  }
}
