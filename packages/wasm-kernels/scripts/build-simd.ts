/** Writes src/simd/module-bytes.ts. Run after every change in assembly/; a test fails when it was forgotten. */
import { writeFile } from "node:fs/promises";
import { compileSimd } from "./compile-simd.ts";

const line = async (name: string, memory: "ordinary" | "shared"): Promise<string> => {
  const bytes = await compileSimd(memory);
  process.stdout.write(`${name}: ${bytes.length} bytes\n`);
  return `export const ${name}: string =\n  "${Buffer.from(bytes).toString("base64")}";\n`;
};

const text = [
  "// Written by scripts/build-simd.ts from assembly/. Do not edit.\n\n",
  await line("moduleBytes", "ordinary"),
  "/** For the shared memory of tfjs's threaded build. */\n",
  await line("sharedModuleBytes", "shared"),
].join("");
await writeFile(new URL("../src/simd/module-bytes.ts", import.meta.url), text);
