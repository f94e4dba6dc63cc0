import { tensor } from "@nabla/autograd";
import { klDivergence, normal } from "@nabla/distributions";

const p = normal(tensor(0), tensor(1));
export const divergence = klDivergence(p, normal(tensor(1), tensor(1))).itemSync();
