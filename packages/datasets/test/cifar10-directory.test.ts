import { existsSync, mkdirSync, readdirSync, truncateSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync, inflateSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { realDisk } from "../src/cifar10/disk.ts";
import { loadFromManifest } from "../src/cifar10/load.ts";
import type { Manifest } from "../src/cifar10/manifest.ts";
import { md5, recordsFromImages } from "../src/cifar10/records.ts";
import type { ImageDataset } from "../src/index.ts";
import {
  AlteredFileError,
  DatasetError,
  MissingFileError,
  type Progress,
  TruncatedFileError,
  UnreadableFileError,
} from "../src/index.ts";
import { pythonBatches } from "./python-batches.ts";
import {
  binFiles,
  packTarball,
  removeTemporaryFolders,
  temporaryFolder,
  tinyManifest,
  writeFiles,
} from "./tiny-manifest.ts";

const tiny = tinyManifest();
afterAll(removeTemporaryFolders);

const load = (directory: string, manifest: Manifest = tiny.manifest, onProgress?: (p: Progress) => void) =>
  loadFromManifest({ directory, onProgress }, { manifest, disk: realDisk, variables: {}, sources: [] });

function expectTiny(dataset: ImageDataset): void {
  const of = (name: string) => tiny.images.get(name) ?? new Uint8Array();
  expect(dataset.train.shape).toEqual([32, 32, 3]);
  expect(dataset.train.count).toBe(14);
  expect(dataset.test.count).toBe(5);
  expect([...dataset.train.images]).toEqual([...of("data_batch_1"), ...of("data_batch_2")]);
  expect([...dataset.test.images]).toEqual([...of("test_batch")]);
  const labels = [...(tiny.labels.get("data_batch_1") ?? []), ...(tiny.labels.get("data_batch_2") ?? [])];
  expect([...dataset.train.labels]).toEqual(labels);
}

function binaryFolder(): string {
  const folder = temporaryFolder();
  writeFiles(folder, binFiles(tiny.records));
  return folder;
}

describe("the binary version", () => {
  it.each([".", "cifar-10-batches-bin", "cifar-10/cifar-10-batches-bin", "data/cifar-10-batches-bin"])(
    "is found in %s",
    async (place) => {
      const root = temporaryFolder();
      writeFiles(join(root, place), binFiles(tiny.records));
      expectTiny(await load(root));
    },
  );

  it("is read from the archive, in a folder or named itself", async () => {
    const root = temporaryFolder();
    const archive = join(root, "cifar-10-binary.tar.gz");
    writeFileSync(archive, tiny.siteArchive);
    expectTiny(await load(root));
    expectTiny(await load(archive));
  });

  it("reports its progress", async () => {
    const seen: Progress[] = [];
    await load(binaryFolder(), tiny.manifest, (progress) => seen.push(progress));
    expect(seen.map(({ done }) => done)).toEqual([0, 7 * 3073, 14 * 3073, 19 * 3073]);
    expect(new Set(seen.map(({ phase, total }) => `${phase} ${total}`))).toEqual(
      new Set([`read ${19 * 3073}`]),
    );
  });

  it("loads a balanced subset on request", async () => {
    const options = { directory: binaryFolder(), subset: { train: 4, test: 2, seed: 1 } };
    const world = { manifest: tiny.manifest, disk: realDisk, variables: {}, sources: [] };
    const { train, test } = await loadFromManifest(options, world);
    expect([train.count, test.count]).toEqual([4, 2]);
  });
});

describe("damaged files", () => {
  it("names a truncated file", async () => {
    const folder = binaryFolder();
    truncateSync(join(folder, "data_batch_2.bin"), 10_000);
    const error = await failure(load(folder));
    expect(error).toBeInstanceOf(TruncatedFileError);
    expect(error.message).toContain("data_batch_2.bin is truncated: expected 21511 bytes, got 10000");
  });

  it("names a file with one changed byte, and both checksums", async () => {
    const folder = binaryFolder();
    const records = tiny.records.get("test_batch")?.slice() ?? new Uint8Array();
    records[1234] = (records[1234] ?? 0) ^ 1;
    writeFileSync(join(folder, "test_batch.bin"), records);
    const error = await failure(load(folder));
    expect(error).toBeInstanceOf(AlteredFileError);
    expect(error.message).toContain("checksum mismatch in ");
    expect(error.message).toContain(md5(records));
    expect(error.message).toContain(tiny.manifest.files[2]?.md5);
  });

  it("reports a file that is too long as altered", async () => {
    const folder = binaryFolder();
    writeFileSync(join(folder, "test_batch.bin"), new Uint8Array(20_000));
    expect(await failure(load(folder))).toBeInstanceOf(AlteredFileError);
  });

  it("names a missing file", async () => {
    const folder = binaryFolder();
    unlinkSync(join(folder, "data_batch_2.bin"));
    const error = await failure(load(folder));
    expect(error).toBeInstanceOf(MissingFileError);
    expect(error.message).toContain("data_batch_2.bin is missing");
  });

  it("reports a folder without CIFAR-10", async () => {
    for (const folder of [temporaryFolder(), "/no/such/folder"]) {
      const error = await failure(load(folder));
      expect(error).toBeInstanceOf(MissingFileError);
      expect(error.message).toContain(`no CIFAR-10 in ${folder}`);
    }
  });

  it("names an archive that is truncated anywhere", async () => {
    for (const share of [0.001, 0.3, 0.7, 0.9, 0.999]) {
      const archive = join(temporaryFolder(), "cifar-10-binary.tar.gz");
      writeFileSync(archive, tiny.siteArchive.subarray(0, tiny.siteArchive.length * share));
      const error = await failure(load(archive));
      expect(error).toBeInstanceOf(UnreadableFileError);
      expect(error.message).toContain("it is truncated");
    }
  });

  it("names a file that is not an archive", async () => {
    const archive = join(temporaryFolder(), "cifar-10-binary.tar.gz");
    writeFileSync(archive, "<html>Not found</html>");
    expect((await failure(load(archive))).message).toContain("it is not a .tar.gz archive");
  });

  it("names the file that an archive lacks, and a truncated batch in it", async () => {
    const archive = join(temporaryFolder(), "cifar-10-binary.tar.gz");
    const { "data_batch_1.bin": first = "", ...rest } = binFiles(tiny.records);
    writeFileSync(archive, packTarball("cifar-10-batches-bin", rest));
    expect((await failure(load(archive))).message).toContain("contains no data_batch_1.bin");
    writeFileSync(archive, packTarball("x", { ...rest, "data_batch_1.bin": first.slice(0, 3073) }));
    expect(await failure(load(archive))).toBeInstanceOf(TruncatedFileError);
  });
});

it("an archive that unpacks to gigabytes is left", async () => {
  const { Header } = await import("tar");
  const header = Buffer.alloc(512);
  const entry = new Header({ path: "x/readme", size: 4e9, type: "File", mode: 0o644, uid: 0, gid: 0 });
  entry.encode(header, 0);
  const zeros = gzipSync(Buffer.alloc(32e6));
  const archive = join(temporaryFolder(), "cifar-10-binary.tar.gz");
  writeFileSync(archive, Buffer.concat([gzipSync(header), ...Array.from({ length: 20 }, () => zeros)]));
  const error = await failure(load(archive));
  expect(error.message).toContain("it unpacks to more than 500000000 bytes");
});

it("a batch that is larger than any of CIFAR-10 is not read", async () => {
  const folder = binaryFolder();
  truncateSync(join(folder, "test_batch.bin"), 65e6);
  expect((await failure(load(folder))).message).toContain("has 65000000 bytes; at most 64000000 are read");
});

describe("an archive with paths outside its folder", () => {
  it("writes nothing", async () => {
    const root = temporaryFolder();
    const inner = join(root, "inner");
    mkdirSync(inner);
    const archive = join(inner, "cifar-10-binary.tar.gz");
    const { create } = await import("tar");
    writeFiles(root, binFiles(tiny.records));
    create(
      { sync: true, gzip: true, file: archive, cwd: inner, preservePaths: true },
      Object.keys(binFiles(tiny.records)).map((name) => `../${name}`),
    );
    for (const name of Object.keys(binFiles(tiny.records))) unlinkSync(join(root, name));
    expectTiny(await load(archive));
    expect(readdirSync(root)).toEqual(["inner"]);
    expect(readdirSync(inner)).toEqual(["cifar-10-binary.tar.gz"]);
    expect(existsSync("test_batch.bin")).toBe(false);
  });
});

describe("the Python version", () => {
  const planes = Uint8Array.from({ length: 3 * 3072 }, (_, i) => Math.floor(i / 3072) * 37 + (i % 3072) * 3);
  // [3, 3, 32, 32] -> [3, 32, 32, 3]
  const images = Uint8Array.from({ length: 3 * 3072 }, (_, i) => {
    const pixel = Math.floor((i % 3072) / 3);
    return planes[Math.floor(i / 3072) * 3072 + (i % 3) * 1024 + pixel] ?? 0;
  });
  const records = recordsFromImages(images, [7, 0, 9]);
  const batch = (name: string) => inflateSync(Buffer.from(pythonBatches[name] ?? "", "base64"));
  const manifest = (pickle: string): Manifest => ({
    ...tiny.manifest,
    files: [
      { name: "test_batch", split: "test", count: 3, md5: md5(records), pickleMd5: md5(batch(pickle)) },
    ],
  });
  const asPython = (name: string): string => {
    const root = temporaryFolder();
    writeFiles(join(root, "cifar-10-batches-py"), { test_batch: batch(name) });
    return root;
  };

  it.each(["python2", "protocol0", "protocol1", "protocol2", "protocol3", "protocol4", "protocol5"])(
    "reads a batch written by %s",
    async (name) => {
      const { test } = await load(asPython(name), manifest("python2"));
      expect([...test.labels]).toEqual([7, 0, 9]);
      expect([...test.images]).toEqual([...images]);
    },
  );

  it("reads the archive", async () => {
    const root = temporaryFolder();
    const archive = packTarball("cifar-10-batches-py", { test_batch: batch("python2") });
    writeFileSync(join(root, "cifar-10-python.tar.gz"), archive);
    expect((await load(root, manifest("python2"))).test.count).toBe(3);
  });

  it.each([
    ["evil", UnreadableFileError, '"posix.system"'],
    ["wrongType", UnreadableFileError, "only uint8 arrays"],
    ["noLabels", UnreadableFileError, "no `data`"],
  ])("rejects the batch %s", async (name, kind, words) => {
    const error = await failure(load(asPython(name), manifest("python2")));
    expect(error).toBeInstanceOf(kind);
    expect(error.message).toContain(words);
  });

  it("rejects a truncated batch, and one with other images", async () => {
    const root = temporaryFolder();
    writeFiles(join(root, "cifar-10-batches-py"), { test_batch: batch("python2").subarray(0, 5000) });
    expect((await failure(load(root, manifest("python2")))).message).toContain("the file is truncated");
    const changed = batch("python2");
    changed[5000] = (changed[5000] ?? 0) ^ 1;
    writeFiles(join(root, "cifar-10-batches-py"), { test_batch: changed });
    expect(await failure(load(root, manifest("python2")))).toBeInstanceOf(AlteredFileError);
  });
});

async function failure(work: Promise<unknown>): Promise<Error> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DatasetError))
    throw new Error(`expected a DatasetError, got ${String(error)}`, { cause: error });
  expect(error.message).not.toContain("\n");
  return error;
}
