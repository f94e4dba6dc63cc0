// Links from programs of documents to the playground.
import { deflateRawSync } from "node:zlib";
import type { Example } from "../doctest/examples.ts";

/** What programs can import in the playground. */
const known = ["@nabla/autograd", "@nabla/nn"];

/** What opens a program in the playground; undefined for one that cannot run there. */
export function programLink({ code, runs }: Example): string | undefined {
  const imports = [...code.matchAll(/^\s*(?:import|\} from)\b.*?"([^"]+)";$/gm)].map(
    ([, name]) => name!,
  );
  if (!runs || imports.length === 0 || !imports.every((name) => known.includes(name)))
    return undefined;
  return `#program=${deflateRawSync(`${shown(code)}\n`).toString("base64url")}`;
}

/** The program with values written that a document only says: `x.itemSync(); // => 2`. */
function shown(code: string): string {
  const said = /^(?!console\.|const |let |[\s)}\].])(.+);( +\/\/ => (?!throws ).*)$/gm;
  return code.replaceAll(said, "console.log($1);$2");
}
