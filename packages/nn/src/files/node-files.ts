// Node's own modules for files, where there are any.
import { NablaError } from "@nabla/autograd";

/** Node's modules for files. */
export interface NodeFiles {
  readonly fs: ReturnType<typeof process.getBuiltinModule<"node:fs/promises">>;
  readonly paths: ReturnType<typeof process.getBuiltinModule<"node:path">>;
}

/**
 * Node's modules for files; throws where there are none, as in a page. Asked of Node itself: an
 * import, even one that is never reached, is something that bundlers for pages complain of.
 */
export function nodeFiles(subject: string): NodeFiles {
  const { process } = globalThis as { process?: NodeJS.Process };
  const fs = process?.getBuiltinModule?.("node:fs/promises");
  const paths = process?.getBuiltinModule?.("node:path");
  if (fs && paths) return { fs, paths };
  throw new NablaError(`${subject}: a path needs Node; in a page give bytes or a stream`);
}
