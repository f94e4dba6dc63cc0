// Reports as TensorBoard reads them. An event file is a sequence of records, in TensorFlow's TFRecord format
// (tensorflow/core/lib/io/record_writer.h): the length of the data in eight bytes, its masked checksum, the
// data, and their masked checksum; little-endian. The data are a message Event
// (tensorflow/core/util/event.proto), encoded as protocol buffers are
// (https://protobuf.dev/programming-guides/encoding): tag by tag, with the Summary
// (tensorflow/core/framework/summary.proto) of scalars as one of its fields.
import { NablaError } from "@nabla/autograd";
import { checkOptions, describe, finite } from "@nabla/autograd/checks";
import { Checksum, castagnoli } from "../files/checksum.ts";
import type { AnyReport } from "../report.ts";
import { numbersIn } from "./numbers.ts";

export interface EventOptions {
  /** Seconds since the beginning of 1970, UTC: `Date.now() / 1000`. */
  readonly wallTime: number;
}

/**
 * The bytes that a TensorBoard event file begins with. Its name has to contain "tfevents", such as
 * "runs/first/events.out.tfevents.1"; then `eventRecord` gives what is appended for each report. Throws
 * `NablaError` unless the time is a number of seconds.
 *
 * @example
 * const file = [eventFileHeader({ wallTime: Date.now() / 1000 })];
 * const dataset = { inputs: tensor([[0], [1]]), targets: tensor([[1], [3]]) };
 * const network = dense(1, 1);
 * const optimizer = sgd(network.parameters(), { learningRate: 0.1 });
 * const options = { cost: quadraticCost, optimizer, epochs: 3, batchSize: 2 };
 * for await (const report of fit(network, dataset, options)) {
 *   file.push(eventRecord(report, { wallTime: Date.now() / 1000 }));
 * }
 * file.length; // => 4
 */
export function eventFileHeader(options: EventOptions): Uint8Array<ArrayBuffer> {
  const version = text(3, "brain.Event:2");
  return record([...wallTime("eventFileHeader", options), ...version]);
}

/**
 * A report as a record of a TensorBoard event file: a scalar for each of its numbers but `step`, at that step, with
 * tags such as "cost", "costs/error", "metrics/accuracy", "metrics/recall/0". The format has float32:
 * numbers are rounded to that. Throws `NablaError` for what is no report, and unless the time is a number
 * of seconds.
 *
 * @example
 * const report = { epoch: 1, step: 10, cost: 0.5 };
 * eventRecord(report as never, { wallTime: 0 }).length; // => 56
 */
export function eventRecord(report: AnyReport, options: EventOptions): Uint8Array<ArrayBuffer> {
  const time = wallTime("eventRecord", options);
  const properties = numbersIn("eventRecord", report);
  const { step } = report;
  if (!Number.isSafeInteger(step) || step < 0) {
    throw new NablaError(
      `eventRecord: step of the report is ${describe(step)}, expected an integer from 0`,
    );
  }
  const values = properties
    .filter(({ property }) => property !== "step")
    .flatMap(({ numbers }) => numbers)
    .flatMap(([tag, value]) => bytesField(1, [...text(1, tag), ...float(2, value)]));
  return record([...time, ...integer(2, step), ...bytesField(5, values)]);
}

function wallTime(operation: string, options: EventOptions): readonly number[] {
  checkOptions(operation, options, { wallTime: finite }, "wallTime");
  return double(1, options.wallTime);
}

/** A record with this data. */
function record(data: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(data.length + 16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedChecksum(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, maskedChecksum(bytes.subarray(12, 12 + data.length)), true);
  return bytes;
}

/** CRC-32C, rotated and shifted, so that checksums of what contains checksums are good, too. */
function maskedChecksum(bytes: Uint8Array): number {
  const sum = new Checksum(castagnoli());
  sum.add(bytes);
  const crc = new DataView(sum.bytes().buffer).getUint32(0, true);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

// The fields of protocol buffers that are needed. A tag is the field's number and how its value is written.
const [asVarint, asEight, asBytes, asFour] = [0, 1, 2, 5];
const tagOf = (field: number, wire: number) => (field << 3) | wire;

/** Seven bits a byte, the lowest first; the highest bit says that there are more. */
function varint(x: number): readonly number[] {
  const bytes: number[] = [];
  let rest = x;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

function integer(field: number, x: number): readonly number[] {
  return [tagOf(field, asVarint), ...varint(x)];
}

function double(field: number, x: number): readonly number[] {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, x, true);
  return [tagOf(field, asEight), ...bytes];
}

function float(field: number, x: number): readonly number[] {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, x, true);
  return [tagOf(field, asFour), ...bytes];
}

function bytesField(field: number, bytes: readonly number[]): readonly number[] {
  return [tagOf(field, asBytes), ...varint(bytes.length), ...bytes];
}

function text(field: number, x: string): readonly number[] {
  return bytesField(field, [...new TextEncoder().encode(x)]);
}
