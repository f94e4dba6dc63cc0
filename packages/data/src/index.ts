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

// Pipelines

export type { Source } from "./pipeline/cells.ts";
export type { Batched } from "./pipeline/collate.ts";
export type { MapOptions, Pipeline, PipelineBatchOptions, Place } from "./pipeline/pipeline.ts";
export { from } from "./pipeline/pipeline.ts";
export type { WorkerOptions } from "./pipeline/workers.ts";

// Where files come from

export type { ByteStream, Bytes, LaterBytes } from "./sources.ts";
