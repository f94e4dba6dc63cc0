// Tokenizers of models (byte-pair encoding, WordPiece, unigrams), by a library that users install
// where they need one: @huggingface/tokenizers, which reads the files of the models.
import type { Tokenizer } from "@huggingface/tokenizers";
import { NablaError } from "@nabla/autograd";
import { checkOptions, describe, flag, isPlainObject } from "@nabla/autograd/checks";
import { wrapped } from "../checks.ts";
import { checkIds } from "./characters.ts";

export interface TokenizerOptions {
  /** Whether special tokens, such as those for the start and the end, are added. Default: true. */
  readonly specialTokens?: boolean;
}

/** Turns text into the numbers of tokens and back. */
export interface TextTokenizer {
  readonly encode: (text: string, options?: TokenizerOptions) => Int32Array<ArrayBuffer>;
  /** The text of some tokens, without special ones. */
  readonly decode: (ids: ArrayLike<number>) => string;
}

/**
 * The tokenizer of a model, by the content of its `tokenizer.json` and `tokenizer_config.json`. Throws
 * `NablaError` where `@huggingface/tokenizers` is not installed, and for what it cannot read.
 *
 * @example
 * const vocab = { "[UNK]": 0, play: 1, "##ing": 2 };
 * const { encode, decode } = await tokenizer({
 *   model: { type: "WordPiece", vocab, unk_token: "[UNK]", continuing_subword_prefix: "##" },
 *   pre_tokenizer: { type: "Whitespace" },
 *   decoder: { type: "WordPiece", prefix: "##", cleanup: false },
 *   added_tokens: [],
 * });
 * encode("playing"); // => Int32Array [1, 2]
 * decode([1, 2]); // => "playing"
 */
export async function tokenizer(
  json: Readonly<Record<string, unknown>>,
  config: Readonly<Record<string, unknown>> = {},
): Promise<TextTokenizer> {
  for (const given of [json, config]) {
    if (!isPlainObject(given)) {
      throw new NablaError(
        `tokenizer: got ${describe(given)}, expected the object in tokenizer.json`,
      );
    }
  }
  const { Tokenizer: Own } = await library();
  const said = <R>(operation: string, f: () => R): R => {
    try {
      return f();
    } catch (error) {
      throw wrapped(operation, error, "@huggingface/tokenizers: ");
    }
  };
  const own = said("tokenizer", () => new Own({ ...nothing, ...json }, config));
  return {
    encode(text, options = {}) {
      checkOptions("encode", options, { specialTokens: flag });
      const { specialTokens = true } = options;
      if (typeof text !== "string") {
        throw new NablaError(`encode: got ${describe(text)}, expected a text`);
      }
      const { ids } = said("encode", () => own.encode(text, { add_special_tokens: specialTokens }));
      const wrong = ids.findIndex((id: number) => !Number.isSafeInteger(id));
      if (wrong < 0) return Int32Array.from(ids);
      throw new NablaError(
        `encode: token ${wrong} has the number ${ids[wrong]}, expected an integer`,
      );
    },
    decode: (ids) => {
      checkIds(ids);
      const list: number[] = Array.from(ids);
      const wrong = list.findIndex((id: number) => own.id_to_token(id) === undefined);
      if (wrong >= 0) {
        throw new NablaError(
          `decode: ${describe(list[wrong])} at ${wrong} is the number of no token`,
        );
      }
      return said("decode", () => own.decode(list, { skip_special_tokens: true }));
    },
  };
}

/** What files of tokenizers may leave out, and the library wants to see. */
const nothing = {
  ...{ normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null },
  added_tokens: [],
};

async function library(): Promise<{ readonly Tokenizer: typeof Tokenizer }> {
  try {
    return await import("@huggingface/tokenizers");
  } catch (error) {
    throw new NablaError("tokenizer: needs @huggingface/tokenizers: npm install it beside", {
      cause: error,
    });
  }
}
