// Rows that are gathered by indices from the data: where the next ones are, no processor can know, so they
// are fetched ahead.
import {
  bytesPerElement,
  constantIndex,
  dependencesOf,
  type Index,
  isForVectors,
  type Statement,
  Substitution,
  strideAlong,
  type KernelValue as Value,
  type Variable,
} from "@nabla/autograd/backend";
import { loadsAlways } from "./turned.ts";
import type { Writer } from "./writer.ts";

/** How many rows ahead: what one row takes is less than memory takes to answer. */
const rows = 4;
/** Bytes of a row that are fetched: further on, processors see that the row is read in order. */
const mostBytes = 1024;
/** What is fetched at once: a line of the cache. */
const lineBytes = 64;
/** Smaller buffers stay in caches. */
const leastBytes = 2 ** 18;

type Load = Extract<Value, { kind: "load" }>;

/** A row that is read from its beginning: `coefficient` elements times `number`, and `rest`. */
interface GatheredRow {
  readonly load: Load;
  readonly coefficient: number;
  readonly number: Load;
  readonly rest: Index;
  /** From its first element to its last. */
  readonly elements: number;
}

/** Writes, in a loop over `outer`, what fetches rows that the loops within it, `body`, are going to read. */
export function writeAhead(outer: Variable, body: readonly Statement[], writer: Writer): void {
  const { scopes, values } = writer;
  if (outer.size <= rows) return;
  const later = values.shifted(outer, rows);
  for (const { load, coefficient, number, rest, elements } of gatheredRows(body, outer)) {
    const bytes = Math.min(mostBytes, elements * bytesPerElement(load.buffer.dtype));
    const open = `if (${scopes.counterOf(outer)} + ${rows} < ${outer.size}) {`;
    const write = () => {
      const row = values.inLanes(later.value(number), 1);
      const start = values.address({ ...load, index: later.index(rest) });
      const at = `(const char *)(${start} + ${coefficient} * (long)${row}) + z`;
      scopes.line(`for (long z = 0; z < ${bytes}; z += ${lineBytes}) __builtin_prefetch(${at});`);
    };
    scopes.block(open, write, { isBranch: true });
  }
}

function gatheredRows(body: readonly Statement[], outer: Variable): readonly GatheredRow[] {
  const within = loopsWithin(body);
  if (!within) return [];
  const { variables, statements } = within;
  const atStart = new Substitution(new Map(variables.map((one) => [one, constantIndex(0)])));
  return loadsAlways(statements).flatMap((load): readonly GatheredRow[] => {
    const { buffer, index } = load;
    if (buffer.size * bytesPerElement(buffer.dtype) < leastBytes) return [];
    const strides = variables.map((one) => strideAlong(index, one) ?? -1);
    if (strides.at(-1) !== 1 || strides.some((stride) => stride < 0)) return [];
    const [element, ...others] = index.terms.filter(({ factor }) => factor.kind === "element");
    if (element?.factor.kind !== "element" || others.length > 0) return [];
    const { coefficient, factor } = element;
    const { value } = factor;
    if (value.kind !== "load" || strideAlong(value.index, outer) !== 1) return [];
    const dependences = dependencesOf(value);
    if (variables.some((one) => dependences.has(one))) return [];
    const rest = { ...index, terms: index.terms.filter((one) => one !== element) };
    const elements = variables.reduce((sum, { size }, i) => sum + (size - 1) * strides[i]!, 1);
    return [{ load, coefficient, number: value, rest: atStart.index(rest), elements }];
  });
}

/** The variables of loops, each the only statement of the one around it, and what the last one does in vectors. */
function loopsWithin(
  body: readonly Statement[],
):
  | { readonly variables: readonly Variable[]; readonly statements: readonly Statement[] }
  | undefined {
  const variables: Variable[] = [];
  for (let statements = body; ; ) {
    const [loop, ...others] = statements;
    if (loop?.kind !== "for" || others.length > 0) return undefined;
    variables.push(loop.variable);
    statements = loop.body;
    if (isForVectors(loop.variable, statements)) return { variables, statements };
  }
}
