/** Reads a pickle of plain data and rejects one that calls a program. */
import { Buffer } from "node:buffer";
import { ForbiddenGlobalError, readPickle, standardGlobals } from "@secateur/pickle";

// Python: pickle.dumps(collections.OrderedDict(epochs=3, rates=[0.1, 0.01]), protocol=2)
const data = Buffer.from(
  "gAJjY29sbGVjdGlvbnMKT3JkZXJlZERpY3QKcQApUnEBKFgGAAAAZXBvY2hzcQJLA1gFAAAAcmF0ZXNxA11xBChHP7mZmZmZmZpHP4R64UeuFHtldS4=",
  "base64",
);

// Python: an object whose __reduce__ is (os.system, ("echo gotcha",))
const attack = Buffer.from("Y3Bvc2l4CnN5c3RlbQooUydlY2hvIGdvdGNoYScKdFIu", "base64");

/** Returns the data, and the name that the second pickle requested. */
export function readAPickle(): { data: unknown; refused: string } {
  const { value } = readPickle(data, { globals: standardGlobals });
  try {
    readPickle(attack, { globals: standardGlobals });
  } catch (error) {
    if (error instanceof ForbiddenGlobalError) return { data: value, refused: error.global };
    throw error;
  }
  throw new Error("the attack was not rejected");
}

console.log(readAPickle());
