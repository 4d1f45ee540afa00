/** Labels of images: the names of their folders, or a table in CSV. */
import fs from "node:fs";
import path from "node:path";
import { readTextFile } from "@secateur/command-line";
import { CommandError } from "../errors.ts";

/** The word that stands for folder names on the command line. */
export const folderLabels = "folders";

/**
 * @param files - Paths relative to the folder of images.
 * @param source - "folders", or the path of a CSV file with the columns file and label.
 * @param classCount - Of the network's output.
 * @returns The class of every image. A table has at most 64 MB; time is linear in it and in the images.
 * @throws CommandError for images without a label, and for more classes than the network has.
 */
export function labelsOf(files: readonly string[], source: string, classCount: number): Int32Array {
  const names = source === folderLabels ? files.map(folderName) : namesFromTable(files, source);
  return classIndices(names, classCount, source);
}

function folderName(file: string): string {
  const [folder, ...rest] = file.split(/[\\/]/);
  if (folder !== undefined && rest.length > 0) return folder;
  throw new CommandError(
    `--labels folders: the image ${file} is in no folder of its class. Use one folder for each class, or a CSV file.`,
  );
}

function namesFromTable(files: readonly string[], table: string): readonly string[] {
  const rows = readTable(table);
  return files.map((file) => {
    const label = rows.get(file) ?? rows.get(path.basename(file));
    if (label !== undefined) return label;
    throw new CommandError(`--labels: ${table} has no line "${file},label".`);
  });
}

/** Lines `file,label`; a first line that names no image is a heading. */
function readTable(table: string): ReadonlyMap<string, string> {
  if (!fs.existsSync(table))
    throw new CommandError(`--labels: there is no file ${table}. Give a CSV file, or the word folders.`);
  const lines = readTextFile(table).split(/\r?\n/);
  return new Map(
    lines
      .map((line) => line.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1")))
      .filter(([, label]) => label !== undefined && label !== "")
      .map(([file = "", label = ""]) => [file, label] as const),
  );
}

/** Whole numbers are classes; other names are numbered in alphabetical order. */
function classIndices(names: readonly string[], classCount: number, source: string): Int32Array {
  const isNumbered = names.every((name) => /^\d+$/.test(name));
  const classes = [...new Set(names)].sort();
  const ranks = new Map(classes.map((name, rank) => [name, rank]));
  const indices = names.map((name) => (isNumbered ? Number(name) : (ranks.get(name) ?? 0)));
  const highest = isNumbered
    ? indices.reduce((most, index) => Math.max(most, index), -1) + 1
    : classes.length;
  const fits = isNumbered ? highest <= classCount : highest === classCount;
  if (fits) return Int32Array.from(indices);
  throw new CommandError(
    `--labels ${source}: the images have ${highest} classes, and the network has ${classCount}. ` +
      `${isNumbered ? "Labels are numbers from 0" : "Names are numbered in alphabetical order, so every class needs an image; or use the numbers of the classes"}.`,
  );
}
