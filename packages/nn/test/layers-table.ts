// The layers of docs/layers.md: of each an example, which the page shows as it is found to be.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compileFunction } from "node:vm";
import { type DType, formatShape, type Shape, type Tensor, zeros } from "@nabla/autograd";
import { type Layer, type LayerFunction, readSafetensors, sequential, summary } from "@nabla/nn";
import { functions, publicIn } from "./public-names.ts";

export interface Entry {
  readonly name: string;
  /** Makes one. */
  readonly call: string;
  readonly input: Shape;
  readonly dtype?: DType;
  /** Where `forward` wants more than the input. */
  readonly inputs?: (x: Tensor) => object;
  /** Beside what of PyTorch's it is tested, in the case of that name in `fixtures/`; or why not. */
  readonly pytorch: readonly [name: string, fixture: string] | string;
}

const row = (
  call: string,
  input: Shape,
  pytorch: Entry["pytorch"],
  dtype: DType = "float32",
): Entry => ({ name: /^\w+/.exec(call)![0], call, input, pytorch, dtype });

const images = [5, 4, 6, 6];
const signals = [5, 4, 7];
const volumes = [5, 4, 3, 6, 6];
const sequences = [5, 7, 4];

/** Of all numbers of axes. */
const adaptive = (kind: "Average" | "Max", theirs: string): readonly Entry[] =>
  [signals, images, volumes].map((input, i) =>
    row(`adaptive${kind}Pooling${i + 1}d(2)`, input, [
      `Adaptive${theirs}Pool${i + 1}d`,
      `adaptive-${kind.toLowerCase()}-pool-${i + 1}d`,
    ]),
  );

export const groups: Readonly<Record<string, readonly Entry[]>> = {
  "Dense layers, and layers of layers": [
    row("dense(4, 3)", [5, 4], ["Linear", "linear"]),
    row("sequential(dense(4, 3), relu, dense(3, 2))", [5, 4], "its layers are"),
    row("residual(dense(4, 3), relu, dense(3, 4))", [5, 4], "its layers are"),
    row("flatten()", images, "moves elements"),
    row("embedding(10, 4)", [5, 7], ["Embedding", "embedding"], "int32"),
    row("tiedOutput(embedding(10, 4))", sequences, ["Linear", "tied-output"]),
  ],
  Convolutions: [
    row("convolution1d(4, 8, 3)", signals, ["Conv1d", "conv-1d"]),
    row("convolution2d(4, 8, 3)", images, ["Conv2d", "conv"]),
    row("convolution3d(4, 8, 3)", volumes, ["Conv3d", "conv-3d"]),
    row("convolutionTranspose1d(4, 8, 3)", signals, ["ConvTranspose1d", "conv-transpose-1d"]),
    row("convolutionTranspose2d(4, 8, 3)", images, ["ConvTranspose2d", "conv-transpose-2d"]),
    row("convolutionTranspose3d(4, 8, 3)", volumes, ["ConvTranspose3d", "conv-transpose-3d"]),
    row("separableConvolution1d(4, 8, 3)", signals, ["Conv1d", "separable-1d"]),
    row("separableConvolution2d(4, 8, 3)", images, ["Conv2d", "separable-2d"]),
  ],
  Pooling: [
    row("maxPooling1d(2)", signals, ["MaxPool1d", "max-pool-1d"]),
    row("maxPooling2d(2)", images, ["MaxPool2d", "max-pool"]),
    row("maxPooling3d(2)", volumes, ["MaxPool3d", "max-pool-3d"]),
    row("averagePooling1d(2)", signals, ["AvgPool1d", "average-pool-1d"]),
    row("averagePooling2d(2)", images, ["AvgPool2d", "average-pool"]),
    row("averagePooling3d(2)", volumes, ["AvgPool3d", "average-pool-3d"]),
    row("globalMaxPooling()", images, ["amax", "global-max-pool"]),
    row("globalAveragePooling()", images, ["mean", "global-average-pool"]),
    ...adaptive("Average", "Avg"),
    ...adaptive("Max", "Max"),
  ],
  "Upsampling and rearrangement": [
    row("upsampling1d(2)", signals, ["Upsample", "upsampling-1d"]),
    row("upsampling2d(2)", images, ["Upsample", "upsampling-2d"]),
    row("upsampling3d(2)", volumes, ["Upsample", "upsampling-3d"]),
    row("pixelShuffle(2)", images, ["PixelShuffle", "pixel-shuffle"]),
    row("pixelUnshuffle(2)", images, ["PixelUnshuffle", "pixel-unshuffle"]),
  ],
  Normalisation: [
    row("batchNorm(4)", images, ["BatchNorm2d", "batch-norm"]),
    row("layerNorm(4)", sequences, ["LayerNorm", "layer-norm"]),
    row("groupNorm(2, 4)", images, ["GroupNorm", "group-norm"]),
    row("instanceNorm(4)", images, ["InstanceNorm2d", "instance-norm"]),
    row("rmsNorm(4)", sequences, ["formula", "rms-norm"]),
  ],
  "Reparametrised weights": [
    row("weightNorm(dense(4, 3))", [5, 4], ["weight_norm", "weight-norm"]),
    row("spectralNorm(dense(4, 3))", [5, 4], ["spectral_norm", "spectral-norm"]),
  ],
  Regularisation: [
    row("dropout(0.5)", [5, 4], "draws its own numbers"),
    row("spatialDropout(0.5)", images, "draws its own numbers"),
    row("dropPath(0.5)", [5, 4], "draws its own numbers"),
  ],
  Activations: [
    row("prelu(4)", images, ["PReLU", "prelu"]),
    row("glu", [5, 4], ["glu", "glu"]),
    row("geglu", [5, 4], ["formula", "geglu"]),
    row("swiglu", [5, 4], ["formula", "swiglu"]),
    row("reglu", [5, 4], ["formula", "reglu"]),
    row("relu6", [5, 4], ["ReLU6", "relu6"]),
    row("hardTanh", [5, 4], ["Hardtanh", "hard-tanh"]),
    row("hardSwish", [5, 4], ["Hardswish", "hard-swish"]),
    row("selu", [5, 4], ["SELU", "selu"]),
    row("celu", [5, 4], ["CELU", "celu"]),
    row("mish", [5, 4], ["Mish", "mish"]),
    row("softSign", [5, 4], ["Softsign", "soft-sign"]),
    row("tanhShrink", [5, 4], ["Tanhshrink", "tanh-shrink"]),
    row("softShrink", [5, 4], ["Softshrink", "soft-shrink"]),
    row("hardShrink", [5, 4], ["Hardshrink", "hard-shrink"]),
    row("threshold", [5, 4], ["Threshold", "threshold"]),
    row("softMin", [5, 4], ["Softmin", "soft-min"]),
  ],
  "Recurrent layers": [
    row("rnn(4, 3)", sequences, ["RNN", "rnn"]),
    row("lstm(4, 3)", sequences, ["LSTM", "lstm"]),
    row("gru(4, 3)", sequences, ["GRU", "gru"]),
    row("rnnCell(4, 3)", [5, 4], ["RNNCell", "rnn-cell"]),
    row("lstmCell(4, 3)", [5, 4], ["LSTMCell", "lstm-cell"]),
    row("gruCell(4, 3)", [5, 4], ["GRUCell", "gru-cell"]),
  ],
  Attention: [
    row("multiHeadAttention(4, 2)", sequences, ["MultiheadAttention", "attention"]),
    row("multiHeadAttention(8, 4, { keyHeads: 2 })", [5, 7, 8], ["formula", "attention-grouped"]),
    row("transformerBlock(4, 2)", sequences, ["TransformerEncoderLayer", "block-before"]),
    {
      ...row("decoderBlock(4, 2)", sequences, ["TransformerDecoderLayer", "decoder-before"]),
      inputs: (context) => ({ context }),
    },
  ],
  Positions: [
    row("sinusoidalPositions(4)", sequences, ["formula", "sinusoidal-positions"]),
    row("learntPositions(10, 4)", sequences, ["Embedding", "learnt-positions"]),
    row("rotary", sequences, ["formula", "rotary"]),
  ],
};

