// A differential equation: a pendulum with friction.
import { linspace, stack, type Tensor, tensor } from "@nabla/autograd";
import { odeint } from "@nabla/nn";

const times = linspace(0, 12, 200).realize();
const swing = (y: Tensor<[2]>) => {
  const [angle, velocity] = [y.at(0), y.at(1)];
  return stack([velocity, angle.sin().mul(-4).sub(velocity.mul(0.3))]);
};
const from = (angle: number) =>
  odeint(swing, tensor([angle, 0]), times)
    .slice(1, 0, 1)
    .flatten();

const curves = { "from 0.5": from(0.5), "from 2": from(2), "from 3.1": from(3.1) };
show.plot(curves, { x: times, title: "Angle over seconds" });
