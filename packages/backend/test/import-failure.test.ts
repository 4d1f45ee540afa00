import { expect, it } from "vitest";
import { importFailure } from "../src/engines/import-failure.ts";

const failureOf = async (specifier: string): Promise<Error> => {
  try {
    await import(specifier);
  } catch (error) {
    return importFailure(specifier, error);
  }
  throw new Error(`${specifier} was imported`);
};

it("says that a package is not installed", async () => {
  expect((await failureOf("@tensorflow/tfjs-nowhere")).message).toBe(
    "@tensorflow/tfjs-nowhere is not installed",
  );
});

it("says so in a Vite bundle, which replaces a missing optional package by a module that throws", () => {
  const error = new Error(
    'Could not resolve "@tensorflow/x" imported by "@secateur/backend". Is it installed?',
  );
  expect(importFailure("@tensorflow/x", error).message).toBe("@tensorflow/x is not installed");
});

it("gives the first line of what a package threw, and does not call it missing", async () => {
  const message = "Cannot find module '/a/@tensorflow/tfjs-node/lib/tfjs_binding.node'\nRequire stack:\n- x";
  const broken = `data:text/javascript,${encodeURIComponent(`throw new Error(${JSON.stringify(message)})`)}`;
  expect((await failureOf(broken)).message).toContain(
    "is installed but does not load (Cannot find module '/a/@tensorflow/tfjs-node/lib/tfjs_binding.node')",
  );
});