export const entries: readonly Entry[] = Object.values(groups).flat();

/** Functions beside layers. */
const notLayers: readonly string[] = ["alibi"];

/** Public layers that the table does not have, and names in it that are not public. */
export function missingFromTable(): { readonly missing: string[]; readonly unknown: string[] } {
  const all = [...publicIn("layers"), ...publicIn("activations"), "dense", "sequential"];
  const listed = entries.map(({ name }) => name);
  return {
    missing: all.filter((name) => ![...listed, ...notLayers].includes(name)),
    unknown: listed.filter((name) => !all.includes(name)),
  };
}

const fixtures = new Set(
  Object.keys(
    readSafetensors(readFileSync(join(import.meta.dirname, "fixtures", "layers.safetensors")))
      .tensors,
  ).map((name) => name.split("/", 1)[0]!),
);

/** The page as Markdown. */
export function layersPage(): string {
  const tables = Object.entries(groups).map(([title, some]) => {
    const lines = some.map((entry) => `| ${cellsOf(entry).join(" | ")} |`);
    return [`## ${title}`, "", head, rule, ...lines].join("\n");
  });
  return `${intro}\n\n${tables.join("\n\n")}\n`;
}

const columns = ["layer", "what it is", "example", "in → out"];
const found = ["parameters", "FLOP", "bytes", "compared with PyTorch's"];
const head = `| ${[...columns, ...found].join(" | ")} |`;
const rule = `|${"---|".repeat(columns.length + found.length)}`;

