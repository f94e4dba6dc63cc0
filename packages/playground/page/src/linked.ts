// Gives a program the modules that it imports.
import { NablaError } from "@nabla/autograd";
import type { Compiled } from "./compiled.ts";

type Modules = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Where modules made here find what they export. */
const shared = Symbol.for("@nabla/playground.modules");

/**
 * The program's JavaScript with addresses in place of the names of `modules`. Throws for a program that
 * imports another.
 */
export function linked({ javascript, imports }: Compiled, modules: Modules): string {
  const unknown = imports.find(({ name }) => !Object.hasOwn(modules, name));
  if (unknown) {
    const known = Object.keys(modules).join(" and ");
    throw new NablaError(`import: there is no "${unknown.name}" here; there are ${known}`);
  }
  Object.assign(globalThis, { [shared]: modules });
  const names = [...new Set(imports.map(({ name }) => name))];
  const addresses = new Map(names.map((name) => [name, addressOf(name, modules[name]!)]));
  return imports
    .toSorted((a, b) => b.from - a.from)
    .reduce(
      (text, { name, from, to }) => text.slice(0, from) + addresses.get(name) + text.slice(to),
      javascript,
    );
}

/** The address of a module that exports the values given. */
function addressOf(name: string, values: Readonly<Record<string, unknown>>): string {
  const from = `globalThis[Symbol.for(${JSON.stringify(shared.description)})][${JSON.stringify(name)}]`;
  const lines = Object.keys(values).map((key) => `export const ${key} = values.${key};`);
  const text = [`const values = ${from};`, ...lines].join("\n");
  return URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
}
