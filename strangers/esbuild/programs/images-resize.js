import { random } from "@nabla/autograd";
import { augment, fromPixels, randomCrop, randomFlip, resize, toFloat } from "@nabla/images";

const data = Uint8ClampedArray.from({ length: 4 * 8 * 8 }, (_, i) => (i % 4 === 3 ? 255 : i % 256));
const image = resize(toFloat(fromPixels({ width: 8, height: 8, data })), [6, 6]);
const changed = augment(randomFlip(), randomCrop([4, 4]));
export const shape = changed(image, random.key(1)).realize().shape;
