/** Type-checks examples with `skipLibCheck: false`, and says whose declarations the errors are in. */
import { execFile } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

/** Packages whose own declarations have errors under TypeScript's strict settings: README.md names them. */
const othersWithErrors = [
  "@tensorflow/tfjs-core",
  "@tensorflow/tfjs-layers",
  "@tensorflow/tfjs-backend-wasm",
  "@webgpu/types",
  "typescript", // the DOM's declarations, where they differ from those of @webgpu/types
];

/** @returns the errors that are not in other packages' declarations, one a line as TypeScript prints them. */
export async function typeErrors(folder: string, include: string): Promise<readonly string[]> {
  const compilerOptions = {
    target: "ES2022",
    module: "NodeNext",
    types: ["node"],
    strict: true,
    skipLibCheck: false,
    noEmit: true,
  };
  fs.writeFileSync(
    path.join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions, include: [include] }),
  );
  const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const output = await new Promise<string>((resolve, reject) => {
    const options = { cwd: folder, maxBuffer: 1e8 };
    execFile(process.execPath, [compiler, "--pretty", "false"], options, (error, stdout, stderr) => {
      if (error !== null && stdout === "") reject(new Error(`tsc: ${stderr || error.message}`));
      else resolve(stdout);
    });
  });
  return ourErrors(output);
}

/** Those of TypeScript's lines that are errors in no other package's declarations. */
export function ourErrors(output: string): readonly string[] {
  const errors = output.split("\n").filter((line) => /(?:^|: )error TS\d+: /.test(line));
  return errors.filter((line) => !othersWithErrors.some((name) => inPackage(line, name)));
}

/** Whether the line begins with a file of that package. */
function inPackage(line: string, name: string): boolean {
  const file = line.slice(0, line.indexOf("("));
  return file.slice(0, file.lastIndexOf("/") + 1).includes(`node_modules/${name}/`);
}
