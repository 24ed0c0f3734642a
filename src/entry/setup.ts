/**
 * What every thread of the library does when it loads it: makes the rooms known to each other, and the library's own
 * functions known by name, so that they travel as names to the one instance in each thread. Rooms that few programs
 * need are loaded by the first name of theirs.
 */

import "../array/adapter.ts";
import "../array/device/functions.ts";
import "../array/device/products.ts";
import * as blocks from "../array/blocks.ts";
import * as blockTasks from "../array/distributed/block-tasks.ts";
import "../array/distributed/handle.ts";
import * as mapBlocks from "../array/distributed/map-blocks.ts";
import * as positions from "../array/distributed/position.ts";
import * as reductionTasks from "../array/distributed/reduction-tasks.ts";
import * as scalarAccess from "../array/distributed/scalar-access.ts";
import * as writingTasks from "../array/distributed/writing-tasks.ts";
import * as drawing from "../array/drawing.ts";
import * as dtypes from "../array/dtypes.ts";
import * as elementaryComplex from "../array/elementary/complex.ts";
import * as elementary from "../array/elementary/functions.ts";
import * as elementaryReal from "../array/elementary/real.ts";
import * as fileTasks from "../array/files/file-tasks.ts";
import * as npy from "../array/files/npy.ts";
import * as npz from "../array/files/npz.ts";
import * as raw from "../array/files/raw.ts";
import * as zarr from "../array/files/zarr.ts";
import * as folding from "../array/folding.ts";
import * as arrayFunctions from "../array/functions.ts";
import * as compressing from "../array/indexing/compressing.ts";
import * as copying from "../array/indexing/copying.ts";
import * as nonzeros from "../array/indexing/nonzero.ts";
import * as arrayTaking from "../array/indexing/taking.ts";
import * as likes from "../array/like.ts";
import * as localArrays from "../array/local.ts";
import * as axes from "../array/manipulation/axes.ts";
import * as choosing from "../array/manipulation/choosing.ts";
import * as joining from "../array/manipulation/joining.ts";
import * as padding from "../array/manipulation/padding.ts";
import * as rearranging from "../array/manipulation/rearrange.ts";
import * as repeating from "../array/manipulation/repeating.ts";
import * as shifting from "../array/manipulation/shifting.ts";
import * as spreading from "../array/manipulation/spreading.ts";
import * as ndarrays from "../array/ndarray.ts";
import * as ownReductions from "../array/own-reductions.ts";
import * as parts from "../array/parts.ts";
import * as productTasks from "../array/products/block-tasks.ts";
import * as crossing from "../array/products/crossing.ts";
import * as diagonals from "../array/products/diagonals.ts";
import * as einsums from "../array/products/einsum.ts";
import * as products from "../array/products/functions.ts";
import * as norms from "../array/products/norms.ts";
import * as reductions from "../array/reducing.ts";
import * as scans from "../array/scans/distributed.ts";
import * as scanFunctions from "../array/scans/functions.ts";
import * as setBlocks from "../array/sets/blocks.ts";
import * as membership from "../array/sets/membership.ts";
import * as uniques from "../array/sets/unique.ts";
import * as sortingBlocks from "../array/sorting/blocks.ts";
import * as distributedSorting from "../array/sorting/distributed.ts";
import * as sorting from "../array/sorting/functions.ts";
import * as searching from "../array/sorting/searching.ts";
import * as selection from "../array/sorting/selection.ts";
import * as top from "../array/sorting/top.ts";
import * as counting from "../array/statistics/counting.ts";
import * as countings from "../array/statistics/counts.ts";
import * as differences from "../array/statistics/differences.ts";
import * as quantileTasks from "../array/statistics/quantile.ts";
import * as quantiles from "../array/statistics/quantiles.ts";
import * as session from "../cluster/session.ts";
import * as folds from "../fold/fold.ts";
import * as foldVerbs from "../fold/folds.ts";
import * as foldLoops from "../fold/loop.ts";
import * as machines from "../fold/machine.ts";
import * as foldNumbers from "../fold/numbers.ts";
import * as parallelLoops from "../fold/parallel-for.ts";
import * as pipes from "../fold/pipe.ts";
import * as protocol from "../fold/protocol.ts";
import * as ranges from "../fold/range.ts";
import * as references from "../fold/references.ts";
import * as foldScans from "../fold/scan.ts";
import * as stages from "../fold/stages.ts";
import * as foldTasks from "../fold/tasks.ts";
import * as grouping from "../fold/transducers/grouping.ts";
import * as mapping from "../fold/transducers/mapping.ts";
import * as taking from "../fold/transducers/taking.ts";
import * as extremes from "../fold/verbs/extremes.ts";
import * as listing from "../fold/verbs/listing.ts";
import * as foldReducing from "../fold/verbs/reducing.ts";
import * as foldSearching from "../fold/verbs/searching.ts";
import { findDevices } from "../gpu/binding.ts";
import * as statistics from "../gpu/statistics.ts";
import * as intrinsics from "../kernel/intrinsics.ts";
import { setLibrary } from "../kernel/library.ts";
import { findContext } from "../runtime/context.ts";
import { setDeviceFinder } from "../runtime/devices.ts";
import { registerExports, registerLater } from "../runtime/payload.ts";
import * as data from "../task/data.ts";
import * as accesses from "../task/datadeps/accesses.ts";
import * as views from "../task/datadeps/chunk-view.ts";
import * as regions from "../task/datadeps/region.ts";
import * as files from "../task/file.ts";
import * as foreign from "../task/foreign.ts";
import "../task/handles.ts";
import * as inside from "../task/inside.ts";
import * as kernels from "../task/kernel.ts";
import * as kernelCalls from "../task/kernel-call.ts";
import "../task/kernel-device.ts";
import * as options from "../task/options.ts";
import * as queues from "../task/queues.ts";
import * as scopes from "../task/scope.ts";
import * as shards from "../task/shard.ts";
import * as spawning from "../task/spawn.ts";
import * as storage from "../task/storage.ts";
import * as waiting from "../task/wait.ts";
import * as tracing from "../trace/api.ts";
import { recordFromEnvironment } from "../trace/environment.ts";
import { interruptFromEnvironment } from "../trace/interrupt.ts";
import * as errors from "../wire/errors.ts";
import { entryUrl } from "./urls.ts";

