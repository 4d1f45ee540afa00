/** @packageDocumentation A pickle reader that can never run code: an allow-list of globals, data out. */
export { ForbiddenGlobalError, MalformedPickleError } from "./errors.ts";
export { encodeLatin1 } from "./latin1.ts";
export { type PickleConstructor, PickleGlobal, type PickleGlobals } from "./pickle-global.ts";
export { type PickleOptions, type PickleResult, readPickle } from "./read-pickle.ts";
export { standardGlobals } from "./standard-globals.ts";
