/** The reductions as methods, of whichever arrays: what a call gives follows from its options and the array. */

import type { DType } from "../../memory/dtype.ts";
import type { InputOf, ValueOf } from "../element.ts";
import { type ElementFunction, resultType } from "../elementwise/result-type.ts";
import type { InitOptions, SpreadOptions } from "../ndarray.ts";
import type { Join } from "./fold.ts";
import type { ReductionName } from "./named.ts";
import type { FoldFunctions, ReductionSpec } from "./spec.ts";

export abstract class Reducible<D extends DType> {
  abstract readonly dtype: D;

  /** Reduces the array; the types of what that gives are those of the interfaces. */
  protected abstract reduced(
    spec: ReductionSpec,
    functions: FoldFunctions,
    options: InitOptions<unknown> | undefined,
  ): never;

  sum(options?: InitOptions<InputOf<D>>): never {
    return this.#named("sum", options);
  }

  prod(options?: InitOptions<InputOf<D>>): never {
    return this.#named("prod", options);
  }

  min(options?: InitOptions<InputOf<D>>): never {
    return this.#named("min", options);
  }

  max(options?: InitOptions<InputOf<D>>): never {
    return this.#named("max", options);
  }

  mean(options?: SpreadOptions): never {
    return this.#named("mean", options);
  }

  var(options?: SpreadOptions): never {
    return this.#named("var", options);
  }

  std(options?: SpreadOptions): never {
    return this.#named("std", options);
  }

  any(options?: InitOptions<InputOf<D> | boolean>): never {
    return this.#named("any", options);
  }

  all(options?: InitOptions<InputOf<D> | boolean>): never {
    return this.#named("all", options);
  }

  norm(options?: SpreadOptions): never {
    return this.#named("norm", options);
  }

  reduce(join: Join, options?: InitOptions<ValueOf<D>>): never {
    const { dtype } = this;
    return this.reduced({ name: "fold", input: dtype, dtype }, { join }, options);
  }

  mapReduce(map: ElementFunction, join: Join, options?: InitOptions<unknown>): never {
    const dtype = resultType(map, [this.dtype]);
    return this.reduced({ name: "fold", input: this.dtype, dtype }, { join, map }, options);
  }

  #named(name: ReductionName, options?: InitOptions<InputOf<D> | boolean> & SpreadOptions): never {
    return this.reduced({ name, input: this.dtype, ddof: options?.ddof }, {}, options);
  }
}
