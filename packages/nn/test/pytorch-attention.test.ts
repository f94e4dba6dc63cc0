// Attention that knows places, with fewer heads of keys, and the decoder's block beside PyTorch's layers and
// beside formulas in PyTorch.
import { arange, gelu, relu, tensor } from "@nabla/autograd";
import {
  alibi,
  decoderBlock,
  learntPositions,
  multiHeadAttention,
  rotary,
  sequential,
  sinusoidalPositions,
} from "@nabla/nn";
import { compareWithPyTorch, dtype, isDense } from "./pytorch-cases.ts";

const transpose = isDense;
const before = decoderBlock(6, 2, { hiddenFeatures: 8, activation: gelu, dtype });
const after = decoderBlock(6, 2, { hiddenFeatures: 8, activation: relu, norm: "after", dtype });
const contextMask = tensor([
  [1, 1, 0],
  [1, 0, 0],
]).reshape([2, 1, 1, 3]);

compareWithPyTorch({
  "attention-grouped": { layer: multiHeadAttention(8, 4, { keyHeads: 2, dtype }), transpose },
  "attention-rotary": {
    layer: multiHeadAttention(8, 2, { keyHeads: 1, positions: "rotary", dtype }),
    transpose,
  },
  "attention-alibi": {
    layer: multiHeadAttention(12, 6, { causal: true, positions: "alibi", dtype }),
    transpose,
  },
  "sinusoidal-positions": { layer: sinusoidalPositions(8) },
  "learnt-positions": { layer: learntPositions(7, 8, { dtype }) },
  rotary: { layer: sequential((x) => rotary(x)) },
  alibi: {
    layer: sequential((x) => {
      const bias = alibi(2, arange(5, { dtype }), 5);
      return x.matmul(x.transpose()).add(bias.at(1));
    }),
  },
  "decoder-before": {
    layer: before,
    transpose,
    call: (x, context) => before.forward(x, { context }),
  },
  "decoder-after": {
    layer: after,
    transpose,
    call: (x, context) => after.forward(x, { context, contextMask }),
  },
});
