/** Secateur reads private fields of tfjs: its tape, its wasm heap, tfjs-node's backend. Other versions may differ there. */
import { SecateurError } from "@secateur/base";
import { version_core } from "@tensorflow/tfjs-core";

/** The minor version of tfjs that is tested. */
const tested = "4.22";

export class UnsupportedTfjsVersionError extends SecateurError {
  override readonly name = "UnsupportedTfjsVersionError";
  override readonly code = "UNSUPPORTED_TFJS_VERSION";
}

/** @throws UnsupportedTfjsVersionError unless the package that runs has the tested minor version. */
export function requireTestedTfjs(
  packageName = "@tensorflow/tfjs-core",
  version: string = version_core,
): void {
  if (version.startsWith(`${tested}.`)) return;
  throw new UnsupportedTfjsVersionError(
    `found ${packageName} ${version}, but Secateur is tested with ${tested} and reads private fields of it: ` +
      `install ~${tested}.0 of all @tensorflow packages`,
  );
}
