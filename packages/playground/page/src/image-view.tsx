// A matrix as a picture in grey.
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface ImageProps {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly grey: Uint8ClampedArray<ArrayBuffer>;
}

export function ImageView({ title, width, height, grey }: ImageProps): VNode {
  const place = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const pixels = new ImageData(width, height);
    for (const [i, value] of grey.entries()) pixels.data.set([value, value, value, 255], 4 * i);
    place.current!.getContext("2d")!.putImageData(pixels, 0, 0);
  }, [width, height, grey]);
  // Small ones are enlarged by whole numbers, up to about this many pixels.
  const times = Math.max(1, Math.floor(168 / Math.max(width, height)));
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <canvas
        ref={place}
        width={width}
        height={height}
        style={{ width: `${width * times}px` }}
        role="img"
        aria-label={`Image ${title}`}
      />
    </figure>
  );
}
