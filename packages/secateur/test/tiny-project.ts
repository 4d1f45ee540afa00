/** A small network, images, and the command line on them, in a temporary folder. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { PassThrough } from "node:stream";
import { smallModel } from "@repo/testing/small-model";
import { createProgress, describeFailure } from "@secateur/command-line";
import { saveModel } from "@secateur/model-files";
import sharp from "sharp";
import { commands } from "../src/commands/index.ts";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Project {
  readonly folder: string;
  /** Runs a command in this process. */
  readonly run: (...words: readonly string[]) => Promise<Ran>;
  readonly path: (...names: readonly string[]) => string;
}

/** `model/model.json`: images [12, 12, 3] to three classes. `images/a`, `images/b`, `images/c`: five images each. */
export async function tinyProject(): Promise<Project> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "secateur-cli-"));
  const model = smallModel(3);
  await saveModel(model, path.join(folder, "model"));
  model.dispose();
  await writeImages(path.join(folder, "images"));
  return { folder, run: runCommand, path: (...names) => path.join(folder, ...names) };
}

/** Stripes whose colours and widths differ from image to image. */
async function writeImages(folder: string): Promise<void> {
  for (const [label, name] of ["a", "b", "c"].entries()) {
    fs.mkdirSync(path.join(folder, name), { recursive: true });
    for (let i = 0; i < 5; i++) {
      const [width, height] = [20 + i, 16];
      const pixels = Uint8Array.from(
        { length: width * height * 3 },
        (_, at) => (at * (7 + 40 * label) + 31 * i * (at % 3)) % 256,
      );
      const image = sharp(pixels, { raw: { width, height, channels: 3 } });
      await image.png().toFile(path.join(folder, name, `${i}.png`));
    }
  }
}

async function runCommand(name = "", ...args: readonly string[]): Promise<Ran> {
  const stream = new PassThrough();
  const lines: string[] = [];
  const progress = createProgress({ stream });
  try {
    const code = await commands[name]?.run(args, { progress, print: (text) => lines.push(text) });
    return { code: code ?? -1, stdout: lines.join("\n"), stderr: String(stream.read() ?? "") };
  } catch (error) {
    const { message, exitCode } = describeFailure(error, false);
    return { code: exitCode, stdout: lines.join("\n"), stderr: message };
  }
}
