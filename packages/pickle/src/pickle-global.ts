/** A class or function that a pickle names, and the allow-list that maps names to constructors. */

/** Receives the pickled arguments. If the result has a method `setState(state)`, it receives the pickled state. */
export type PickleConstructor = (...args: unknown[]) => unknown;

/** The allow-list: constructors by `module.name`, for instance `collections.OrderedDict`. */
export type PickleGlobals = Readonly<Record<string, PickleConstructor>>;

/** An allowed global used as a value, for instance `torch.FloatStorage` inside a persistent id. */
export class PickleGlobal {
  /** `module.name` */
  readonly path: string;
  readonly construct: PickleConstructor;

  constructor(path: string, construct: PickleConstructor) {
    this.path = path;
    this.construct = construct;
  }
}
