import { describe, expect, it } from "vitest";
import { importOptional } from "../src/engines/import-optional.ts";

const throwing = (message: string): string =>
  `data:text/javascript,${encodeURIComponent(`throw new Error(${JSON.stringify(message)})`)}`;

describe("importOptional", () => {
  it("gives a package's exports", async () => {
    expect(await importOptional("@tensorflow/tfjs-core")).toHaveProperty("version_core", "4.22.0");
  });

  it("says that a package is not installed", async () => {
    await expect(importOptional("@tensorflow/tfjs-nowhere")).rejects.toThrow(
      "@tensorflow/tfjs-nowhere is not installed",
    );
  });

  it("says what a package threw, its first line, and does not call it missing", async () => {
    const broken = throwing(
      "Cannot find module '/a/@tensorflow/tfjs-node/lib/tfjs_binding.node'\nRequire stack:\n- x",
    );
    await expect(importOptional(broken)).rejects.toThrow(
      "is installed but does not load (Cannot find module '/a/@tensorflow/tfjs-node/lib/tfjs_binding.node')",
    );
  });
});
