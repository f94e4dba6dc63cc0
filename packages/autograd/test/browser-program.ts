// A small network, trained by the engine: in Node and in a browser the result is the same.
import {
  backend,
  compile,
  gradients,
  manualSeed,
  parameter,
  random,
  type Tensor,
} from "@nabla/autograd";

export function trained(): { readonly backend: string; readonly costs: readonly number[] } {
  manualSeed(5);
  const w1 = parameter(random.normal([6, 17]));
  const w2 = parameter(random.normal([17, 3]));
  const step = compile((x: Tensor, y: Tensor) => {
    const outputs = x.matmul(w1).tanh().matmul(w2).sigmoid();
    const cost = outputs.sub(y).square().sum().div(20);
    const [g1, g2] = gradients(cost, [w1, w2]);
    w1.assign(w1.sub(g1.mul(0.5)));
    w2.assign(w2.sub(g2.mul(0.5)));
    return cost;
  });
  const x = random.uniform([20, 6]).realize();
  const y = random.bernoulli([20, 3]).cast("float32").realize();
  const costs = Array.from({ length: 20 }, () => step(x, y).itemSync());
  return { backend: backend(), costs };
}
