/**
 * Reads a structure array from a MATLAB 5 MAT-file, as far as the ILSVRC2012 devkit's meta.mat needs it: fields that are
 * text or one real number (MathWorks, MAT-File Format, "Level 5 MAT-Files"). Other fields are left out.
 */
import { inflateSync } from "node:zlib";

export type MatRow = Readonly<Record<string, string | number>>;

const headerBytes = 128;
/** Of the file, unpacked. The devkit's has less than 2 MB. */
const maximumBytes = 16e6;
/** Of all structures together. */
const maximumFields = 200_000;

const miMatrix = 14;
const miCompressed = 15;
const mxStruct = 2;
const mxChar = 4;

interface Element {
  readonly type: number;
  readonly data: Buffer;
  /** The offset behind the element and its padding. */
  readonly next: number;
}

/**
 * The elements of the structure array `name`. At most 16 MB, unpacked, and 200,000 elements of a matrix; linear time.
 *
 * @throws Error with the reason as its message, where the file is no such file, or unpacks to more than 16 MB.
 */
export function readMatStructs(file: Buffer, name: string): readonly MatRow[] {
  if (file.length < headerBytes || file.toString("latin1", 126, 128) !== "IM")
    throw new Error("it is no little-endian MATLAB 5 file");
  let free = maximumBytes;
  for (let at = headerBytes; at + 8 <= file.length; ) {
    const element = readElement(file, at);
    const content = element.type === miCompressed ? unpack(element.data, free) : element;
    free -= content.data.length;
    const parts = content.type === miMatrix ? matrixParts(content.data) : null;
    if (parts?.name === name && parts.kind === mxStruct) return structsOf(parts);
    // Compressed elements are not padded.
    at = element.type === miCompressed ? at + 8 + element.data.length : element.next;
  }
  throw new Error(`it has no structure array ${name}`);
}

function unpack(packed: Buffer, maximum: number): Element {
  return readElement(inflateSync(packed, { maxOutputLength: Math.max(1, maximum) }), 0);
}

interface MatrixParts {
  readonly kind: number;
  readonly name: string;
  readonly count: number;
  /** The elements behind the name. */
  readonly rest: readonly Element[];
}

/** Flags, dimensions, name, then the content. */
function matrixParts(data: Buffer): MatrixParts {
  const [flags, dimensions, name, ...rest] = elementsOf(data);
  if (flags === undefined || dimensions === undefined || name === undefined)
    throw new Error("a matrix is incomplete");
  let count = 1;
  for (let at = 0; at + 4 <= dimensions.data.length; at += 4) count *= dimensions.data.readInt32LE(at);
  return { kind: flags.data[0] ?? 0, name: name.data.toString("latin1"), count, rest };
}

/** The length of field names, all names, then one matrix per element and field. */
function structsOf({ count, rest: [length, names, ...values] }: MatrixParts): readonly MatRow[] {
  const nameBytes = length?.data.readInt32LE(0) ?? 0;
  if (names === undefined || nameBytes < 1 || names.data.length < nameBytes)
    throw new Error("a structure has no fields");
  const fields = Array.from({ length: Math.floor(names.data.length / nameBytes) }, (_, i) =>
    names.data.toString("latin1", i * nameBytes, (i + 1) * nameBytes).replace(/\0.*/s, ""),
  );
  if (values.length !== count * fields.length) throw new Error("a structure array is incomplete");
  return Array.from({ length: count }, (_, row) => {
    const entries = fields.flatMap((field, column) => {
      const value = cellValue(values[row * fields.length + column]);
      return value === null ? [] : [[field, value] as const];
    });
    return Object.fromEntries(entries);
  });
}

/** Null for everything but text and one real number. */
function cellValue(element: Element | undefined): string | number | null {
  if (element?.type !== miMatrix || element.data.length === 0) return null;
  const { kind, rest } = matrixParts(element.data);
  const [content] = rest;
  if (content === undefined) return null;
  const numbers = numbersOf(content);
  if (kind === mxChar) return String.fromCharCode(...numbers.slice(0, 1000));
  return kind > mxChar && numbers.length === 1 ? (numbers[0] ?? null) : null;
}

/** By the numbers of the types in the format, miINT8 to miDOUBLE and miUTF8: bytes, and how to read one number. */
const numberTypes: Readonly<
  Record<number, readonly [bytes: number, read: (data: Buffer, at: number) => number]>
> = {
  1: [1, (data, at) => data.readInt8(at)],
  2: [1, (data, at) => data.readUInt8(at)],
  3: [2, (data, at) => data.readInt16LE(at)],
  4: [2, (data, at) => data.readUInt16LE(at)],
  5: [4, (data, at) => data.readInt32LE(at)],
  6: [4, (data, at) => data.readUInt32LE(at)],
  7: [4, (data, at) => data.readFloatLE(at)],
  9: [8, (data, at) => data.readDoubleLE(at)],
  16: [1, (data, at) => data.readUInt8(at)],
  17: [2, (data, at) => data.readUInt16LE(at)],
};

function numbersOf({ type, data }: Element): readonly number[] {
  const [bytes, read] = numberTypes[type] ?? [0, () => 0];
  return bytes === 0
    ? []
    : Array.from({ length: Math.floor(data.length / bytes) }, (_, i) => read(data, i * bytes));
}

function elementsOf(data: Buffer): readonly Element[] {
  const elements: Element[] = [];
  for (let at = 0; at + 8 <= data.length; ) {
    const element = readElement(data, at);
    elements.push(element);
    if (elements.length > maximumFields) throw new Error(`it has more than ${maximumFields} elements`);
    at = element.next;
  }
  return elements;
}

/** A tag of 8 bytes and data padded to 8 bytes; or, for up to 4 bytes, both in 8 bytes. */
function readElement(bytes: Buffer, at: number): Element {
  const short = bytes.readUInt16LE(at + 2);
  const type = short > 0 ? bytes.readUInt16LE(at) : bytes.readUInt32LE(at);
  const size = short > 0 ? short : bytes.readUInt32LE(at + 4);
  const start = at + (short > 0 ? 4 : 8);
  if (start + size > bytes.length || short > 4) throw new Error(`it ends within the element at byte ${at}`);
  const next = short > 0 ? at + 8 : start + Math.ceil(size / 8) * 8;
  return { type, data: bytes.subarray(start, start + size), next };
}
