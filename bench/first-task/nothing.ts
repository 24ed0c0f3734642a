import { report } from "./report.ts";

report(42);
