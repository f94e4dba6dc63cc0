// Call sites: lines of a user's program, read from the text of a stack.

/** A line of a user's program where a public function was called. */
export interface CallSite {
  /** `file:line:column`, as editors and terminals open it. */
  readonly at: string;
  /** The public function that was called there. */
  readonly called: string | undefined;
}

/** `    at name (file:1:2)` of V8 and JavaScriptCore's `name@file:1:2`. */
const frame = /^\s*(?:at (?:(.*?) \()?|([^@]*)@)(.+:\d+:\d+)\)?$/;

/**
 * The innermost frame of a stack that is not nabla's. If all are (training by `fit`, say), the
 * innermost that is not of @nabla/autograd.
 */
export function callSiteOf(stack: unknown): CallSite | undefined {
  if (typeof stack !== "string") return undefined;
  let called: string | undefined;
  let ofLayers: CallSite | undefined;
  for (const line of stack.split("\n")) {
    const match = frame.exec(line);
    if (!match) continue;
    const [, v8, other, location] = match;
    const at = pathOf(location!);
    if (at.startsWith("node:")) continue;
    if (!isOfNabla(at)) return { at, called };
    if (!isOfAutograd(at)) ofLayers ??= { at, called };
    const name = nameOf(v8 ?? other ?? "");
    // In a bundle, functions no longer have the public names.
    if (packages !== undefined && name !== methods) called = name;
  }
  return ofLayers;
}

/** The name of all methods of tensors, which forward to the function. */
const methods = "value";

/** `log` of `log`, `Module.log` and `Object.log`. */
function nameOf(text: string): string | undefined {
  return /(?:^|[.\s])([\w$]+)(?: \[as [\w$]+\])?$/.exec(text)?.[1];
}

/** The path of a file URL; other URLs stay as they are. */
function pathOf(location: string): string {
  if (!location.startsWith("file://")) return location;
  const path = location.slice("file://".length).replace(/^\/(?=[A-Za-z]:)/, "");
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

const own = pathOf(import.meta.url);
const ending = /autograd\/(?:src|dist)\/graph\/call-site\.[jt]s$/.exec(own);
/** The folder of nabla's packages; undefined if this file is part of a bundle. */
const packages = ending ? own.slice(0, ending.index) : undefined;
const inPackages = /^(autograd|nn)\/(?:src|dist)\//;
const installed = /@nabla\/(autograd|nn)\/(?:src|dist)\//;
/** Where a bundle's source map locates nabla's code. */
const mapped = /(?:@nabla|packages)\/(autograd|nn)\/(?:src|dist)\//;

function packageOf(at: string): string | undefined {
  if (packages === undefined) {
    const file = at.replace(/:\d+:\d+$/, "");
    return file === own ? "autograd" : mapped.exec(at)?.[1];
  }
  const inside = at.startsWith(packages) ? inPackages.exec(at.slice(packages.length)) : undefined;
  return (inside ?? installed.exec(at))?.[1];
}

function isOfNabla(at: string): boolean {
  return packageOf(at) !== undefined;
}

function isOfAutograd(at: string): boolean {
  return packageOf(at) === "autograd";
}
