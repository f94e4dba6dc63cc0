// The graph of one layer, and that of a gradient.
import { parameter, print, tensor } from "@nabla/autograd";

const x = tensor([[1, 2, 3]]);
const start = tensor([
  [0.1, 0.2],
  [0.3, 0.4],
  [0.5, 0.6],
]);
const w = parameter(start, { name: "weights" });
const b = parameter([0, 0], { name: "bias" });

const a = x.matmul(w).add(b).sigmoid();
show.graph(a);
console.log(print(a)); // the same as text

a.square().sum().backward();
show.graph(w.grad!);
console.log(w.grad!.realize());
