// How long each part of an exchange takes, published on the diagnostics channel "@nabla/mpi".
import { channel } from "node:diagnostics_channel";
import { type HostFunctionDefinition, hostFunction } from "@nabla/autograd/backend";

/** A message on the channel: a part of an exchange, in milliseconds of `performance.now()`. */
export interface Span {
  /** Such as "allToAll begins". */
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

const spans = channel("@nabla/mpi");

/** A host function that publishes each call on the channel, if there are subscribers. */
export function exchangeFunction(
  definition: HostFunctionDefinition,
): ReturnType<typeof hostFunction> {
  const { name, compute } = definition;
  return hostFunction({
    ...definition,
    compute(inputs, output) {
      if (!spans.hasSubscribers) {
        compute(inputs, output);
        return;
      }
      const start = performance.now();
      compute(inputs, output);
      const span: Span = { name, start, end: performance.now() };
      spans.publish(span);
    },
  });
}
