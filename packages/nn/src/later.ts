// Devices that answer later: errors for calls that would have to block, with the call to use instead.
import { type Data, mustAwait, NablaError, type Tensor } from "@nabla/autograd";

/** Throws `NablaError` if values have to be awaited; `cure` names the call to use. */
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
