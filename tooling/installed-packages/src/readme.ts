/** What a README tells a reader to install, and the TypeScript examples that it says run then. */
import fs from "node:fs";
import path from "node:path";

export interface Readme {
  /** The package's folder, or "secateur" for the repository's own README. */
  readonly name: string;
  /** Arguments of `npm install`, such as `@tensorflow/tfjs-core` or `@tensorflow/tfjs-node@4.22.0`. */
  readonly installs: readonly string[];
  /** Blocks of TypeScript that are whole files: they begin with their header or their imports. */
  readonly examples: readonly string[];
}

/** Of the repository and of every package. */
export function readmes(repository: string): readonly Readme[] {
  const packages = path.join(repository, "packages");
  return [
    parseReadme("repository", fs.readFileSync(path.join(repository, "README.md"), "utf8")),
    ...fs
      .readdirSync(packages)
      .map((name) => parseReadme(name, fs.readFileSync(path.join(packages, name, "README.md"), "utf8"))),
  ];
}

export function parseReadme(name: string, text: string): Readme {
  const lines = [...text.matchAll(/^npm install (.+)$/gm)].map((match) => match[1] ?? "");
  const installs = lines.flatMap((line) => line.split(" ")).filter((word) => !word.startsWith("-"));
  const blocks = [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? "");
  return {
    name,
    installs: [...new Set(installs)],
    examples: blocks.filter((block) => /^(?:import |\/\*\*|\/\/ .+\nimport )/.test(block)),
  };
}

/** The modules that an example imports. */
export function importsOf(example: string): readonly string[] {
  return [...example.matchAll(/^(?:import|} from) .*?"(?<module>[^"]+)";?/gm)].flatMap(
    ({ groups }) => groups?.["module"] ?? [],
  );
}
