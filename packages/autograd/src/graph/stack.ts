// Stacks of the frames that are running.

/** Hosts that cannot take a stack without throwing know no call sites. */
const host: {
  readonly captureStackTrace?: (holder: object) => void;
  readonly stackTraceLimit?: number;
} = Error;

/** Frames to search for one of the user's. */
const frames = 40;

/** Captures the current frames; their text is produced on access. */
export class Stack {
  declare readonly stack: unknown;

  constructor() {
    host.captureStackTrace?.(this);
  }
}

/** With frozen intrinsics (`node --frozen-intrinsics`), takes as many frames as the host does. */
export function stackOfNow(): Stack {
  const limit = host.stackTraceLimit;
  Reflect.set(host, "stackTraceLimit", frames);
  const stack = new Stack();
  if (limit === undefined) Reflect.deleteProperty(host, "stackTraceLimit");
  else Reflect.set(host, "stackTraceLimit", limit);
  return stack;
}
