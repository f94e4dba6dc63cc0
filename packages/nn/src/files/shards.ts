// Large models in several safetensors files, with a JSON index of which tensor is in which. Source:
// https://huggingface.co/docs/transformers/big_models#sharded-checkpoints
import { NablaError, type Tensor } from "@nabla/autograd";
import { callable, checkOptions, flag } from "@nabla/autograd/checks";
import { checkModel } from "../checks.ts";
import type { Model } from "../layer.ts";
import { elementsIn, headerIn } from "./elements.ts";
import { assign, checkFits, destinationsOf } from "./fitting.ts";
import { type Entry, isObject } from "./header-in.ts";
import { duplicateKey } from "./json-keys.ts";
import { quoted, shown } from "./names.ts";
import { nodeFiles } from "./node-files.ts";
import type { ByteStream, Reading } from "./reading.ts";
import type { LoadOptions, LoadReport, ReadOptions } from "./safetensors.ts";
import { type Bytes, readAll, readSource, subjectOf } from "./source.ts";

/** The source of one file of a sharded model: bytes, a path, or a stream. */
export type ShardSource = Bytes | string | ByteStream;

export interface ShardOptions {
  /**
   * Returns the source of the file with this name, such as `model-00001-of-00002.safetensors`. Default,
   * if the index is a path: the file in the same folder.
   */
  readonly open?: (file: string) => ShardSource | Promise<ShardSource>;
}

/**
 * The tensors of a model in several safetensors files, by name, converted as by `readSafetensors`;
 * `index` is the `model.safetensors.index.json` that maps tensors to files. Files without a tensor in
 * `only` are not opened. Throws `NablaError` for a malformed index, for file names that lead out of the
 * folder, and for files that lack tensors listed in the index.
 *
 * @example
 * const files = {
 *   "1.safetensors": toSafetensors({ a: tensor([1]) }),
 *   "2.safetensors": toSafetensors({ b: tensor([2]) }),
 * };
 * const index = { weight_map: { a: "1.safetensors", b: "2.safetensors" } };
 * const bytes = new TextEncoder().encode(JSON.stringify(index));
 * const tensors = await readShards(bytes, { open: (file) => files[file as keyof typeof files] });
 * Object.keys(tensors); // => ["a", "b"]
 */
export async function readShards(
  index: ShardSource,
  options: ReadOptions & ShardOptions = {},
): Promise<Readonly<Record<string, Tensor>>> {
  const subject = subjectOf("readShards", index);
  checkOptions(subject, options, { only: callable, open: callable });
  const { only = () => true } = options;
  const tensors: (readonly [name: string, x: Tensor])[] = [];
  for (const shard of await shardsOf(subject, index, options)) {
    const wanted = shard.names.filter(only);
    if (wanted.length > 0) tensors.push(...(await shard.read(new Set(wanted), () => undefined)));
  }
  return Object.fromEntries(tensors);
}

/**
 * Gives a model the parameters and buffers of several safetensors files, as `loadSafetensors` does from
 * one. Files are read one after the other, and nothing is changed before all have been. Throws
 * `NablaError` as `readShards` and `loadSafetensors` do.
 *
 * @example
 * const [one, other] = [dense(2, 1), dense(2, 1)];
 * const index = { weight_map: { weight: "1.safetensors", bias: "1.safetensors" } };
 * await loadShards(other, new TextEncoder().encode(JSON.stringify(index)), {
 *   open: () => toSafetensors(one),
 * });
 * other.weight.sub(one.weight).abs().sum().itemSync(); // => 0
 */
