/** `readPickle` with the standard allow-list. */
import type { Random } from "@secateur/base";
import { ForbiddenGlobalError, MalformedPickleError, readPickle, standardGlobals } from "@secateur/pickle";
import { mutateBytes } from "../mutate.ts";
import { pickleOf, randomValue } from "../pickle-tokens.ts";
import type { FuzzTarget } from "../target.ts";

const globals = Object.keys(standardGlobals);

export const pickleTarget: FuzzTarget = {
  name: "pickle",
  make(random: Random) {
    const pickle = pickleOf(randomValue(globals, random, 4), random);
    return random.below(2) === 0 ? pickle : mutateBytes(pickle, random);
  },
  read: (input) => readPickle(input, { globals: standardGlobals, persistentId: (id) => id }),
  rejections: [MalformedPickleError, ForbiddenGlobalError],
};
