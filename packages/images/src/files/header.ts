// Format and size of an image file, by its first bytes: before anything is decoded.
import { NablaError } from "@nabla/autograd";
import { describe } from "@nabla/autograd/checks";

/** What a file says of its image. */
export interface ImageHeader {
  readonly format: "png" | "jpeg";
  /** In pixels, as stored: a camera's note that the image lies on its side is not looked at. */
  readonly height: number;
  readonly width: number;
}

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * Reads format and size of a PNG file (PNG specification, third edition, sections 5.2 and 11.2.1) or a JPEG
 * file (ITU-T T.81, annex B) from its bytes. Decodes nothing. Throws `NablaError` for other files and where
 * the size is not there.
 *
 * @example
 * const bytes = await encodePng(zeros([3, 20, 30]));
 * imageHeader(bytes); // => { format: "png", height: 20, width: 30 }
 */
export function imageHeader(bytes: Uint8Array): ImageHeader {
  return headerOf("imageHeader", bytes);
}

/** The header; errors begin with `operation`. */
export function headerOf(operation: string, bytes: unknown): ImageHeader {
  if (!(bytes instanceof Uint8Array)) {
    throw new NablaError(
      `${operation}: got ${describe(bytes)}, expected the bytes of a file, a Uint8Array`,
    );
  }
  if (pngSignature.every((byte, i) => bytes[i] === byte)) return pngHeader(operation, bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return jpegHeader(operation, bytes);
  const first = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0"));
  const given = first.length === 0 ? "is empty" : `begins with ${first.join(" ")}`;
  throw new NablaError(`${operation}: the file ${given}, expected a PNG or a JPEG file`);
}

function pngHeader(operation: string, bytes: Uint8Array): ImageHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isHeader =
    bytes.length >= 33 && view.getUint32(8) === 13 && view.getUint32(12) === 0x49484452;
  if (!isHeader)
    throw new NablaError(`${operation}: the PNG file does not begin with its header, IHDR`);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  return checked(operation, { format: "png", height, width });
}

/** Frames by Huffman and arithmetic coding, of all processes; C4, C8 and CC are no frames. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
/** Markers without a length: restarts, begin and end of the image, and TEM. */
const isAlone = (marker: number): boolean => (marker >= 0xd0 && marker <= 0xd9) || marker === 0x01;

function jpegHeader(operation: string, bytes: Uint8Array): ImageHeader {
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) break;
    const marker = bytes[at + 1]!;
    if (marker === 0xff || isAlone(marker)) {
      at += marker === 0xff ? 1 : 2;
      continue;
    }
    // Pixels begin: no frame comes after them.
    if (marker === 0xda) break;
    const length = bytes[at + 2]! * 256 + bytes[at + 3]!;
    if (length < 2) break;
    if (isFrame(marker)) {
      if (length < 8 || at + 9 > bytes.length) break;
      const height = bytes[at + 5]! * 256 + bytes[at + 6]!;
      const width = bytes[at + 7]! * 256 + bytes[at + 8]!;
      return checked(operation, { format: "jpeg", height, width });
    }
    at += 2 + length;
  }
  throw new NablaError(`${operation}: the JPEG file has no frame header up to byte ${at}`);
}

function checked(operation: string, header: ImageHeader): ImageHeader {
  const { format, height, width } = header;
  if (height > 0 && width > 0) return header;
  const name = format.toUpperCase();
  throw new NablaError(
    `${operation}: the ${name} file's size is ${width} x ${height}, expected 1 x 1 at least`,
  );
}
