// The chapters in their order; the code of each is fetched when the reader comes near it.
import type { ComponentType } from "preact";
import type { ChapterProps } from "./chapter.tsx";

/** A chapter's place in the page's address, its heading, and its code. */
interface Chapter {
  readonly id: string;
  /** Given the digit that is looked at. */
  readonly title: (digit: string) => string;
  readonly load: () => Promise<ComponentType<ChapterProps>>;
}

export const chapters: readonly Chapter[] = [
  {
    id: "mistake",
    title: () => "What does one mistake cost?",
    load: async () => (await import("./mistake.tsx")).Mistake,
  },
  {
    id: "costs",
    title: () => "… and all of them?",
    load: async () => (await import("./costs.tsx")).Costs,
  },
  {
    id: "knobs",
    title: () => "Which knob matters?",
    load: async () => (await import("./knobs.tsx")).KnobsChapter,
  },
  {
    id: "wishes",
    title: (digit) => `What does this ${digit} want?`,
    load: async () => (await import("./wishes.tsx")).Wishes,
  },
  {
    id: "avenues",
    title: () => "Three ways to change a neuron",
    load: async () => (await import("./avenues.tsx")).Avenues,
  },
  {
    id: "desires",
    title: () => "Adding up desires",
    load: async () => (await import("./desires.tsx")).Desires,
  },
  {
    id: "obey",
    title: (digit) => `Why not just obey this ${digit}?`,
    load: async () => (await import("./obey.tsx")).Obey,
  },
  {
    id: "walks",
    title: () => "The drunk man and the careful man",
    load: async () => (await import("./walks.tsx")).WalksChapter,
  },
  {
    id: "minima",
    title: () => "Downhill to where?",
    load: async () => (await import("./minima.tsx")).Minima,
  },
  {
    id: "data",
    title: () => "How many labelled digits?",
    load: async () => (await import("./data.tsx")).Data,
  },
  {
    id: "code",
    title: () => "The whole of it in a dozen lines",
    load: async () => (await import("./code.tsx")).Code,
  },
];
