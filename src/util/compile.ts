/**
 * Functions made from source. A loop that meets many callbacks or many classes of typed arrays becomes slow for
 * all of them; a loop compiled for one pair of them stays as fast as one written by hand.
 */

let compiled = 0;

/**
 * Compiles the body of a function. `scope` names values that the body uses, besides globals. Each call gives
 * a function with type feedback of its own, also for equal source, because engines share what they learn
 * between equal texts.
 */
export function compile<F>(
  name: string,
  parameters: readonly string[],
  body: string,
  scope: Readonly<Record<string, unknown>> = {},
): F {
  compiled++;
  const source = [
    `"use strict"; return function ${name}(${parameters.join(", ")}) {`,
    body,
    "}",
    `//# sourceURL=bodkin:${name}/${compiled}`,
  ].join("\n");
  return new Function(...Object.keys(scope), source)(...Object.values(scope)) as F;
}
