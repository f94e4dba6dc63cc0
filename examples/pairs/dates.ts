// Dates as people write them, "march 3, 2019", rewritten as 2019-03-03: a recurrent encoder reads the characters
// in both directions, a recurrent decoder writes, and before each character it looks at those that were read. D.
// Bahdanau, K. Cho and Y. Bengio, "Neural machine translation by jointly learning to align and translate", 2015.
import { concat, random, softmax, type Tensor, tensor, where } from "@nabla/autograd";
import { crossEntropy, dense, embedding, gru, madeOf, padded } from "@nabla/nn";

const months =
  "january february march april may june july august september october november december".split(
    " ",
  );
/** Each character has a number; the first one, which dates do not have, stands before what is written. */
const characters = "^0123456789-, abcdefghijklmnopqrstuvwxyz";
export const longest = "september 28, 2019".length;

export interface DatePair {
  readonly given: string;
  readonly wanted: string;
}

/** Dates from 1950 to 2049, in two orders. */
export function dates(count: number, seed: number): readonly DatePair[] {
  const drawn = (end: number, key: number) =>
    random.randint([count], 0, end, { seed: random.foldIn(seed, key) }).dataSync();
  const [years, all, days, orders] = [drawn(100, 1), drawn(12, 2), drawn(28, 3), drawn(2, 4)];
  return Array.from(years, (year, i) => {
    const [month, day] = [all[i]!, days[i]! + 1];
    const name = months[month]!;
    return {
      given: `${orders[i] ? `${name} ${day},` : `${day} ${name}`} ${1950 + year}`,
      wanted: [1950 + year, month + 1, day].map((x) => String(x).padStart(2, "0")).join("-"),
    };
  });
}

const numbersOf = (text: string) => Array.from(text, (one) => characters.indexOf(one));

/** What the model reads and writes, as numbers of characters; `before` is what stands before each. */
export function batchOf(pairs: readonly DatePair[]) {
  const { values: given, lengths } = padded(
    pairs.map((pair) => numbersOf(pair.given)),
    { length: longest },
  );
  const wanted = tensor(
    pairs.map((pair) => numbersOf(pair.wanted)),
    { dtype: "int32" },
  );
  const before = tensor(
    pairs.map((pair) => numbersOf(`^${pair.wanted.slice(0, -1)}`)),
    { dtype: "int32" },
  );
  return { given, lengths, before, wanted };
}

export type Rewriter = ReturnType<typeof rewriter>;

export function rewriter(hidden: number) {
  const parts = {
    embedding: embedding(characters.length, hidden),
    encoder: gru(hidden, hidden, { bidirectional: true }),
    decoder: gru(hidden, hidden),
    query: dense(hidden, 2 * hidden),
    output: dense(3 * hidden, characters.length),
  };
  return {
    ...madeOf(parts),
    /** Logits of each next character, and how much it looks at each one given, [count, written, given]. */
    forward({
      given,
      lengths,
      before,
    }: Pick<ReturnType<typeof batchOf>, "given" | "lengths" | "before">) {
      const read: Tensor = parts.encoder.forward(parts.embedding.forward(given), { lengths });
      const state: Tensor = parts.decoder.forward(parts.embedding.forward(before));
      const scores = parts.query.forward(state).matmul(read.permute([0, 2, 1]));
      // Padding is not looked at.
      const isThere = given.notEqual(0).expandDims(1);
      const attention = softmax(where(isThere, scores, Number.NEGATIVE_INFINITY));
      const logits = parts.output.forward(concat([state, attention.matmul(read)], 2));
      return { logits, attention };
    },
  };
}

/** What a batch costs, by each character that is written, while those before it are the right ones. */
export function costOf(model: Rewriter, batch: ReturnType<typeof batchOf>): Tensor {
  return crossEntropy(model.forward(batch).logits, batch.wanted);
}

/** Writes each date, character by character, and tells what was looked at. */
export function rewritten(model: Rewriter, given: readonly string[]) {
  let texts = given.map(() => "");
  for (;;) {
    const written = texts.map((text, i) => ({ given: given[i]!, wanted: text.padEnd(10, "0") }));
    const { logits, attention } = model.forward(batchOf(written));
    const best = logits.argMax(-1).arraySync() as number[][];
    texts = texts.map((text, i) => text + characters[best[i]![text.length]!]!);
    if (texts[0]!.length === 10) return { texts, attention: attention.arraySync() as number[][][] };
  }
}
