import { grad, tensor } from "@nabla/autograd";

const slope = grad((x) => x.mul(x));
export const six = slope(tensor(3)).itemSync();
