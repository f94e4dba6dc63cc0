/**
 * Tables, text and files of others as tensors, and pipelines that feed a training: the public names,
 * grouped by what a user does.
 *
 * @module @nabla/data
 */

// Files of NumPy

export type { NumpyDType } from "./numpy/dtypes.ts";
export type { NpyOptions, ToNpyOptions } from "./numpy/npy.ts";
export { npy, toNpy } from "./numpy/npy.ts";
export type { NpzOptions, ToNpzOptions } from "./numpy/npz.ts";
export { npz, toNpz } from "./numpy/npz.ts";

// Tables and text

export type {
  CategoryColumn,
  Column,
  ColumnKind,
  NumberColumn,
  TextColumn,
} from "./tables/columns.ts";
export type { CsvOptions, CsvRowOptions } from "./tables/csv.ts";
export { csv, csvRows } from "./tables/csv.ts";
export type { EncoderOptions, InputOptions, TableEncoder } from "./tables/encoder.ts";
export { encoderOf, tableEncoder } from "./tables/encoder.ts";
export type { LineOptions, Text, TextSource } from "./tables/lines.ts";
export { jsonLines } from "./tables/lines.ts";
export type { Standardization, StandardizationOptions } from "./tables/standardization.ts";
export { standardization } from "./tables/standardization.ts";
export type { SplitOptions, Table } from "./tables/table.ts";
export { split } from "./tables/table.ts";

export type { Vocabulary } from "./text/characters.ts";
export { vocabularyOf } from "./text/characters.ts";
export type { TextTokenizer, TokenizerOptions } from "./text/tokenizer.ts";
export { tokenizer } from "./text/tokenizer.ts";

// Folders

export type { ClassFolderOptions, ClassFolders, Labelled } from "./folders.ts";
export { classFolders } from "./folders.ts";

// Pipelines

export type { Source } from "./pipeline/cells.ts";
export type { Batched } from "./pipeline/collate.ts";
export type { MapOptions, Pipeline, PipelineBatchOptions, Place } from "./pipeline/pipeline.ts";
export { from } from "./pipeline/pipeline.ts";
export type { WorkerOptions } from "./pipeline/workers.ts";

// Where files come from

export type { ByteStream, Bytes, LaterBytes } from "./sources.ts";
