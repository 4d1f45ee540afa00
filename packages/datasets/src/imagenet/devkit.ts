/**
 * The labels of ILSVRC2012's validation images as the devkit publishes them: ILSVRC2012_validation_ground_truth.txt has
 * a number per image, and meta.mat says which wnid a number is. The numbers are in the devkit's own order, which is not
 * the order of sorted wnids.
 */
import { UnreadableFileError } from "../errors.ts";
import { type MatRow, readMatStructs } from "./mat-file.ts";

export const groundTruthName = "ILSVRC2012_validation_ground_truth.txt";
export const metaName = "meta.mat";

const classCount = 1000;

/** The wnid of `ILSVRC2012_val_<number>.JPEG`, numbered from 1; undefined for other names. */
export type ClassOf = (fileName: string) => string | undefined;

/** Two files of the devkit. */
export interface Devkit {
  /** For messages: where the files are. */
  readonly source: string;
  readonly groundTruth: Uint8Array;
  readonly meta: Uint8Array;
}

/** @throws UnreadableFileError for other contents. */
export function validationClasses({ source, groundTruth, meta }: Devkit): ClassOf {
  const wnids = readMeta(`${source}: ${metaName}`, Buffer.from(meta));
  const numbers = Buffer.from(groundTruth).toString("utf8").trim().split(/\s+/);
  const classes = numbers.map((number) => wnids.get(Number(number)));
  const unknown = classes.indexOf(undefined);
  if (unknown >= 0)
    throw new UnreadableFileError(
      `${source}: ${groundTruthName}`,
      `line ${unknown + 1} is no number from 1 to ${classCount}`,
    );
  return (fileName) => {
    const [, number] = /^ILSVRC2012_val_(\d{8})\./.exec(fileName) ?? [];
    return number === undefined ? undefined : classes[Number(number) - 1];
  };
}

/** Wnids by ILSVRC2012_ID; the synsets above 1000 are no classes. */
function readMeta(name: string, bytes: Buffer): ReadonlyMap<number, string> {
  const wnids = new Map<number, string>();
  for (const { ILSVRC2012_ID: id, WNID: wnid } of readSynsets(name, bytes)) {
    if (typeof id === "number" && id <= classCount && typeof wnid === "string") wnids.set(id, wnid);
  }
  if (wnids.size === classCount && new Set(wnids.values()).size === classCount) return wnids;
  throw new UnreadableFileError(name, `it has ${wnids.size} of ${classCount} classes`);
}

function readSynsets(name: string, bytes: Buffer): readonly MatRow[] {
  try {
    return readMatStructs(bytes, "synsets");
  } catch (cause) {
    throw new UnreadableFileError(name, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
