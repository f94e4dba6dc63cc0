// The header of a .npy file: a magic string, a version, and a dictionary as Python writes it.
// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
import { formatShape, NablaError } from "@nabla/autograd";
import { describe } from "@nabla/autograd/checks";
import { dtypeNames, type Element, elements, otherKinds } from "./dtypes.ts";
import { type Literal, parseLiteral } from "./python-literal.ts";

/** What the header says. */
export interface Header {
  readonly element: Element;
  readonly isLittle: boolean;
  readonly isFortran: boolean;
  readonly shape: readonly number[];
  /** Where the elements begin. */
  readonly start: number;
}

const magic = [0x93, ...Array.from("NUMPY", (letter) => letter.charCodeAt(0))];
const [versionAt, lengthAt] = [6, 8];

/** Headers of arrays that can be read have some 100 bytes. */
const mostHeaderBytes = 2 ** 20;
/** As many as NumPy 2 has. */
const mostAxes = 64;
/** Of a size that may grow. */
const mostDigits = 21;

/** Reads the header and checks it against the length of the file. */
export function headerIn(subject: string, bytes: Uint8Array): Header {
  const isMagic = magic.every((byte, i) => bytes[i] === byte);
  if (!isMagic || bytes.length < lengthAt) throw noNpy(subject, bytes);
  const version = bytes[versionAt]!;
  if (version < 1 || version > 3 || bytes[versionAt + 1] !== 0) {
    const given = `${version}.${bytes[versionAt + 1]}`;
    throw new NablaError(`${subject}: format version ${given}, expected 1.0, 2.0 or 3.0`);
  }
  const lengthBytes = version === 1 ? 2 : 4;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const textAt = lengthAt + lengthBytes;
  if (bytes.length < textAt) throw endsEarly(subject, bytes, "the length of its header", textAt);
  const length = version === 1 ? view.getUint16(lengthAt, true) : view.getUint32(lengthAt, true);
  const start = textAt + length;
  if (length > mostHeaderBytes) {
    throw new NablaError(
      `${subject}: the header has ${length} bytes, expected ${mostHeaderBytes} at most`,
    );
  }
  if (bytes.length < start) throw endsEarly(subject, bytes, "its header", start);
  const said = said3(subject, textOf(subject, version, bytes.subarray(textAt, start)));
  const { element, isLittle } = elementOf(subject, said.descr);
  const shape = shapeOf(subject, said.shape);
  checkSize(subject, bytes.length - start, shape, element.bytes);
  return { element, isLittle, isFortran: said.fortran_order, shape, start };
}

function noNpy(subject: string, bytes: Uint8Array): NablaError {
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  const hint = isZip ? "; this looks like a ZIP archive: npz reads those of NumPy" : "";
  return new NablaError(`${subject}: no .npy file: it does not begin with "\\x93NUMPY"${hint}`);
}

function endsEarly(subject: string, bytes: Uint8Array, what: string, end: number): NablaError {
  return new NablaError(
    `${subject}: the file ends at byte ${bytes.length}, ${what} at byte ${end}`,
  );
}

function textOf(subject: string, version: number, bytes: Uint8Array): string {
  if (version < 3) return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new NablaError(`${subject}: the header is no UTF-8`);
  }
}

interface Said {
  readonly descr: Literal;
  readonly fortran_order: boolean;
  readonly shape: Literal;
}

/** The three entries that a header has, and no others. */
function said3(subject: string, text: string): Said {
  const said = parseLiteral(text);
  if (!(said instanceof Map)) {
    throw new NablaError(`${subject}: the header is no dictionary: ${describe(text.trim())}`);
  }
  const wanted = ["descr", "fortran_order", "shape"];
  if (said.size !== wanted.length || !wanted.every((key) => said.has(key))) {
    const keys = [...said.keys()].join(", ");
    throw new NablaError(
      `${subject}: the header has ${describe(keys)}, expected descr, fortran_order and shape`,
    );
  }
  const order: unknown = said.get("fortran_order");
  if (typeof order !== "boolean") {
    throw new NablaError(`${subject}: fortran_order is ${describe(order)}, expected True or False`);
  }
  return { descr: said.get("descr")!, fortran_order: order, shape: said.get("shape")! };
}

function elementOf(
  subject: string,
  descr: Literal,
): { readonly element: Element; readonly isLittle: boolean } {
  if (typeof descr !== "string") {
    const given = Array.isArray(descr) ? "a structure of several fields" : describe(descr);
    throw unreadable(subject, given, "save each field by itself");
  }
  const [, order = "|", code = ""] = /^([<>|=]?)(.*)$/s.exec(descr) ?? [];
  const element = elements.find((one) => one.code === code);
  if (element) {
    if (element.bytes === 1 || order === "<" || order === ">") {
      return { element, isLittle: order !== ">" };
    }
    throw unreadable(subject, `${describe(descr)}, without an order of bytes`);
  }
  const kind = otherKinds[code[0] ?? ""];
  throw unreadable(subject, `${describe(descr)}${kind === undefined ? "" : `, ${kind}`}`);
}

function unreadable(subject: string, given: string, hint?: string): NablaError {
  const expected = `expected one of ${dtypeNames.join(", ")}`;
  return new NablaError(
    `${subject}: the dtype is ${given}; ${expected}${hint === undefined ? "" : `; ${hint}`}`,
  );
}

function shapeOf(subject: string, shape: Literal): readonly number[] {
  const isSize = (size: unknown): size is number =>
    Number.isSafeInteger(size) && !Object.is(size, -0) && (size as number) >= 0;
  if (Array.isArray(shape) && shape.length <= mostAxes && shape.every(isSize)) return shape;
  const given = Array.isArray(shape)
    ? `[${shape.slice(0, mostAxes).map(describe).join(", ").slice(0, 200)}]`
    : describe(shape);
  throw new NablaError(
    `${subject}: the shape is ${given}, expected ${mostAxes} sizes at most, integers from 0`,
  );
}

/** Throws unless the file has all elements, and nothing behind them. */
function checkSize(subject: string, given: number, shape: readonly number[], bytes: number): void {
  const wanted = shape.reduce((product, size) => product * BigInt(size), BigInt(bytes));
  if (BigInt(given) === wanted) return;
  throw new NablaError(
    `${subject}: ${formatShape(shape)} has ${wanted} bytes of elements, the file has ${given}`,
  );
}

/** The bytes of a header for so many elements; they begin at a multiple of 64, as NumPy's do. */
export function headerOf(
  { element, isLittle, isFortran, shape }: Omit<Header, "start">,
  version: 1 | 2 | 3,
): Uint8Array {
  const order = element.bytes === 1 ? "|" : isLittle ? "<" : ">";
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text =
    `{'descr': '${order}${element.code}', 'fortran_order': ${isFortran ? "True" : "False"}, ` +
    `'shape': (${sizes}), }`;
  const lengthBytes = version === 1 ? 2 : 4;
  const textAt = lengthAt + lengthBytes;
  // Room for the first size to grow (the last one, in the order of Fortran); then at least one space.
  const growing = shape.at(isFortran ? -1 : 0);
  const room = growing === undefined ? 0 : mostDigits - String(growing).length;
  const start = (Math.floor((textAt + text.length + room + 1) / 64) + 1) * 64;
  const bytes = new Uint8Array(start).fill(0x20);
  bytes.set([...magic, version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(lengthAt, start - textAt, true);
  else view.setUint32(lengthAt, start - textAt, true);
  bytes.set(new TextEncoder().encode(text), textAt);
  bytes[start - 1] = 0x0a;
  return bytes;
}
