/** The task of the pools: they load functions from files. */

export const inc = (x: number): number => x + 1;
