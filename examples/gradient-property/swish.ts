import type { Tensor } from "@nabla/autograd";

/** x / (1 + e^-x), element by element: a function of one's own, made of the library's. */
export const swish = (x: Tensor): Tensor => x.mul(x.sigmoid());
