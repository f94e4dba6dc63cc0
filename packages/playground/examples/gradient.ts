// A first gradient. Change a number, and press Ctrl-Enter.
import { gradients, parameter } from "@nabla/autograd";

const w = parameter([3, -1], { name: "w" });
const cost = w.square().sum(); // a graph; nothing has run
const [slope] = gradients(cost, [w]); // 2 w, a graph, too

console.log("cost", cost.itemSync());
console.log("gradient", slope.realize());

// One step downhill: against the gradient.
w.assign(w.sub(slope.mul(0.1)));
console.log("w after a step", w.realize());
show.graph(cost);
