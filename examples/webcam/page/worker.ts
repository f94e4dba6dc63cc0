// The worker: all of nabla is here, so that the page never waits for it.
import { decodeImage, fromPixels, toPixels } from "@nabla/images";
import { expose } from "comlink";
import { Lesson, type Progress, seen } from "./lesson.ts";

const lesson = new Lesson();
let canvas: OffscreenCanvas | undefined;

/** A frame of the camera, or the bytes of a file. */
export type Picture = ImageBitmap | Uint8Array;

/** What is small enough to be drawn as it is. */
export interface Thumbnail {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

async function seenOf(picture: Picture) {
  if (picture instanceof Uint8Array) return seen(await decodeImage(picture));
  try {
    return seen(fromPixels(picture));
  } finally {
    picture.close();
  }
}

const service = {
  /** Where to draw what the network sees. */
  drawOn(given: OffscreenCanvas): void {
    canvas = given;
  },
  async add(label: number, picture: Picture): Promise<Thumbnail> {
    const small = await seenOf(picture);
    const thumbnail = await toPixels(small);
    lesson.add(label, small);
    return thumbnail;
  },
  forget: (label: number): void => lesson.forget(label),
  /** Draws a picture as the network sees it; gives the probability of each label that it has learnt. */
  async look(picture: Picture): Promise<ReadonlyMap<number, number> | undefined> {
    const small = await seenOf(picture);
    if (canvas) await toPixels(small, canvas);
    return lesson.probabilities(small);
  },
  train: (onProgress: (progress: Progress) => void): Promise<void> => lesson.train(onProgress),
  stop: (): void => lesson.stop(),
};

export type Service = typeof service;

expose(service);
