/** What published packages print sends nobody to a script that only a clone of the repository has. */
import fs from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

const packages = path.join(import.meta.dirname, "../../../packages");

/** Programs of the repository alone: `pnpm engine:native` and `pnpm engine:doctor`. */
const ofTheRepository = ["native-engine/src/engine-native.ts", "native-engine/src/engine-doctor.ts"];

it("no source but the repository's own programs names pnpm or its scripts", () => {
  const sources = fs
    .readdirSync(packages)
    .flatMap((name) =>
      fs
        .readdirSync(path.join(packages, name, "src"), { recursive: true, encoding: "utf8" })
        .map((file) => path.posix.join(name, "src", ...file.split(path.sep))),
    )
    .filter((file) => file.endsWith(".ts") && !ofTheRepository.includes(file));
  expect(sources.length).toBeGreaterThan(300);
  const texts = sources.map((file) => [file, fs.readFileSync(path.join(packages, file), "utf8")] as const);
  const naming = texts.filter(([, text]) =>
    /npx pnpm|pnpm (run|exec)|engine:doctor|bench:\w+|drill:\w+/.test(text),
  );
  expect(naming.map(([file]) => file)).toEqual([]);
});
