// The gradients of mini-batches as needles, at their angles to the gradient of all digits.
import type { VNode } from "preact";

interface CompassProps {
  /** In degrees. */
  readonly angles: readonly number[];
  readonly batchSize: number;
}

const radius = 90;

export function Compass({ angles, batchSize }: CompassProps): VNode {
  const mean = angles.reduce((a, b) => a + b, 0) / angles.length;
  const tip = (degrees: number, length: number): string => {
    const angle = (degrees * Math.PI) / 180;
    return `${(length * Math.cos(angle)).toFixed(1)} ${(-length * Math.sin(angle)).toFixed(1)}`;
  };
  return (
    <figure>
      <svg
        class="compass"
        viewBox={`-20 ${-radius - 5} ${radius + 40} ${2 * radius + 10}`}
        role="img"
        aria-label={`Angles of ${angles.length} mini-batches' gradients to that of all digits: from ${Math.min(...angles).toFixed(0)}° to ${Math.max(...angles).toFixed(0)}°, on average ${mean.toFixed(0)}°`}
      >
        <path class="axis" d={`M0 ${-radius}A${radius} ${radius} 0 0 1 0 ${radius}`} />
        {angles.map((angle, i) => (
          // To the left and the right in turn: an angle has no side in 13,002 directions.
          <path key={i} class="needle" d={`M0 0L${tip(i % 2 === 0 ? angle : -angle, radius)}`} />
        ))}
        <path class="truth" d={`M0 0L${radius} 0m-8 -6l8 6l-8 6`} />
      </svg>
      <figcaption>
        A compass, where the drunk man is half way: the way down by all digits, and by{" "}
        {angles.length} mini-batches of {batchSize}, <strong>{mean.toFixed(0)}°</strong> off on
        average.
      </figcaption>
    </figure>
  );
}
