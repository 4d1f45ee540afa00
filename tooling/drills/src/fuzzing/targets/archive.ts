/** The readers of image archives: tar archives and TFRecord files with changed bytes and mostly right checksums. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Random } from "@secateur/base";
import { DatasetError, tarImages, tfRecordImages } from "@secateur/datasets";
import { mutateBytes, pick } from "../mutate.ts";
import type { FuzzTarget } from "../target.ts";

const blockBytes = 512;

/** A ustar header and its content. */
function tarEntry(name: string, content: string, type = "0"): Buffer {
  const header = Buffer.alloc(blockBytes);
  header.write(name, 0);
  header.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124);
  header.write(`${type}`, 156);
  header.write("ustar\u000000", 257, "latin1");
  const padding = Buffer.alloc((blockBytes - (content.length % blockBytes)) % blockBytes);
  return Buffer.concat([header, Buffer.from(content, "latin1"), padding]);
}

const tarSample: Buffer = Buffer.concat([
  tarEntry("././@LongLink", `${"a/".repeat(60)}1.jpg\0`, "L"),
  tarEntry("1.jpg", "an image"),
  tarEntry("2.cls", "7"),
  tarEntry("pax", "18 path=b/2.jpg\n12 size=600\n", "x"),
  tarEntry("2.jpg", "x".repeat(600)),
  tarEntry("3.json", '{"label": 3}'),
  tarEntry("3.jpg", ""),
  tarEntry("inner.tar", Buffer.concat([tarEntry("4.jpg", "4"), Buffer.alloc(1024)]).toString("latin1")),
  Buffer.alloc(2 * blockBytes),
]);

/** Right checksums in every block that looks like a header. */
function repairTar(archive: Uint8Array): Buffer {
  const bytes = Buffer.from(archive);
  for (let at = 0; at + blockBytes <= bytes.length; at += blockBytes) {
    if (bytes.toString("latin1", at + 257, at + 262) !== "ustar") continue;
    bytes.write("        ", at + 148);
    const sum = bytes.subarray(at, at + blockBytes).reduce((total, byte) => total + byte, 0);
    bytes.write(`${sum.toString(8).padStart(6, "0")}\0 `, at + 148);
  }
  return bytes;
}

/** A length-delimited protocol buffer field. */
function field(number: number, content: string): string {
  return String.fromCharCode(8 * number + 2, content.length) + content;
}

const feature = (name: string, list: string): string => field(1, field(1, name) + field(2, list));
const example: Buffer = Buffer.from(
  field(
    1,
    feature("image/class/label", field(3, field(1, "\x05"))) +
      feature("image/filename", field(1, field(1, "1.JPEG"))) +
      feature("image/encoded", field(1, field(1, "an image"))),
  ),
  "latin1",
);

function maskedCrc(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  const inverted = ~crc >>> 0;
  return (((inverted >>> 15) | (inverted << 17)) + 0xa282ead8) >>> 0;
}

function record(data: Uint8Array): Buffer {
  const [header, footer] = [Buffer.alloc(12), Buffer.alloc(4)];
  header.writeBigUInt64LE(BigInt(data.length));
  header.writeUInt32LE(maskedCrc(header.subarray(0, 8)), 8);
  footer.writeUInt32LE(maskedCrc(data));
  return Buffer.concat([header, data, footer]);
}

function makeRecords(random: Random): Buffer {
  const records = Buffer.concat([record(mutateBytes(example, random, 2)), record(example)]);
  return random.below(8) === 0 ? Buffer.from(mutateBytes(records, random, 2)) : records;
}

function makeTar(random: Random): Buffer {
  const bytes = mutateBytes(tarSample, random, pick([1, 1, 5], random));
  return random.below(8) === 0 ? Buffer.from(bytes) : repairTar(bytes);
}

export function archiveTarget(): FuzzTarget {
  const directory = mkdtempSync(join(tmpdir(), "secateur-drill-"));
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, "archive");
  return {
    name: "archive",
    /** The first byte says which reader it is for. */
    make(random) {
      const isTar = random.below(2) === 0;
      return Buffer.concat([Uint8Array.of(isTar ? 1 : 0), isTar ? makeTar(random) : makeRecords(random)]);
    },
    async read(input) {
      writeFileSync(file, input.subarray(1));
      const images = await (input[0] === 1 ? tarImages : tfRecordImages)([file]);
      for (let index = 0; index < images.count; index++) await images.read(index);
    },
    rejections: [DatasetError],
  };
}
