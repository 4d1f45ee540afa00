import { requireTestedTfjs, UnsupportedTfjsVersionError } from "@secateur/backend/ops";
import { expect, it } from "vitest";

it("the installed tfjs is the tested one", () => {
  expect(() => requireTestedTfjs()).not.toThrow();
});

it.each(["4.21.0", "4.23.0", "4.220.0", "5.0.0", "unknown"])("version %s is refused", (version) => {
  expect(() => requireTestedTfjs("@tensorflow/tfjs-core", version)).toThrow(UnsupportedTfjsVersionError);
  expect(() => requireTestedTfjs("@tensorflow/tfjs-core", version)).toThrow(
    `found @tensorflow/tfjs-core ${version}, but Secateur is tested with 4.22 and reads private fields of it: ` +
      "install ~4.22.0 of all @tensorflow packages",
  );
});

it.each(["4.22.0", "4.22.7"])("version %s is accepted", (version) => {
  expect(() => requireTestedTfjs("@tensorflow/tfjs-core", version)).not.toThrow();
});
