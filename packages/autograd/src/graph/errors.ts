// The errors that nabla throws on purpose. Their message is one line: the public name that was
// called, what was given, what was expected.

/** Base of all errors thrown on purpose; catching it leaves faults of the runtime alone. */
export class NablaError extends Error {
  // On the prototype, not as a field: the stack's first line is written before fields are set.
  static {
    this.prototype.name = "NablaError";
  }
}

/** A shape, axis or size does not fit the operation. Thrown where the operation is called. */
export class ShapeError extends NablaError {
  static {
    this.prototype.name = "ShapeError";
  }
}

/** A dtype does not fit the operation. Thrown where the operation is called. */
export class DTypeError extends NablaError {
  static {
    this.prototype.name = "DTypeError";
  }
}

/**
 * A function that is traced, by `compile` or `vmap`, does what only a call can do, such as reading a
 * value: it works as it is, and cannot be traced.
 */
export class TracingError extends NablaError {
  static {
    this.prototype.name = "TracingError";
  }
}

/** The derivative does not exist, or was requested with respect to something that has none. */
export class GradientError extends NablaError {
  static {
    this.prototype.name = "GradientError";
  }
}
