import { random } from "@nabla/autograd";
import { melSpectrogram } from "@nabla/signal";

const sound = random.normal([1600], { seed: 1 });
export const shape = melSpectrogram(sound, 8000, 256, { mels: 20 }).shape;