function cellsOf(entry: Entry): readonly string[] {
  const { name, call, input, dtype = "float32", pytorch } = entry;
  const layer = made(entry);
  layer.evaluate?.();
  const y = layer.forward(zeros([...input], { dtype }));
  const named = [
    ...layer.namedParameters!().map(([one, { shape }]) => `\`${one}\` ${formatShape(shape)}`),
    ...layer.namedBuffers!().map(([one, { shape }]) => `*\`${one}\`* ${formatShape(shape)}`),
  ];
  const total = summary(layer, input, { dtype }).split("\n").at(-1)!.trim().split(/ {3,}/);
  const { file, sentence } = sourceOf(name);
  return [
    `[\`${name}\`](../${file})`,
    sentence,
    `\`${call}\``,
    `${formatShape(input)} → ${formatShape(y.shape)}`,
    named.join(", ") || "none",
    ...total.slice(-2),
    comparedWith(name, pytorch),
  ];
}

/** The example's layer, of one input. */
export function made({ call, inputs }: Entry): Layer {
  const make = compileFunction(`return ${call};`, Object.keys(functions));
  const layer = make(...Object.values(functions)) as Layer | LayerFunction;
  if (typeof layer === "function") return sequential(layer);
  if (inputs === undefined) return layer;
  const forward = layer.forward.bind(layer) as (x: Tensor, more: object) => Tensor;
  return { ...layer, forward: (x: Tensor) => forward(x, inputs(x)) };
}

function comparedWith(name: string, pytorch: Entry["pytorch"]): string {
  if (typeof pytorch === "string") return `no: ${pytorch}`;
  const [theirs, fixture] = pytorch;
  if (!fixtures.has(fixture)) throw new Error(`${name}: no fixture has a case "${fixture}"`);
  return theirs === "formula" ? `its formula (${fixture})` : `\`${theirs}\` (${fixture})`;
}

const root = join(import.meta.dirname, "../../..");
const sources = "packages/nn/src";
const texts = ["", "/layers", "/activations"].flatMap((folder) =>
  readdirSync(join(root, sources + folder))
    .filter((file) => file.endsWith(".ts"))
    .map(
      (file) =>
        [
          `${sources}${folder}/${file}`,
          readFileSync(join(root, sources + folder, file), "utf8"),
        ] as const,
    ),
);

/** Where a public name is declared, and the first sentence of its docstring. */
function sourceOf(name: string): { readonly file: string; readonly sentence: string } {
  const declared = new RegExp(
    `/\\*\\*((?:(?!\\*/)[^])*)\\*/\\nexport (?:function|const) ${name}\\b`,
  );
  for (const [file, text] of texts) {
    const [, docstring] = declared.exec(text) ?? [];
    if (docstring === undefined) continue;
    const [words] = docstring
      .replaceAll(/\n \* ?/g, " ")
      .trim()
      .split(" @example");
    // Not behind initials of names.
    const [sentence] = words!.trim().split(/(?<!\b[A-Z]\.|\bal\.)(?<=\.) /);
    return { file, sentence: sentence!.replaceAll("|", "\\|") };
  }
  throw new Error(`${name} is declared in no file of src, or has no docstring`);
}

const intro = `# Layers

Written from an example of each layer, by \`npx vitest run -u --project docs layers-page\`: shapes,
parameters, FLOP and bytes are what was found. A test fails where a layer is missing, or where this page
is not what the layers do now.

- *parameters*: names and shapes, as \`namedParameters\` gives them and files keep them. Names are those of
  PyTorch's \`state_dict\`, and so are shapes, but for the weights of dense layers, [inputs, outputs]:
  \`loadSafetensors(model, file, { transpose })\`. What is measured and not trained is in italics.
- *FLOP*, *bytes*: of one \`forward\` after \`evaluate()\`, as \`summary\` counts them: products, sums and
  functions of elements; and input, parameters and output once each.
- *compared with PyTorch's*: values and all gradients, in float64, with PyTorch's layer or function of that
  name, or with a formula in PyTorch; in brackets the case of
  [\`scripts/fixtures/layers.py\`](../scripts/fixtures/layers.py), which
  [\`pytorch.test.ts\`](../packages/nn/test/pytorch.test.ts) compares.

All of them go through \`compile\`, \`vmap\` and derivatives of any order; the compiler checks that each fits
the one before it in a \`sequential\`. Functions of a tensor are layers, too:
[operations](operations.md) has those of \`@nabla/autograd\`, such as \`relu\`, \`gelu\`, \`silu\` and \`softmax\`.

Options are explained in each layer's docstring. The option \`initializer\` of layers with weights takes
\`xavierUniform()\`, \`xavierNormal()\`, \`heUniform()\`, \`heNormal()\`, \`orthogonal()\`, \`normal()\`,
\`uniform()\`, \`constant(x)\` or \`zeros()\`.

A function that makes a block of layers takes its sizes as \`number\`, which fits any size:
\`const block = (from: number, to: number) => sequential(convolution2d(from, to, 3), batchNorm(to), relu)\`.
With type parameters (\`<To extends number>\`) it does not compile, because \`sequential\` compares the sizes of
neighbours where it is written. For a block whose sizes are checked see
[a layer of your own](guide/10-layer.md#what-the-compiler-knows-of-it).`;
