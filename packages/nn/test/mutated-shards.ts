// Indices of models in several files with mistakes in them: an error of one line and nothing changed, or what
// the files have; no file is asked for that is not in the folder.
import { NablaError, type Tensor, tensor } from "@nabla/autograd";
import fc from "fast-check";
import {
  changedBy,
  expectSame,
  inBytes,
  inText,
  type Outcome,
  outcomeOf,
  withinBound,
} from "../../../fixtures/mutations.ts";
import { dense } from "../src/dense.ts";
import { toSafetensors } from "../src/files/safetensors.ts";
import { loadShards, readShards } from "../src/files/shards.ts";

const model = dense(2, 3);
const tensors: Readonly<Record<string, Tensor>> = {
  weight: model.weight,
  bias: model.bias!,
  ["__proto__"]: tensor([1, 2]),
  "7": tensor([7]),
};
const homes: Readonly<Record<string, string>> = {
  weight: "model-00001-of-00002.safetensors",
  bias: "model-00002-of-00002.safetensors",
  ["__proto__"]: "constructor",
  "7": "model-00002-of-00002.safetensors",
};
const only = (file: string) =>
  Object.fromEntries(Object.entries(tensors).filter(([name]) => homes[name] === file));
const files: ReadonlyMap<string, Uint8Array> = new Map(
  [...new Set(Object.values(homes))].map((file) => [file, toSafetensors(only(file))]),
);

const text = JSON.stringify({ metadata: { total_size: 48 }, weight_map: homes });
const small = JSON.stringify({
  weight_map: { weight: "model.safetensors", bias: "model.safetensors" },
});
const whole = toSafetensors({ weight: model.weight, bias: model.bias! });

/** What stands in place of a part of an index. */
const texts = [
  ...["0", "-1", "1e400", "null", "true", "[]", "{}", '{"a":{}}', "", " ", ",", ":", "}", "{"],
  ...['"../model.safetensors"', '"/etc/passwd"', '"..\\\\secret"', '"C:secret"', '"."', '".."'],
  ...['""', '"a/b"', '"\\u0000"', '"\\u002e\\u002e/x"', '"\\ud800"', '"file:secret"', '"%2e%2e"'],
  ...['"__proto__"', '"constructor"', '"toString"', '"weight_map"', '"weight"', '"bias"', '"7"'],
  ...[
    '"model.safetensors"',
    '"model-00001-of-00002.safetensors"',
    '"model.safetensors.index.json"',
  ],
  ...['"weight":"model.safetensors",', '"a":"model.safetensors",', '"weight_map":{},', "[[[["],
  ...["[".repeat(30_000), '{"a":'.repeat(10_000), `"${"a".repeat(30_000)}"`],
];

const parts = /"(?:[^"\\]|\\.)*"|[\d.e+-]+|[{}[\],:]/g;
/** Changes that mean nothing, so that some indices are still right. */
const harmless = fc.oneof(
  inText(/,/g, [", ", ",\n\t"]),
  inText(/:/g, [" : "]),
  inText(/(?<="total_size":)48/g, ["0", "1e400", "null", '[{"weight":"/etc/passwd"}]']),
);
const change = fc.oneof(
  inBytes,
  { arbitrary: inText(parts, texts), weight: 3 },
  { arbitrary: harmless, weight: 4 },
);

const encoded = [text, small].map((index) => new TextEncoder().encode(index));

/** Indices after some changes. */
export const mutatedIndices: fc.Arbitrary<Uint8Array> = changedBy(encoded, change);

/** A file of the folder; one that is not there is an error such as the system gives. */
function open(file: string): Uint8Array {
  if (/[/\\:\0]|^\.\.?$|^$/.test(file)) throw new Error(`asked for ${JSON.stringify(file)}`);
  const found = file === "model.safetensors" ? whole : files.get(file);
  if (found) return found;
  if (file === "model.safetensors.index.json") return encoded[0]!;
  throw new NablaError("open: there is no such file");
}

const contentOf = (x: Tensor) => [x.shape, [...x.dataSync()]];

/** Throws unless the index is refused as it should, or gives the tensors that the files have by these names. */
export async function checkIndex(bytes: Uint8Array): Promise<Outcome> {
  return withinBound(bytes, async () => {
    const given = await outcomeOf(() => readShards(bytes, { open }));
    if (typeof given !== "string") {
      const said = JSON.parse(new TextDecoder().decode(bytes)) as { weight_map: object };
      expectSame(Object.keys(given).sort(), Object.keys(said.weight_map).sort(), "the names");
      for (const [name, x] of Object.entries(given)) {
        expectSame(contentOf(x), contentOf(tensors[name]!), name);
      }
    }
    const other = dense(2, 3);
    const untouched = toSafetensors(other);
    const loaded = await outcomeOf(() => loadShards(other, bytes, { open, strict: false }));
    if (typeof loaded === "string") expectSame(toSafetensors(other), untouched, "what was refused");
    else {
      for (const name of ["weight", "bias"] as const) {
        const expected = loaded.missing.includes(name) ? undefined : contentOf(model[name]!);
        if (expected) expectSame(contentOf(other[name]!), expected, name);
      }
    }
    return typeof given === "string" ? "refused" : "read";
  });
}
