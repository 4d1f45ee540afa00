/** Arguments: a file and a number of bytes. Writes the file atomically; prints "written" or the error's code. */
import process from "node:process";
import { writeFileAtomically } from "../../src/run/atomic-file.ts";

process.on("SIGXFSZ", () => undefined);
const [file = "", bytes = "0"] = process.argv.slice(2);
try {
  writeFileAtomically(file, Buffer.alloc(Number(bytes)));
  process.stdout.write("written");
} catch (error) {
  process.stdout.write(error instanceof Error && "code" in error ? String(error.code) : String(error));
}
