// Packages that a user may have left out.
import { NablaError } from "@nabla/autograd";

/**
 * What `load` imports. Throws `NablaError` if the package is not installed; `use` says what it is for.
 */
export async function optionalPackage<T>(
  use: string,
  name: string,
  load: () => Promise<T>,
): Promise<T> {
  try {
    return await load();
  } catch (error) {
    // What is wrong inside it is said as it is.
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "ERR_MODULE_NOT_FOUND" || !message.includes(`'${name}'`)) throw error;
    throw new NablaError(`${use}: ${name} is not installed, expected it beside this package`);
  }
}
