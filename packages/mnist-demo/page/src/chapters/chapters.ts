// The code of the chapters, of each fetched when the reader comes near it.
import type { ComponentType } from "preact";
import type { ChapterProps } from "./chapter.tsx";
import type { contents } from "./contents.ts";

type Load = () => Promise<ComponentType<ChapterProps>>;

export const chapters: Readonly<Record<(typeof contents)[number]["id"], Load>> = {
  mistake: async () => (await import("./mistake.tsx")).Mistake,
  costs: async () => (await import("./costs.tsx")).Costs,
  knobs: async () => (await import("./knobs.tsx")).KnobsChapter,
  wishes: async () => (await import("./wishes.tsx")).Wishes,
  avenues: async () => (await import("./avenues.tsx")).Avenues,
  desires: async () => (await import("./desires.tsx")).Desires,
  obey: async () => (await import("./obey.tsx")).Obey,
  walks: async () => (await import("./walks.tsx")).WalksChapter,
  minima: async () => (await import("./minima.tsx")).Minima,
  data: async () => (await import("./data.tsx")).Data,
  code: async () => (await import("./code.tsx")).Code,
};
