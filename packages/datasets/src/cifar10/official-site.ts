/** CIFAR-10 from the author's site. */
import { join } from "node:path";
import { readArchive } from "./archive.ts";
import { download } from "./download.ts";
import type { Source } from "./source.ts";

export const officialSite: Source = {
  name: "official site",
  async download(folder, context) {
    const { url, bytes, sha256 } = context.manifest.site;
    const path = join(folder, "site.tar.gz");
    await download(
      { url, path, bytes, checksum: { algorithm: "sha256", encoding: "hex", digest: sha256 } },
      context,
    );
    return path;
  },
  async unpack(archive, { manifest }, use) {
    const nameOf = new Map(manifest.files.map(({ name }) => [`${name}.bin`, name]));
    const found = new Map<string, Uint8Array>();
    await readArchive(archive, new Set(nameOf.keys()), (name, bytes) =>
      found.set(nameOf.get(name) ?? name, bytes),
    );
    for (const [name, records] of found) await use(name, records);
  },
};
