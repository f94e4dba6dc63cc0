// The chapters in their order: what leads to them, and what they lead to.

/** A chapter's place in the page's address and in the guide, and its heading. */
interface Chapter {
  readonly id: string;
  /** The page of the guide that tells the same in code. */
  readonly guide: string;
  /** Given the digit that is looked at. */
  readonly title: (digit: string) => string;
}

export const contents = [
  { id: "mistake", guide: "2-cost", title: () => "What does one mistake cost?" },
  { id: "costs", guide: "2-cost", title: () => "… and all of them?" },
  { id: "knobs", guide: "3-sensitivity", title: () => "Which knob matters?" },
  { id: "wishes", guide: "4-one-digit", title: (digit) => `What does this ${digit} want?` },
  { id: "avenues", guide: "4-one-digit", title: () => "Three ways to change a neuron" },
  { id: "desires", guide: "5-backwards", title: () => "Adding up desires" },
  { id: "obey", guide: "6-average", title: (digit) => `Why not just obey this ${digit}?` },
  { id: "walks", guide: "7-mini-batches", title: () => "The drunk man and the careful man" },
  { id: "minima", guide: "7-mini-batches", title: () => "Downhill to where?" },
  { id: "data", guide: "8-data", title: () => "How many labelled digits?" },
  { id: "code", guide: "index", title: () => "The whole of it in a dozen lines" },
] as const satisfies readonly Chapter[];
