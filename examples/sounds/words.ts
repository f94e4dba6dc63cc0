// Words of two vowels that a machine could say: a buzz through two resonances, in noise.
import { random, type Tensor, tensor } from "@nabla/autograd";

/** Samples a second. */
export const sampleRate = 4000;
/** Samples of a recording. */
export const length = 2048;
/** Samples of a word. */
const spoken = 1024;

/** Both resonances of a vowel, in Hz: G. E. Peterson and H. L. Barney, "Control methods used in a study of
 * the vowels", 1952, the second one of "i" moved below half the sample rate. */
const resonances = { a: [730, 1090], i: [270, 1900], u: [300, 870] } as const;

/** The words have the same vowels: only their order tells some of them apart. */
export const words = ["ai", "ia", "au", "ua", "iu", "ui"] as const;

export interface Recordings {
  /** [count, length] */
  readonly sounds: Tensor;
  /** [count], indices of `words` */
  readonly labels: Tensor;
  /** At which sample each word begins. */
  readonly begins: readonly number[];
}

/** So many words, of any pitch, anywhere in a recording. */
export function recordings(count: number, seed: number): Recordings {
  const draws = random.uniform([count, 3], { seed }).dataSync();
  const noise = random.normal([count, length], { standardDeviation: 0.7, seed: seed + 1 });
  const sounds = new Float32Array(count * length);
  const begins: number[] = [];
  for (let i = 0; i < count; i++) {
    const [pitch, place, loudness] = draws.subarray(3 * i, 3 * i + 3) as unknown as number[];
    const begin = Math.floor(place! * (length - spoken));
    const word = words[i % words.length]!;
    say(word, 90 + 110 * pitch!, sounds.subarray(i * length + begin, i * length + begin + spoken));
    for (let t = 0; t < spoken; t++) sounds[i * length + begin + t]! *= 0.5 + loudness!;
    begins.push(begin);
  }
  const labels = Int32Array.from({ length: count }, (_, i) => i % words.length);
  return {
    sounds: tensor(sounds, { shape: [count, length] })
      .add(noise)
      .realize(),
    labels: tensor(labels, { dtype: "int32" }),
    begins,
  };
}

/** Adds a word: harmonics of the pitch, strong near the vowel's resonances, which glide to the next. */
function say(word: string, pitch: number, sound: Float32Array): void {
  const [from, to] = [...word].map((vowel) => resonances[vowel as keyof typeof resonances]);
  for (let t = 0; t < sound.length; t++) {
    const share = 1 / (1 + Math.exp(-20 * (t / sound.length - 0.5)));
    const rise = Math.sin((Math.PI * t) / sound.length);
    for (let harmonic = pitch; harmonic < sampleRate / 2; harmonic += pitch) {
      const near = [0, 1].map((k) => {
        const resonance = from![k]! * (1 - share) + to![k]! * share;
        return Math.exp(-(((harmonic - resonance) / 120) ** 2));
      });
      const angle = (2 * Math.PI * harmonic * t) / sampleRate;
      sound[t]! += rise * (near[0]! + 0.7 * near[1]!) * Math.sin(angle);
    }
  }
}
