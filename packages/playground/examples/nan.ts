// The cost is a number, its gradient is not: findNaN says which line is to blame.
import { findNaN, parameter, tensor } from "@nabla/autograd";

const w = parameter([0.5, 0], { name: "w" });
const target = tensor([1, 1]);
const cost = w.sqrt().sub(target).square().mean();
cost.backward();

console.log("cost", cost.itemSync());
console.log("gradient", w.grad!.arraySync());
console.log(findNaN(w.grad!));
