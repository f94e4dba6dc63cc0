// A loop inside the graph, and its derivative: how to aim a ball.
import { grad, scan, type Tensor, tensor } from "@nabla/autograd";

const ground = tensor(0);
const flight = (speed: Tensor<[]>) =>
  scan(
    ([height, v]: readonly [Tensor<[]>, Tensor<[]>]) => {
      const next = [height.add(v.mul(0.05)), v.sub(0.05 * 9.81)] as const;
      return [next, next[0]] as const;
    },
    [ground, speed] as const,
    undefined,
    { length: 40 },
  );

// It should be 3 m high after 2 s.
const miss = (speed: Tensor<[]>) => flight(speed)[0][0].sub(3).square();
const slope = grad(miss);

let speed: Tensor<[]> = tensor(5);
for (let step = 0; step < 20; step++) {
  speed = speed.sub(slope(speed).mul(0.05)).realize();
}
console.log(`speed ${speed.itemSync().toFixed(2)} m/s`);
show.plot({ "at first": flight(tensor(5))[1], aimed: flight(speed)[1] });
