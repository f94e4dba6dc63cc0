// The steps of optimisers once more, in plain numbers, as their papers write them:
// every-optimizer.test.ts compares. One entry here stands for a case in
// scripts/fixtures/optimizers.py, which needs PyTorch.

export interface Formula {
  readonly options: Readonly<Record<string, unknown>>;
  /** For one component: what step `t` = 1, 2, … makes of its value `x` with the gradient `g`. */
  steps(): (x: number, g: number, t: number) => number;
}

export const formulas: Readonly<Record<string, Formula>> = {
  sgd: {
    options: { learningRate: 0.1, momentum: 0.9 },
    steps() {
      let velocity = 0;
      return (x, g) => {
        velocity = 0.9 * velocity + g;
        return x - 0.1 * velocity;
      };
    },
  },
  adam: {
    options: { learningRate: 0.1, beta1: 0.8, beta2: 0.95, epsilon: 1e-3 },
    steps() {
      let [m, v] = [0, 0];
      return (x, g, t) => {
        m = 0.8 * m + 0.2 * g;
        v = 0.95 * v + 0.05 * g ** 2;
        const [mean, square] = [m / (1 - 0.8 ** t), v / (1 - 0.95 ** t)];
        return x - (0.1 * mean) / (Math.sqrt(square) + 1e-3);
      };
    },
  },
};
