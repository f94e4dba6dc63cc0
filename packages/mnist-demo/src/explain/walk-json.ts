// The numbers of the walk, as data.
import type { Component } from "@nabla/nn";
import { componentName } from "./layer-text.ts";
import type { Walk } from "./walk.ts";

/** What `--json` prints: every number of the walk, with names as in its text. */
export function walkJson(walk: Walk): string {
  const { example, label, costName, outputs, told, pair, ten, ofTen, steps, stepSize } = walk;
  const component = (one: Component) => ({
    name: componentName(one, told.layers),
    value: one.value,
    derivative: one.derivative,
  });
  const data = {
    example,
    label,
    costName,
    cost: told.cost.itemSync(),
    outputs,
    layers: told.layers.map((layer) => ({
      previousActivations: layer.previousActivations.arraySync(),
      weightedSums: layer.weightedSums.arraySync(),
      activations: layer.activations.arraySync(),
      wantedActivations: layer.wantedActivations.arraySync(),
      wantedSums: layer.wantedSums.arraySync(),
      wantedOfPrevious: layer.wantedOfPrevious.arraySync(),
    })),
    components: walk.components.map(component),
    pair: pair?.map(({ component: one, nudge }) => ({
      ...component(one),
      predicted: nudge.predicted,
      actual: nudge.actual,
    })),
    nudgedBy: walk.nudgedBy,
    tenDigits: { components: ofTen.map(component), digits: ten },
    steps,
    stepSize,
    unseen: walk.unseen,
  };
  return `${JSON.stringify(data, null, 2)}\n`;
}
