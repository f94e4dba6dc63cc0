/** Tables, text and files of others as tensors, and pipelines that feed a training. */
export {};
