/** A class or function that a pickle names. It is data until the allow-list's constructor is called for it. */

/** What an allowed global makes of its arguments. An object with `setState(state)` gets the state that follows it. */
export type PickleConstructor = (...args: unknown[]) => unknown;

/** The allow-list: `module.name`, such as `collections.OrderedDict`, to what stands for it. */
export type PickleGlobals = Readonly<Record<string, PickleConstructor>>;

/** An allowed global that was not called: `torch.FloatStorage` inside a persistent id, `numpy.ndarray` as an argument. */
export class PickleGlobal {
  /** As the pickle names it: `module.name`. */
  readonly path: string;
  readonly construct: PickleConstructor;

  constructor(path: string, construct: PickleConstructor) {
    this.path = path;
    this.construct = construct;
  }
}