setDeviceFinder(findDevices);
setLibrary(() => findContext()?.library);
// Few programs have tables.
registerLater("table", () => import("./tables.ts"));
session.setEntries({ thread: entryUrl("thread"), process: entryUrl("process") });
recordFromEnvironment();
interruptFromEnvironment();

for (const room of [
  accesses,
  arrayFunctions,
  arrayTaking,
  compressing,
  copying,
  scalarAccess,
  axes,
  blocks,
  blockTasks,
  choosing,
  data,
  drawing,
  distributedSorting,
  elementary,
  errors,
  fileTasks,
  folding,
  files,
  foreign,
  inside,
  intrinsics,
  joining,
  kernelCalls,
  kernels,
  likes,
  localArrays,
  mapBlocks,
  ndarrays,
  npy,
  npz,
  nonzeros,
  options,
  ownReductions,
  padding,
  parts,
  crossing,
  diagonals,
  dtypes,
  norms,
  einsums,
  products,
  productTasks,
  positions,
  queues,
  raw,
  rearranging,
  reductions,
  reductionTasks,
  regions,
  repeating,
  scanFunctions,
  scans,
  scopes,
  searching,
  selection,
  session,
  shards,
  shifting,
  sorting,
  sortingBlocks,
  spawning,
  spreading,
  storage,
  statistics,
  top,
  membership,
  setBlocks,
  uniques,
  counting,
  countings,
  differences,
  quantileTasks,
  quantiles,
  views,
  waiting,
  writingTasks,
  zarr,
]) {
  registerExports(room);
}

// Functions of elements, by the dtypes that they are for.
for (const [room, table] of Object.entries({ ...elementaryReal, ...elementaryComplex })) {
  if (typeof table === "object") registerExports(table, room);
  else registerExports({ [room]: table });
}

// Folds and their verbs have names of functions of arrays.
for (const room of [
  foldLoops,
  foldNumbers,
  folds,
  foldScans,
  foldTasks,
  grouping,
  machines,
  mapping,
  parallelLoops,
  pipes,
  protocol,
  ranges,
  references,
  stages,
  taking,
]) {
  registerExports(room, "fold");
}
registerExports(tracing, "trace");
for (const room of [extremes, foldReducing, foldSearching, foldVerbs, listing]) {
  registerExports(room, "folds");
}
