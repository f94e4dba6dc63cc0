// What workers of `pnpm bench:folder` do: a PNG file becomes a small picture.
import { threads } from "@nabla/autograd";
import { readImage, resize, toFloat } from "@nabla/images";

// Workers are side by side already.
threads(1);

export default async function decode({ path, label, side }) {
  const image = resize(toFloat(await readImage(path)), [side, side], { antialias: true });
  return { images: Float32Array.from(await image.data()), labels: Int32Array.of(label) };
}
