// Devices that answer later: what would have to block there says what to call in its place.
import { type Data, mustAwait, NablaError, type Tensor } from "@nabla/autograd";

/** Throws `NablaError` where values have to be awaited; `cure` says what to call. */
export function checkBlocks(operation: string, cure: string): void {
  if (mustAwait()) throw laterError(operation, cure);
}

/** The elements, which must be known where values have to be awaited. */
export function readNow(operation: string, x: Tensor, cure: string): Data {
  try {
    return x.dataSync();
  } catch (error) {
    throw mustAwait() ? laterError(operation, cure) : error;
  }
}

function laterError(operation: string, cure: string): NablaError {
  return new NablaError(
    `${operation}: the device answers later, and nobody can wait here; ${cure}`,
  );
}
