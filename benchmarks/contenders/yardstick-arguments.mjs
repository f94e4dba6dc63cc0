// What the steps of W1 by hand start from.
import { numbers, oneHotLabels, weights } from "../works.mjs";

/** Columns of all layers. */
const width = 16;

/** Images, targets, the three layers' weights, and their biases: rows of `width` but the images'. */
export function argumentsOf({ sizes, batch }) {
  const layers = [1, 2, 3];
  return [
    numbers(batch * sizes[0], 100),
    widened(oneHotLabels(batch), sizes[3]),
    ...layers.map((layer) => {
      const [inputs, outputs] = [sizes[layer - 1], sizes[layer]];
      return widened(weights(inputs, outputs, layer - 1), outputs);
    }),
    ...layers.map(() => new Float32Array(width)),
  ];
}

/** Rows of `from` numbers each, in rows of `width`. */
function widened(data, from) {
  const rows = new Float32Array((data.length / from) * width);
  data.forEach((value, i) => (rows[Math.floor(i / from) * width + (i % from)] = value));
  return rows;
}