export async function loadShards(
  model: Model,
  index: ShardSource,
  options: LoadOptions & ShardOptions = {},
): Promise<Omit<LoadReport, "metadata">> {
  const subject = subjectOf("loadShards", index);
  checkModel(subject, model);
  const ofNames = { rename: callable, transpose: callable };
  checkOptions(subject, options, { strict: flag, widen: flag, open: callable, ...ofNames });
  const { strict = true, widen = false } = options;
  const destinations = destinationsOf(subject, model, options);
  const shards = await shardsOf(subject, index, options);
  const entries: Entry[] = [];
  const tensors: (readonly [name: string, x: Tensor])[] = [];
  for (const shard of shards) {
    const wanted = new Set(shard.names.filter((name) => destinations.has(name)));
    // Tensors that do not fit are an error before elements are read; missing names, once all files were read.
    const read = await shard.read(wanted, (found) => {
      checkFits(shard.subject, { entries: found, metadata: {} }, destinations, {
        strict: false,
        widen,
      });
      entries.push(...found);
    });
    tensors.push(...read);
  }
  const misfit = checkFits(subject, { entries, metadata: {} }, destinations, { strict, widen });
  assign(tensors, destinations);
  return misfit;
}

/** One of the files. */
interface Shard {
  readonly subject: string;
  /** The names listed in the index. */
  readonly names: readonly string[];
  /** Its tensors of these names; its header is checked first. */
  read(
    wanted: ReadonlySet<string>,
    look: (entries: readonly Entry[]) => void,
  ): Promise<readonly (readonly [name: string, x: Tensor])[]>;
}

async function shardsOf(
  subject: string,
  index: ShardSource,
  { open = besides(subject, index) }: ShardOptions,
): Promise<readonly Shard[]> {
  const text = new TextDecoder().decode(await readAll(subject, index, mostIndexBytes));
  const files = filesIn(subject, text);
  return [...files].map(([file, names]) => {
    const own = `${subject}: ${quoted(file)}`;
    return {
      subject: own,
      names,
      read: async (wanted, look) =>
        readSource(own, await open(file), shardIn(own, names, wanted, look)),
    };
  });
}

function* shardIn(
  subject: string,
  names: readonly string[],
  wanted: ReadonlySet<string>,
  look: (entries: readonly Entry[]) => void,
): Reading<readonly (readonly [name: string, x: Tensor])[]> {
  const header = yield* headerIn(subject);
  const found = new Set(header.entries.map(({ name }) => name));
  const missing = names.find((name) => !found.has(name));
  if (missing !== undefined) {
    throw new NablaError(`${subject}: lacks ${quoted(missing)}, which the index says it has`);
  }
  const listed = new Set(names);
  const other = header.entries.find(({ name }) => !listed.has(name));
  if (other) {
    throw new NablaError(`${subject}: has ${quoted(other.name)}, of which the index knows nothing`);
  }
  look(header.entries);
  const tensors = yield* elementsIn(subject, header, ({ name }) => wanted.has(name));
  yield "end";
  return tensors;
}

/** The default location of the files. */
function besides(subject: string, index: ShardSource): (file: string) => string {
  if (typeof index !== "string") {
    throw new NablaError(`${subject}: the index is no path; say by open where its files are`);
  }
  const { paths } = nodeFiles(subject);
  return (file) => paths.join(paths.dirname(index), file);
}

/** An index has some megabytes at most. */
const mostIndexBytes = 100_000_000;

/** The names of the tensors in each file. */
function filesIn(subject: string, text: string): ReadonlyMap<string, readonly string[]> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new NablaError(`${subject}: no index in JSON: ${quoted(text.slice(0, 20))}`);
  }
  const map: unknown = isObject(parsed) ? parsed["weight_map"] : undefined;
  if (!isObject(map)) {
    throw new NablaError(`${subject}: no index of safetensors files: it has no "weight_map"`);
  }
  const twice = duplicateKey(text);
  if (twice !== undefined) throw new NablaError(`${subject}: the index has ${quoted(twice)} twice`);
  const files = new Map<string, string[]>();
  for (const [name, file] of Object.entries(map)) {
    if (typeof file !== "string" || !isPlainName(file)) {
      const given = typeof file === "string" ? quoted(file) : shown(file);
      throw new NablaError(
        `${subject}: ${quoted(name)} is in ${given}, expected a file of the same folder`,
      );
    }
    const names = files.get(file);
    if (names) names.push(name);
    else files.set(file, [name]);
  }
  return files;
}

/** Whether it stays in the folder. */
function isPlainName(file: string): boolean {
  return file !== "" && file !== "." && file !== ".." && !/[/\\:\0]/.test(file);
}
