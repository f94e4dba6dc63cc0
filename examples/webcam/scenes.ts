// What the test's camera sees: two scenes in turn, as the uncompressed video that Chromium plays in place of a
// camera (YUV4MPEG2, https://wiki.multimedia.cx/index.php/YUV4MPEG2).
import { writeFile } from "node:fs/promises";

const [width, height, framesPerSecond] = [160, 120, 10];

/** How long a scene takes before the other one comes. */
const secondsOfScene = 4;

type Color = readonly [red: number, green: number, blue: number];

const scenes: readonly ((x: number, y: number, time: number) => Color)[] = [
  // A red disc before something dark, and it sways.
  (x, y, time) =>
    Math.hypot(x - 80 - 12 * Math.sin(4 * time), y - 60) < 34 ? [230, 40, 40] : [30, 34, 40],
  // Blue stripes, which wander.
  (x, y, time) =>
    Math.floor((x + y + 20 * time) / 14) % 2 === 0 ? [40, 70, 220] : [225, 228, 235],
];

/** Luma and differences of colour, ITU-R BT.601, from 16 and about 128. */
function yuv([red, green, blue]: Color): readonly [number, number, number] {
  const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
  return [
    16 + (219 * luma) / 255,
    128 + ((224 / 255) * (blue - luma)) / 1.772,
    128 + ((224 / 255) * (red - luma)) / 1.402,
  ];
}

function frame(scene: number, time: number): Buffer {
  const at = (x: number, y: number) => yuv(scenes[scene]!(x, y, time));
  const plane = (channel: 0 | 1 | 2, step: 1 | 2): Buffer => {
    const columns = width / step;
    return Buffer.from(
      Array.from({ length: columns * (height / step) }, (_, i) =>
        Math.round(at(step * (i % columns), step * Math.floor(i / columns))[channel]),
      ),
    );
  };
  return Buffer.concat([Buffer.from("FRAME\n"), plane(0, 1), plane(1, 2), plane(2, 2)]);
}

/** Writes the video; it begins anew when it has ended. */
export async function writeScenes(file: string): Promise<void> {
  const header = `YUV4MPEG2 W${width} H${height} F${framesPerSecond}:1 Ip A1:1 C420jpeg\n`;
  const count = secondsOfScene * framesPerSecond;
  const frames = scenes.flatMap((_, scene) =>
    Array.from({ length: count }, (_, i) => frame(scene, i / framesPerSecond)),
  );
  await writeFile(file, Buffer.concat([Buffer.from(header), ...frames]));
}
